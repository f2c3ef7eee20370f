package io.resultsink.postgres.internal.column;

import org.apache.beam.sdk.annotations.Internal;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.schemas.logicaltypes.PassThroughLogicalType;

/**
 * The Beam type of the text of a JSON document, for which the sink creates a {@code jsonb} column.
 */
@Internal
public final class JsonText extends PassThroughLogicalType<String> {

  private static final String IDENTIFIER = "io.resultsink:json_text:v1";

  /** The only instance. */
  public JsonText() {
    super(IDENTIFIER, FieldType.STRING, "", FieldType.STRING);
  }
}
