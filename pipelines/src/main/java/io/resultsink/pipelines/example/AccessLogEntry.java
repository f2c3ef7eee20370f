package io.resultsink.pipelines.example;

import com.google.auto.value.AutoValue;
import org.apache.beam.sdk.schemas.AutoValueSchema;
import org.apache.beam.sdk.schemas.annotations.DefaultSchema;
import org.joda.time.Instant;

/** One request in the access log of a web server. */
@DefaultSchema(AutoValueSchema.class)
@AutoValue
abstract class AccessLogEntry {

  abstract Instant getTime();

  abstract String getHost();

  abstract String getUser();

  abstract String getMethod();

  abstract String getPath();

  abstract int getCode();

  abstract String getReferer();

  abstract long getSize();

  abstract String getAgent();

  abstract Builder toBuilder();

  static Builder builder() {
    return new AutoValue_AccessLogEntry.Builder();
  }

  @AutoValue.Builder
  abstract static class Builder {
    abstract Builder setTime(Instant time);

    abstract Builder setHost(String host);

    abstract Builder setUser(String user);

    abstract Builder setMethod(String method);

    abstract Builder setPath(String path);

    abstract Builder setCode(int code);

    abstract Builder setReferer(String referer);

    abstract Builder setSize(long size);

    abstract Builder setAgent(String agent);

    abstract AccessLogEntry build();
  }
}
