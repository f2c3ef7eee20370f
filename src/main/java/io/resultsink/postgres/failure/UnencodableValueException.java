package io.resultsink.postgres.failure;

/** A value of the result that does not fit its column. The target is untouched. */
public final class UnencodableValueException extends ResultSinkException {

  private final String column;

  /**
   * Creates one. The reason must not have the value itself.
   *
   * @param column the column's name
   * @param type the column's type as PostgreSQL writes it, such as {@code numeric(10,2)}
   * @param reason why no value like this fits
   */
  public UnencodableValueException(String column, String type, String reason) {
    super(
        sentence(column, type, reason) + "; the target is untouched", Remedy.FIX_DATA, null, null);
    this.column = column;
  }

  /** The reason alone, without what became of the target. */
  public static String sentence(String column, String type, String reason) {
    return "a value does not fit column "
        + Printable.of(column)
        + " ("
        + Printable.of(type)
        + "): "
        + reason;
  }

  /** Returns the column whose value does not fit. */
  public String column() {
    return column;
  }
}
