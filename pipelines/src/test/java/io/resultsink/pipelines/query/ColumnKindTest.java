package io.resultsink.pipelines.query;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.nullValue;

import java.math.BigDecimal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ColumnKindTest {

  @ParameterizedTest
  @CsvSource({
    "0, INTEGER",
    "-42, INTEGER",
    "9223372036854775807, INTEGER",
    "9223372036854775808, DECIMAL",
    "007, TEXT",
    "+1, TEXT",
    "1.5, DOUBLE",
    "0.10, DOUBLE",
    "12345678901234567.89, DECIMAL",
    "0.1234567890123456789, DECIMAL",
    "1e400, DECIMAL",
    "1e300, DOUBLE",
    "-1.5e-3, DOUBLE",
    "1., TEXT",
    "NaN, TEXT",
    "true, BOOLEAN",
    "False, BOOLEAN",
    "yes, TEXT",
    "2026-11-22, TEXT"
  })
  void textSaysItsKind(String text, ColumnKind kind) {
    assertThat(ColumnKind.ofText(text), is(kind));
  }

  @ParameterizedTest
  @CsvSource({
    "UNKNOWN, INTEGER, INTEGER",
    "INTEGER, UNKNOWN, INTEGER",
    "INTEGER, DOUBLE, DOUBLE",
    "DECIMAL, INTEGER, DECIMAL",
    "DECIMAL, DOUBLE, DECIMAL",
    "BOOLEAN, INTEGER, TEXT",
    "BOOLEAN, BOOLEAN, BOOLEAN",
    "TEXT, INTEGER, TEXT"
  })
  void twoKindsHaveOneThatHoldsBoth(ColumnKind one, ColumnKind other, ColumnKind both) {
    assertThat(one.with(other), is(both));
    assertThat(other.with(one), is(both));
  }

  @Test
  void valuesAreParsedAsTheirColumn() {
    assertThat(ColumnKind.INTEGER.parse("42"), is(42L));
    assertThat(ColumnKind.DECIMAL.parse("42"), is(new BigDecimal(42)));
    assertThat(
        ColumnKind.DECIMAL.parse("12345678901234567.89"),
        is(new BigDecimal("12345678901234567.89")));
    assertThat(ColumnKind.DECIMAL.parse("0.5"), is(new BigDecimal("0.5")));
    assertThat(ColumnKind.DOUBLE.parse("42"), is(42.0));
    assertThat(ColumnKind.BOOLEAN.parse("TRUE"), is(true));
    assertThat(ColumnKind.TEXT.parse("007"), is("007"));
  }

  @Test
  void whatDoesNotFitIsNoValue() {
    assertThat(ColumnKind.INTEGER.parse("4.2"), is(nullValue()));
    assertThat(ColumnKind.INTEGER.parse("007"), is(nullValue()));
    assertThat(ColumnKind.INTEGER.parse("9223372036854775808"), is(nullValue()));
    assertThat(ColumnKind.BOOLEAN.parse("1"), is(nullValue()));
    assertThat(ColumnKind.DOUBLE.parse("1e400"), is(nullValue()));
    assertThat(ColumnKind.DOUBLE.parse("12345678901234567.89"), is(nullValue()));
    assertThat(ColumnKind.DOUBLE.parse("x"), is(nullValue()));
  }

  @Test
  void anIntegerThatNoDoubleIsEqualToDoesNotFitDouble() {
    assertThat(ColumnKind.DOUBLE.parse("9007199254740992"), is(9007199254740992.0));
    assertThat(ColumnKind.DOUBLE.parse("9007199254740993"), is(nullValue()));
  }
}
