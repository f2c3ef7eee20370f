package io.resultsink.expansion;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipFile;
import org.apache.beam.model.expansion.v1.ExpansionApi.DiscoverSchemaTransformRequest;
import org.apache.beam.model.expansion.v1.ExpansionApi.SchemaTransformConfig;
import org.apache.beam.model.expansion.v1.ExpansionServiceGrpc;
import org.apache.beam.model.pipeline.v1.ExternalTransforms.SchemaTransformPayload;
import org.apache.beam.model.pipeline.v1.SchemaApi;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.RowCoder;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.SchemaTranslation;
import org.apache.beam.sdk.schemas.transforms.SchemaTransformProvider;
import org.apache.beam.sdk.testing.CrashingRunner;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.util.construction.External;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.Row;
import org.apache.beam.vendor.grpc.v1p69p0.com.google.protobuf.ByteString;
import org.apache.beam.vendor.grpc.v1p69p0.io.grpc.ManagedChannel;
import org.apache.beam.vendor.grpc.v1p69p0.io.grpc.ManagedChannelBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar as other languages use it: a process of its own that is asked over gRPC. */
@Tag("bundle")
class ExpansionServiceIT {

  private static final Path JAR = Path.of(System.getProperty("expansion.jar"));
  private static final String IDENTIFIER =
      "beam:schematransform:io.resultsink:postgres_result_write:v1";
  private static final String SCHEMA_TRANSFORM = "beam:expansion:payload:schematransform:v1";

  private static final Schema HITS =
      Schema.builder().addStringField("code").addInt64Field("hits").build();

  private static Process service;
  private static String address;
  private static Path log;

  @BeforeAll
  static void start(@TempDir Path folder) throws IOException {
    int port = freePort();
    address = "localhost:" + port;
    log = folder.resolve("log");
    service =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:TieredStopAtLevel=1",
                "-jar",
                JAR.toString(),
                Integer.toString(port),
                "--alsoStartLoopbackWorker")
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    await("the service")
        .atMost(Duration.ofMinutes(2))
        .until(
            () -> {
              assertThat(said(), service.isAlive(), is(true));
              return answers(port);
            });
  }

  @AfterAll
  static void stop() throws InterruptedException {
    service.destroyForcibly().waitFor(1, TimeUnit.MINUTES);
  }

  @Test
  void discoveryDescribesTheSink() throws InterruptedException {
    Map<String, SchemaTransformConfig> found = discovered();

    assertThat(found, hasKey(IDENTIFIER));
    SchemaTransformConfig sink = found.get(IDENTIFIER);
    assertThat(sink.getDescription(), containsString("PostgreSQL table"));
    assertThat(sink.getInputPcollectionNamesList(), is(List.of("input")));
    assertThat(sink.getOutputPcollectionNamesList(), is(List.of("published")));
    assertThat(
        SchemaTranslation.schemaFromProto(sink.getConfigSchema()).getFieldNames(),
        hasItems("url", "password", "mode", "unique", "min_rows", "connection_properties"));
  }

  @Test
  void aConfigurationIsExpandedToTheSinksSteps() throws Exception {
    PCollection<Row> published =
        rows()
            .apply("Publish", sink("postgresql://app@db.example.com/shop/hits", "mode", "replace"));

    assertThat(
        published.getSchema().getFieldNames(),
        hasItems("run_id", "table", "rows", "already_published", "published_at"));
    assertThat(published.isBounded(), is(PCollection.IsBounded.BOUNDED));
  }

  @Test
  void allThatIsWrongIsInTheAnswer() throws Exception {
    var sink = sink("postgresql://app:kanarienvogel@h/d/t?mode=add", "min_rows", -1L);

    RuntimeException refused =
        assertThrows(RuntimeException.class, () -> rows().apply("Publish", sink));

    assertThat(
        refused.getMessage(),
        allOf(
            containsString("the URL has a password"),
            containsString("mode 'add' is not known"),
            containsString("min_rows '-1'")));
    assertThat(said(), not(containsString("kanarienvogel")));
  }

  /** Each is found by its name at run time alone, when it is too late. */
  @Test
  void theJarHasWhatRunsTheSteps() throws IOException {
    try (ZipFile jar = new ZipFile(JAR.toFile())) {
      for (String name :
          List.of(
              "org/apache/beam/fn/harness/ExternalWorkerService.class",
              "org/github/jamm/MemoryMeter.class",
              "org/apache/beam/sdk/extensions/gcp/storage/GcsFileSystem.class",
              "org/postgresql/Driver.class",
              "META-INF/THIRD-PARTY.txt")) {
        assertThat(name, jar.getEntry(name) != null, is(true));
      }
      assertThat(
          lines(jar, "META-INF/services/org.apache.beam.sdk.io.FileSystemRegistrar"),
          hasItem("org.apache.beam.sdk.extensions.gcp.storage.GcsFileSystemRegistrar"));
      // The answer to a discovery is a map and has no order; this is the order that there is.
      assertThat(
          lines(jar, "META-INF/services/" + SchemaTransformProvider.class.getName()).get(0),
          is("io.resultsink.postgres.schematransform.PostgresResultWriteProvider"));
    }
  }

  private static PCollection<Row> rows() {
    PipelineOptions options = PipelineOptionsFactory.create();
    options.setRunner(CrashingRunner.class);
    return Pipeline.create(options)
        .apply(
            "Rows",
            Create.of(Row.withSchema(HITS).addValues("200", 5L).build()).withRowSchema(HITS));
  }

  /** The service takes rows of the schema that discovery gives, and no other. */
  private static External.SingleOutputExpandableTransform<PCollection<Row>, Row> sink(
      String url, String field, Object value) throws IOException, InterruptedException {
    SchemaApi.Schema proto = discovered().get(IDENTIFIER).getConfigSchema();
    Schema schema = SchemaTranslation.schemaFromProto(proto);
    Row fields =
        Row.withSchema(schema).withFieldValue("url", url).withFieldValue(field, value).build();
    ByteArrayOutputStream encoded = new ByteArrayOutputStream();
    RowCoder.of(schema).encode(fields, encoded);
    SchemaTransformPayload payload =
        SchemaTransformPayload.newBuilder()
            .setIdentifier(IDENTIFIER)
            .setConfigurationSchema(proto)
            .setConfigurationRow(ByteString.copyFrom(encoded.toByteArray()))
            .build();
    return External.of(SCHEMA_TRANSFORM, payload.toByteArray(), address);
  }

  private static Map<String, SchemaTransformConfig> discovered() throws InterruptedException {
    ManagedChannel channel = ManagedChannelBuilder.forTarget(address).usePlaintext().build();
    try {
      return ExpansionServiceGrpc.newBlockingStub(channel)
          .discoverSchemaTransform(DiscoverSchemaTransformRequest.getDefaultInstance())
          .getSchemaTransformConfigsMap();
    } finally {
      channel.shutdownNow().awaitTermination(1, TimeUnit.MINUTES);
    }
  }

  private static List<String> lines(ZipFile jar, String name) throws IOException {
    return new String(jar.getInputStream(jar.getEntry(name)).readAllBytes(), "UTF-8")
        .lines()
        .toList();
  }

  private static String said() throws IOException {
    return Files.readString(log);
  }

  private static boolean answers(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
