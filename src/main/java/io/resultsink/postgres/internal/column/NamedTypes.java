package io.resultsink.postgres.internal.column;

import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.beam.sdk.schemas.Schema.EquivalenceNullablePolicy;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.schemas.Schema.LogicalType;
import org.apache.beam.sdk.schemas.Schema.TypeName;
import org.apache.beam.sdk.schemas.logicaltypes.Date;
import org.apache.beam.sdk.schemas.logicaltypes.DateTime;
import org.apache.beam.sdk.schemas.logicaltypes.NanosDuration;
import org.apache.beam.sdk.schemas.logicaltypes.NanosInstant;
import org.apache.beam.sdk.schemas.logicaltypes.Time;
import org.apache.beam.sdk.schemas.logicaltypes.UuidLogicalType;
import org.jspecify.annotations.Nullable;

/**
 * The logical types that are known by their names, and whose values are those of their base types.
 *
 * <p>Such are the types of rows that another language sends: for a Python date, Java's Beam has a
 * name and a number of days. JdbcIO's DATE and TIME, which Python has too, are instants in UTC for
 * Beam, and a date and a time here.
 */
final class NamedTypes {

  /** Types of Java that Beam 2.70 does not make of their names. */
  private static final Map<String, LogicalType<?, ?>> OF_JAVA =
      Stream.of(
              new Date(),
              new Time(),
              new DateTime(),
              new UuidLogicalType(),
              new NanosInstant(),
              new NanosDuration())
          .collect(Collectors.toMap(LogicalType::getIdentifier, Function.identity()));

  private NamedTypes() {}

  /** Returns the line of a type with such a name and its base type; null for any other. */
  static @Nullable FieldMapping mapping(FieldType type, LogicalType<?, ?> logical) {
    FieldType base = logical.getBaseType();
    if (base.getTypeName() == TypeName.DATETIME) {
      return switch (logical.getIdentifier()) {
        case "DATE", "beam:logical_type:javasdk_date:v1" ->
            FieldMapping.of(type, ValueKind.DATE, CreatedType.DATE).reading(ExactTimes::dateOf);
        case "TIME", "beam:logical_type:javasdk_time:v1" ->
            FieldMapping.of(type, ValueKind.TIME, CreatedType.TIME).reading(ExactTimes::timeOf);
        default -> null;
      };
    }
    LogicalType<?, ?> known = OF_JAVA.get(logical.getIdentifier());
    if (known == null
        || known.getClass() == logical.getClass()
        || !known.getBaseType().equivalent(base, EquivalenceNullablePolicy.IGNORE)) {
      return null;
    }
    return ColumnTypes.of(FieldType.logicalType(known))
        .withOuter(type, value -> ColumnTypes.inputValue(known, value));
  }
}
