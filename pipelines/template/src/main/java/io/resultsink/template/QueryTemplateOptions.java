package io.resultsink.template;

import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.Validation;
import org.jspecify.annotations.Nullable;

/** The parameters of the template; {@code metadata.json} describes them for the launcher. */
public interface QueryTemplateOptions extends PipelineOptions {

  @Description("Folder whose files are the tables, such as gs://bucket/logs")
  @Validation.Required
  String getDatabase();

  void setDatabase(String folder);

  @Description("SELECT in Beam SQL over the folder's tables")
  @Validation.Required
  String getQuery();

  void setQuery(String query);

  @Description(
      "Table for the result: postgresql://user@host/database/table?mode=replace, without a"
          + " password")
  @Validation.Required
  String getResult();

  void setResult(String url);

  @Description("Where the workers find the password: file:gs://bucket/object, file:PATH, env:NAME")
  @Nullable String getPassword();

  void setPassword(@Nullable String reference);

  @Description("Id of the run: one run publishes once, however often it is launched")
  @Nullable String getRunId();

  void setRunId(@Nullable String runId);

  @Description("Value of SCHEDULED_TIME() in the query, such as 2026-11-26T00:00:00Z")
  @Nullable String getScheduledTime();

  void setScheduledTime(@Nullable String time);
}
