package io.resultsink.postgres.internal.url;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.failure.InvalidTargetException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdentifierTest {

  @Test
  void quotesWhatIsInside() {
    assertThat(Identifier.quote("Top \"Movies\"; --"), is("\"Top \"\"Movies\"\"; --\""));
    assertThat(new TableName("a.b", "c").quoted(), is("\"a.b\".\"c\""));
    assertThat(new TableName(null, "c").quoted(), is("\"c\""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", " ", "select", "Größe", "a.b", "a/b", "💾", "%"})
  void takesWhatPostgresTakes(String name) {
    assertThat(new Identifier(name).name(), is(name));
  }

  @Test
  void countsBytesNotCharacters() {
    String longest = "ü".repeat(31) + "u";
    assertThat(new Identifier(longest).name(), is(longest));
    assertThat(
        message("ü".repeat(32)),
        is("name '" + "ü".repeat(32) + "' has 64 bytes; PostgreSQL names have at most 63"));
  }

  @Test
  void refusesWhatPostgresCannotStore() {
    assertThat(message(""), is("a name is empty"));
    assertThat(message("a\0b"), is("a name has a U+0000, which PostgreSQL cannot store"));
    assertThat(message("a\uD83D"), is("a name is not valid Unicode: half of a surrogate pair"));
  }

  @Test
  void saysWhatTheNameIsFor() {
    InvalidTargetException thrown =
        assertThrows(InvalidTargetException.class, () -> Identifier.check("the database", ""));
    assertThat(thrown.getMessage(), is("the database: a name is empty"));
  }

  private static String message(String name) {
    return assertThrows(InvalidTargetException.class, () -> new Identifier(name)).getMessage();
  }
}
