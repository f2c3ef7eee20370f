package io.resultsink.pipelines.command;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class PsqlVersionTest {

  @Test
  void isReadFromWhatPsqlSays() {
    assertThat(
        PsqlVersion.parse("psql (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"),
        is(OptionalInt.of(15)));
    assertThat(PsqlVersion.parse("psql (PostgreSQL) 18beta1\n"), is(OptionalInt.of(18)));
    assertThat(PsqlVersion.parse(""), is(OptionalInt.empty()));
  }
}
