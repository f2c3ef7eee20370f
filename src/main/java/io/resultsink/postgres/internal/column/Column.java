package io.resultsink.postgres.internal.column;

import io.resultsink.postgres.internal.column.ColumnType.Publishing;
import io.resultsink.postgres.internal.copy.RowEncoder;
import io.resultsink.postgres.internal.url.Identifier;
import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;

/**
 * A column that the result fills.
 *
 * @see Columns
 */
@Internal
public final class Column {

  private final String name;
  private final String type;
  private final String qualifiedType;
  private final boolean countsCharacters;
  private final int fieldIndex;
  private final boolean notNull;
  private final ColumnType columnType;
  private final boolean typeOfResult;
  private final boolean takesNull;

  Column(
      String name,
      PostgresType type,
      int fieldIndex,
      boolean notNull,
      ColumnType columnType,
      boolean typeOfResult) {
    this.name = name;
    this.type = type.sql();
    this.qualifiedType = type.qualified();
    this.countsCharacters = PostgresTypes.countsCharacters(type);
    this.fieldIndex = fieldIndex;
    this.notNull = notNull;
    this.columnType = columnType;
    this.typeOfResult = typeOfResult;
    this.takesNull = false;
  }

  /** The same, which takes NULL. */
  private Column(Column other) {
    this.name = other.name;
    this.type = other.type;
    this.qualifiedType = other.qualifiedType;
    this.countsCharacters = other.countsCharacters;
    this.fieldIndex = other.fieldIndex;
    this.notNull = false;
    this.columnType = other.columnType;
    this.typeOfResult = other.typeOfResult;
    this.takesNull = true;
  }

  /** Returns the same column, whose NULLs are staged, whatever else may refuse them. */
  Column takingNull() {
    return new Column(this);
  }

  /** Returns the name, in the spelling of an existing table. */
  public String name() {
    return name;
  }

  /** Returns the name as SQL writes it. */
  public String quoted() {
    return Identifier.quote(name);
  }

  /** Returns the type in the target, as SQL writes it with an empty search path. */
  public String type() {
    return type;
  }

  /** Returns the type in the staging table, as SQL writes it with an empty search path. */
  public String stagedType() {
    return columnType.staged();
  }

  /** Returns whether the result names the type, which the target's database may lack. */
  public boolean typeOfResult() {
    return typeOfResult;
  }

  /** Returns the field of the Beam schema that fills it. */
  public int fieldIndex() {
    return fieldIndex;
  }

  /** Returns whether the table refuses NULL. */
  public boolean notNull() {
    return notNull;
  }

  /** Returns whether its type has a length in characters, as {@code varchar(3)} has. */
  public boolean countsCharacters() {
    return countsCharacters;
  }

  /**
   * Returns the expression that makes the target's value of the staging table's column. It means
   * the same under every search path, because the statement runs under the role's, for the user's
   * triggers.
   */
  public String publishExpression() {
    String staged = quoted();
    return switch (columnType.publishing()) {
      case AS_IS -> staged;
      case CAST -> "CAST(" + staged + " AS " + qualifiedType + ")";
      case INPUT ->
          "(SELECT \"r\".\"v\" FROM pg_catalog.jsonb_to_record("
              + "pg_catalog.jsonb_build_object('v', "
              + staged
              + ")) AS \"r\"(\"v\" "
              + qualifiedType
              + "))";
    };
  }

  /**
   * A condition over the staging table's column that is always true. It fails, as the publish
   * would, for a value that is none of the target's type. Null when there is nothing to fail, or
   * when only the publish can tell.
   */
  public @Nullable String conversion() {
    return stagedAsIs() || columnType.publishing() == Publishing.INPUT
        ? null
        : unlessNullIsTaken(
            "pg_catalog.num_nonnulls(CAST("
                + quoted()
                + " AS "
                + qualifiedType
                + ")) OPERATOR(pg_catalog.>=) 0");
  }

  /** Returns a condition for a row of the staging table, or the same for rows without NULL here. */
  public String unlessNullIsTaken(String condition) {
    return takesNull
        ? "CASE WHEN " + quoted() + " IS NULL THEN true ELSE (" + condition + ") END"
        : condition;
  }

  /** Returns whether expressions over the target's column mean the same over the staged one. */
  public boolean isStagedAsValue() {
    return columnType.publishing() == Publishing.AS_IS;
  }

  /**
   * Returns whether staging table and target have the same type, so that staged bytes can be copied
   * as they are.
   */
  public boolean stagedAsIs() {
    return columnType.publishing() == Publishing.AS_IS && type.equals(stagedType());
  }

  RowEncoder.Field field() {
    return new RowEncoder.Field(name, type, notNull, columnType.encoder());
  }

  boolean sameAs(Column other) {
    return name.equals(other.name)
        && type.equals(other.type)
        && notNull == other.notNull
        && stagedType().equals(other.stagedType());
  }

  @Override
  public String toString() {
    return name + " " + type;
  }
}
