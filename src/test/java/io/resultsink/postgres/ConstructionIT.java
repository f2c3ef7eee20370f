package io.resultsink.postgres;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.anyOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.containsStringIgnoringCase;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.Secret;
import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.failure.InvalidTargetException;
import io.resultsink.postgres.failure.ResultSinkException;
import io.resultsink.postgres.testing.Runners;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import io.resultsink.postgres.testing.TestingPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.GenerateSequence;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.display.DisplayData;
import org.apache.beam.sdk.util.SerializableUtils;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.Row;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What building a pipeline does, refuses and shows. */
class ConstructionIT {

  @RegisterExtension final TestDatabase database = new TestDatabase();

  @Test
  void buildingAPipelineOpensNoConnection() throws IOException {
    try (ServerSocketChannel server = ServerSocketChannel.open()) {
      server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      server.configureBlocking(false);
      int port = ((InetSocketAddress) server.getLocalAddress()).getPort();
      Runners.DIRECT
          .pipeline()
          .apply(SampleRows.many(10))
          .apply(PostgresResultSink.to("postgresql://app:x@localhost:" + port + "/db/t"));
      assertThat(server.accept(), is(nullValue()));
    }
  }

  @Test
  void elementsWithoutASchemaAreRefusedWithTheWayToGetOne() {
    PCollection<String> lines = Runners.DIRECT.pipeline().apply(Create.of("a", "b"));
    RuntimeException refused =
        assertThrows(RuntimeException.class, () -> lines.apply(sink(WriteMode.APPEND)));
    assertThat(
        refused.getMessage(),
        allOf(
            containsStringIgnoringCase("schema"),
            anyOf(containsString("setRowSchema"), containsString("DefaultSchema"))));
  }

  @Test
  void anUnboundedInputIsRefused() {
    PCollection<Row> rows =
        Runners.DIRECT
            .pipeline()
            .apply(GenerateSequence.from(0))
            .apply(MapElements.into(TypeDescriptors.rows()).via(SampleRows::row))
            .setRowSchema(SampleRows.SCHEMA);
    RuntimeException refused =
        assertThrows(RuntimeException.class, () -> rows.apply(sink(WriteMode.APPEND)));
    assertThat(refused.getMessage(), containsStringIgnoringCase("unbounded"));
  }

  @Test
  void theSameRunIntoTheSameTableTwiceInOnePipelineIsRefused() {
    TestTable table = TestTable.missing(database, "Twice");
    Pipeline pipeline = Runners.DIRECT.pipeline();
    PCollection<Row> rows = pipeline.apply(SampleRows.many(10));
    rows.apply("One", table.sink(WriteMode.APPEND, "run_id=r1"));
    ResultSinkException refused =
        assertThrows(
            InvalidTargetException.class,
            () -> rows.apply("Two", table.sink(WriteMode.APPEND, "run_id=r1")));
    assertThat(refused.getMessage(), allOf(containsString("r1"), containsString(table.name())));
  }

  @Test
  void twoPipelinesOfOneProcessMayHaveTheSameRun() {
    TestTable table = TestTable.missing(database, "Again");
    for (int i = 0; i < 2; i++) {
      Runners.DIRECT
          .pipeline()
          .apply(SampleRows.many(10))
          .apply("One", table.sink(WriteMode.APPEND, "run_id=r1"));
    }
    assertThat(
        "nothing ran",
        database.rows("SELECT FROM pg_tables WHERE schemaname = 'results'"),
        is(empty()));
  }

  @Test
  void theTransformCanBeSerialized() {
    PostgresResultSink sink = sink(WriteMode.UPDATE);
    PostgresResultSink copy = SerializableUtils.clone(sink);
    assertThat(DisplayData.from(copy), is(DisplayData.from(sink)));
  }

  @Test
  void passwordsShowNowhere() {
    String url = database.url("ranking?mode=replace&run_id=r1");
    for (PostgresResultSink sink :
        List.of(
            PostgresResultSink.to(url),
            PostgresResultSink.to(database.url("ranking"))
                .withPassword(Secret.of(TestingPostgres.PASSWORD)))) {
      Pipeline pipeline = Runners.DIRECT.pipeline();
      pipeline.apply(SampleRows.many(10)).apply(sink);
      StringBuilder shown = new StringBuilder();
      shown.append(sink).append(sink.getName()).append(DisplayData.from(sink).asMap());
      shown.append(PostgresTarget.parse(url)).append(pipeline.getOptions());
      pipeline.traverseTopologically(
          new Pipeline.PipelineVisitor.Defaults() {
            @Override
            public CompositeBehavior enterCompositeTransform(
                org.apache.beam.sdk.runners.TransformHierarchy.Node node) {
              if (node.getTransform() != null) {
                shown.append(DisplayData.from(node.getTransform()).asMap());
              }
              shown.append(node.getFullName());
              return CompositeBehavior.ENTER_TRANSFORM;
            }

            @Override
            public void visitPrimitiveTransform(
                org.apache.beam.sdk.runners.TransformHierarchy.Node node) {
              shown.append(node.getFullName());
              shown.append(DisplayData.from(node.getTransform()).asMap());
            }
          });
      assertThat(shown.toString(), containsString("ranking"));
      assertThat(shown.toString(), not(containsString(TestingPostgres.PASSWORD)));
      assertThat(shown.toString(), not(containsString(TestingPostgres.ENCODED_PASSWORD)));
    }
  }

  private PostgresResultSink sink(WriteMode mode) {
    return TestTable.missing(database, "Sink").sink(mode);
  }
}
