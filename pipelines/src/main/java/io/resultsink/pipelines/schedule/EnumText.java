package io.resultsink.pipelines.schedule;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Locale;

/** The text of enum constants in the database: in lower case. */
final class EnumText {

  private EnumText() {}

  static <E extends Enum<E>> E constant(Class<E> of, ResultSet row, String column)
      throws SQLException {
    return Enum.valueOf(of, row.getString(column).toUpperCase(Locale.ROOT));
  }

  static String text(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
