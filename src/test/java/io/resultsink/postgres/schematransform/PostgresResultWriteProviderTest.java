package io.resultsink.postgres.schematransform;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.SinkOption;
import io.resultsink.postgres.failure.InvalidTargetException;
import io.resultsink.postgres.testing.SampleRows;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.Field;
import org.apache.beam.sdk.schemas.transforms.SchemaTransform;
import org.apache.beam.sdk.schemas.transforms.SchemaTransformProvider;
import org.apache.beam.sdk.values.PCollectionRowTuple;
import org.apache.beam.sdk.values.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PostgresResultWriteProviderTest {

  private static final SchemaTransformProvider PROVIDER = new PostgresResultWriteProvider();
  private static final Schema FIELDS = PROVIDER.configurationSchema();

  /** As Dataflow's options name it. */
  public interface TemplateOptions extends PipelineOptions {
    String getTemplateLocation();

    void setTemplateLocation(String location);
  }

  @Test
  void beamFindsIt() {
    List<String> identifiers =
        ServiceLoader.load(SchemaTransformProvider.class).stream()
            .map(provider -> provider.get().identifier())
            .filter(identifier -> identifier.contains("resultsink"))
            .toList();
    assertThat(
        identifiers, is(List.of("beam:schematransform:io.resultsink:postgres_result_write:v1")));
    assertThat(PROVIDER.inputCollectionNames(), is(List.of("input")));
    assertThat(PROVIDER.outputCollectionNames(), is(List.of("published")));
  }

  @Test
  void everyOptionOfTheUrlIsAFieldAndNothingElseIs() {
    List<String> expected =
        new ArrayList<>(List.of("url", "password", "connection_properties", "error_handling"));
    expected.addAll(SinkOption.names());
    assertThat(FIELDS.getFieldNames(), containsInAnyOrder(expected.toArray()));
  }

  @Test
  void aFieldIsDescribedAsItsOption() {
    for (SinkOption option : SinkOption.values()) {
      String values =
          option == SinkOption.UNIQUE ? "a list of column names" : option.acceptedValues();
      assertThat(
          FIELDS.getField(option.option()).getDescription(),
          is(option.meaning() + ": " + values + "; default: " + option.defaultText()));
    }
  }

  @Test
  void theUrlAloneIsRequired() {
    for (Field field : FIELDS.getFields()) {
      assertThat(
          field.getName(), field.getType().getNullable(), is(!field.getName().equals("url")));
      assertThat(field.getName(), field.getDescription().isBlank(), is(false));
    }
  }

  /** Each value is not the option's default, so that a forgotten option would be missed. */
  @ParameterizedTest
  @EnumSource(SinkOption.class)
  void everyFieldArrivesInTheTarget(SinkOption option) {
    String needed =
        switch (option) {
          case UNIQUE -> "mode=update";
          case KEEP, UNDO -> "mode=replace";
          case RESET -> "mode=truncate";
          case MAX_REJECTED -> "rejects=r.bad";
          default -> "sslmode=require";
        };
    String url = "postgresql://app@db.example.com/shop/hits?" + needed;
    Object value = value(option);

    PostgresTarget target = target(row(url).withFieldValue(option.option(), value).build());

    PostgresTarget defaults = PostgresTarget.parse("postgresql://h/d/t");
    assertThat(option.shown(target), not(is(option.shown(defaults))));
    assertThat(target, is(PostgresTarget.parse(url + "&" + option.option() + "=" + value)));
  }

  /** Without a default, so that a new option does not compile until it has a value. */
  private static Object value(SinkOption option) {
    return switch (option) {
      case MODE -> "truncate";
      case UNIQUE -> List.of("id");
      case KEEP -> "all";
      case UNDO -> "3";
      case SCHEMA -> "s";
      case STAGING_SCHEMA -> "t";
      case STAGING -> "logged";
      case STAGING_TTL -> "1d";
      case RUN_ID -> "r";
      case MIN_ROWS -> 5L;
      case MAX_REJECTED -> 6L;
      case REJECTS -> "r.bad";
      case LOCK_TIMEOUT -> "1s";
      case LOCK_WAIT -> "1min";
      case RESET -> "truncate";
    };
  }

  private static PostgresTarget target(Row fields) {
    return ((PostgresResultWrite) PROVIDER.from(fields)).target();
  }

  @Test
  void aResetOfAnotherModeIsRefused() {
    Row fields = row("postgresql://h/d/t").withFieldValue("reset", "truncate").build();
    InvalidTargetException refused =
        assertThrows(InvalidTargetException.class, () -> PROVIDER.from(fields));
    assertThat(refused.getMessage(), containsString("reset=truncate is for mode=truncate"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "published"})
  void theOutputOfRowsThatDoNotFitNeedsANameOfItsOwn(String output) {
    Schema handling = FIELDS.getField("error_handling").getType().getRowSchema();
    Row fields =
        row("postgresql://h/d/t")
            .withFieldValue(
                "error_handling", Row.withSchema(handling).withFieldValue("output", output).build())
            .build();
    InvalidTargetException refused =
        assertThrows(InvalidTargetException.class, () -> PROVIDER.from(fields));
    assertThat(refused.getMessage(), containsString("give it a name of its own"));
  }

  /** An expansion service applies a transform, and never validates it. */
  @Test
  void aClassicTemplateIsRefusedWhileItIsExpanded() {
    TemplateOptions options =
        PipelineOptionsFactory.fromArgs("--templateLocation=gs://bucket/template")
            .as(TemplateOptions.class);
    Pipeline pipeline = Pipeline.create(options);
    PCollectionRowTuple input =
        PCollectionRowTuple.of("input", pipeline.apply(SampleRows.many(10)));
    SchemaTransform write = PROVIDER.from(row("postgresql://h/d/t").build());

    InvalidTargetException refused =
        assertThrows(InvalidTargetException.class, () -> write.expand(input));

    assertThat(refused.getMessage(), containsString("build a Flex Template"));
  }

  private static Row.FieldValueBuilder row(String url) {
    return Row.withSchema(FIELDS).withFieldValue("url", url);
  }
}
