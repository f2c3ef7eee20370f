package io.resultsink.pipelines;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.pipelines.query.DatabaseName;
import io.resultsink.pipelines.query.QueryException;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A named result as the DATABASE of a query. */
class NamedDatabaseTest {

  @Test
  void itsConnectionIsTheDatabaseAndItsPasswordIsNotShown(@TempDir Path folder) throws IOException {
    try (PostgresFiles files = new PostgresFiles(folder)) {
      files.writeServices("[mydb]\nhost=db\nport=6432\ndbname=shop\nuser=app\npassword=hunter2\n");
      for (String text : new String[] {"mydb", "mydb:"}) {
        DatabaseName name = DatabaseName.parse(text);
        assertThat(name.server().orElseThrow().user(), is("app"));
        assertThat(name.toString(), is("postgresql://db:6432/shop"));
        assertThat(name.toString(), not(containsString("hunter2")));
      }
      assertThat(DatabaseName.parse("another").isLocalFolder(), is(true));
      assertThat(
          assertThrows(QueryException.class, () -> DatabaseName.parse("another:")).getMessage(),
          containsString("no connection is saved as 'another'"));
    }
  }
}
