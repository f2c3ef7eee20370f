package io.resultsink.postgres.internal.column;

/**
 * A column of an existing table.
 *
 * @param name as pg_attribute has it
 * @param notNull whether NULL is refused, by the column or by its domain
 * @param hasDefault whether the column fills itself when an INSERT leaves it out (default,
 *     identity, generated)
 * @param generatedAlways whether an INSERT must leave it out (GENERATED ALWAYS, stored or identity)
 */
public record TargetColumn(
    String name, PostgresType type, boolean notNull, boolean hasDefault, boolean generatedAlways) {}
