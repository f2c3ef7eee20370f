package io.resultsink.pipelines.query;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.anyOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseNameTest {

  @ParameterizedTest
  @CsvSource({
    "postgresql://app:hunter2@db/shop?schema=sales, postgresql://db/shop",
    "POSTGRESQL://app:hunter2@db:6432/shop, postgresql://db:6432/shop",
    "Postgres://app@[::1]/shop?connect_timeout=3, postgresql://[::1]/shop",
    "/no/such/folder, /no/such/folder",
    "gs://bucket/logs, gs://bucket/logs",
  })
  void isShownWithoutUserPasswordAndOptions(String text, String shown) {
    assertThat(DatabaseName.parse(text).toString(), is(shown));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "postgresql:/app:hunter2@db/shop",
        "postgresql//app:hunter2@db/shop",
        "POSTGRESQL:app:hunter2@db/shop",
        "jdbc:postgresql://db/shop?user=app&password=hunter2",
        "JDBC:POSTGRESQL://db/shop?user=app&password=hunter2",
        "postgresql://db/shop?password=hunter2",
        "postgresql://db/shop?sslpassword=hunter2",
        "postgresql://app:hun/ter2@db/shop",
        "postgresql://app:hunter2@db",
        "postgresql://app:hunter2@db/shop/t",
        "postgresql://app:hunter2@db/shop?mode=append",
        "postgrsql://app:hunter2@db/shop",
        "app:hunter2@db/shop",
        "host=db password=hunter2",
        "mysql://app:hunter2@db/shop",
      })
  void whatMayHaveAPasswordIsNotRepeated(String text) {
    assertThat(
        everythingOf(assertThrows(QueryException.class, () -> DatabaseName.parse(text))),
        not(anyOf(containsString("hunter2"), containsString("ter2"))));
  }

  /** A password with a slash looks like a folder of a file system that is not known. */
  @ParameterizedTest
  @ValueSource(strings = {"postgrsql://app:hun/ter2@db/shop", "s3://b/password=hunter2"})
  void norIsAFolderThatCannotBeListed(String text) {
    assertThat(
        everythingOf(
            assertThrows(QueryException.class, () -> InputTables.of(text, 1, null).isEmpty())),
        not(anyOf(containsString("hunter2"), containsString("ter2"))));
  }

  private static String everythingOf(Throwable thrown) {
    StringWriter text = new StringWriter();
    thrown.printStackTrace(new PrintWriter(text));
    return text.toString();
  }

  @Test
  void aFolderThatIsThereHasAnyName(@TempDir Path folder) throws Exception {
    Path mine = Files.createDirectory(folder.resolve("me@corp password"));
    assertThat(DatabaseName.parse(mine.toString()).toString(), is(mine.toString()));
  }
}
