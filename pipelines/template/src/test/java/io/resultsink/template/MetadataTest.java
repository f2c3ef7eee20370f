package io.resultsink.template;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.matchesRegex;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.resultsink.postgres.failure.InvalidTargetException;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.options.Validation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The parameters that a launcher of Flex Templates shows, against the options of the job. */
class MetadataTest {

  @Test
  void theParametersAreTheOptions() throws IOException {
    assertThat(described(p -> p.path("helpText").asText()), is(options(this::description)));
  }

  @Test
  void whatIsRequiredIsNotOptional() throws IOException {
    assertThat(
        described(p -> !p.path("isOptional").asBoolean()),
        is(options(getter -> getter.isAnnotationPresent(Validation.Required.class))));
  }

  @Test
  void everyParameterHasALabelAndAType() throws IOException {
    for (JsonNode parameter : metadata().path("parameters")) {
      assertThat(parameter.toString(), parameter.path("label").asText().isBlank(), is(false));
      assertThat(parameter.toString(), parameter.path("paramType").asText(), is("TEXT"));
    }
    assertThat(metadata().path("streaming").asBoolean(true), is(false));
  }

  @ParameterizedTest
  @CsvSource({
    "database, gs://bucket/logs, true",
    "database, postgresql://h/d, false",
    "result, postgresql://app@db.example.com:5432/shop/hits?mode=replace, true",
    "result, postgres://db/shop/s.hits, true",
    "result, PostgreSQL://db/shop/hits, true",
    "result, postgresql://app:secret@db/shop/hits, false",
    "result, postgresql://app@db/shop, false",
    "password, file:gs://bucket/object, true",
    "password, env:NAME, true",
    "password, secret, false",
    "runId, 2026-11-26, true",
    "scheduledTime, 2026-11-26T00:00:00Z, true",
    "scheduledTime, today, false",
  })
  void theLauncherTakesWhatTheJobTakes(String name, String value, boolean taken)
      throws IOException {
    for (JsonNode parameter : metadata().path("parameters")) {
      if (parameter.path("name").asText().equals(name)) {
        boolean matches = true;
        for (JsonNode regex : parameter.path("regexes")) {
          matches &= Pattern.compile(regex.asText()).matcher(value).matches();
        }
        assertThat(name + " " + value, matches, is(taken));
        return;
      }
    }
    throw new AssertionError("no parameter " + name);
  }

  /** Google documents egrep's expressions, of which Java has more than POSIX. */
  @Test
  void anExpressionIsOneOfEgrep() throws IOException {
    for (JsonNode parameter : metadata().path("parameters")) {
      for (JsonNode regex : parameter.path("regexes")) {
        assertThat(regex.asText(), not(matchesRegex(".*(\\(\\?|\\\\\\w|[*+?}][+?]).*")));
      }
    }
  }

  @Test
  void aMissingParameterIsNamed() {
    RuntimeException refused =
        assertThrows(
            RuntimeException.class,
            () ->
                PipelineOptionsFactory.fromArgs("--database=/logs", "--query=SELECT 1")
                    .withValidation()
                    .as(QueryTemplateOptions.class));
    assertThat(refused.getMessage(), containsString("result"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--result=postgresql://app:geheim@h/d/t | the URL has a password",
        "--password=geheim | a password reference is env:NAME or file:PATH",
        "--database=postgresql://h/d | database is a folder",
        "--scheduledTime=today | is not a time",
      })
  void aWrongParameterIsRefusedBeforeAnythingIsRead(String argument, String message) {
    QueryTemplateOptions options =
        PipelineOptionsFactory.fromArgs(
                Arrays.stream(
                        new String[] {
                          "--database=/no/such/folder",
                          "--query=SELECT 1",
                          "--result=postgresql://h/d/t",
                          argument
                        })
                    .collect(
                        Collectors.toMap(
                            a -> a.split("=", 2)[0], a -> a, (one, other) -> other, TreeMap::new))
                    .values()
                    .toArray(String[]::new))
            .as(QueryTemplateOptions.class);

    InvalidTargetException refused =
        assertThrows(InvalidTargetException.class, () -> QueryTemplate.pipeline(options));

    assertThat(refused.getMessage(), containsString(message));
    assertThat(refused.getMessage(), not(containsString("geheim")));
  }

  private static JsonNode metadata() throws IOException {
    return new ObjectMapper().readTree(Path.of("metadata.json").toFile());
  }

  private static <T> Map<String, T> described(Function<JsonNode, T> what) throws IOException {
    Map<String, T> found = new TreeMap<>();
    metadata().path("parameters").forEach(p -> found.put(p.path("name").asText(), what.apply(p)));
    return found;
  }

  private static <T> Map<String, T> options(Function<Method, T> what) {
    return Arrays.stream(QueryTemplateOptions.class.getDeclaredMethods())
        .filter(method -> method.getName().startsWith("get"))
        .collect(
            Collectors.toMap(
                getter ->
                    getter.getName().substring(3, 4).toLowerCase(java.util.Locale.ROOT)
                        + getter.getName().substring(4),
                what,
                (one, other) -> one,
                TreeMap::new));
  }

  private String description(Method getter) {
    return getter.getAnnotation(Description.class).value();
  }
}
