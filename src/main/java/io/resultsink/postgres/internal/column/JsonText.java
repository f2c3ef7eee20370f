package io.resultsink.postgres.internal.column;

import org.apache.beam.sdk.annotations.Internal;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.schemas.logicaltypes.PassThroughLogicalType;

/** The text of a JSON document, of which the sink makes a {@code jsonb} column. */
@Internal
public final class JsonText extends PassThroughLogicalType<String> {

  private static final String IDENTIFIER = "io.resultsink:json_text:v1";

  /** The type. */
  public JsonText() {
    super(IDENTIFIER, FieldType.STRING, "", FieldType.STRING);
  }
}
