package io.resultsink.postgres.destination;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.postgres.failure.InvalidTargetException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfiguredTargetTest {

  private static final String SERVICE_FILE = "org.postgresql.pgservicefile";
  private static final String URL = "postgresql://app@db.example.com/shop/hits";

  @Test
  void aValueOutsideOfTheUrlIsTheOptionOfTheUrl() {
    PostgresTarget target =
        ConfiguredTarget.of(URL + "?min_rows=5")
            .with(SinkOption.MODE, "update")
            .with(SinkOption.UNIQUE, List.of("a,b", "c&mode=replace"))
            .with(SinkOption.RUN_ID, "day 1")
            .withPassword("env:SHOP_DB_PASSWORD")
            .withConnectionProperties(Map.of("sslmode", "require"))
            .target();

    assertThat(
        target,
        is(
            PostgresTarget.parse(
                    URL
                        + "?min_rows=5&mode=update&unique=a%2Cb,c%26mode%3Dreplace&run_id=day%201"
                        + "&sslmode=require")
                .toBuilder()
                .password(Secret.env("SHOP_DB_PASSWORD"))
                .build()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "MODE | mode=replace | append",
        "UNIQUE | mode=update&unique=[a,b] | b",
        "SCHEMA | schema=one | two",
        "STAGING_SCHEMA | staging_schema=one | two",
        "STAGING | staging=logged | unlogged",
        "STAGING_TTL | staging_ttl=1d | 25h",
        "RUN_ID | run_id=one | two",
        "MIN_ROWS | min_rows=5 | 6",
        "LOCK_TIMEOUT | lock_timeout=1s | 2s",
        "LOCK_WAIT | lock_wait=1min | 2min",
      })
  void aValueThatContradictsTheUrlIsRefused(SinkOption option, String inUrl, String value) {
    assertThat(
        problems(ConfiguredTarget.of(URL + "?" + inUrl).with(option, value)),
        contains(containsString("option '" + option.option() + "' has one value in the URL")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "UNIQUE | mode=update&unique=[a] | a",
        "STAGING_TTL | staging_ttl=1d | 24h",
        "RUN_ID | run_id=%61 | a",
        "MIN_ROWS | min_rows=05 | 5",
        "RESET | mode=truncate&reset=delete | delete",
      })
  void theSameValueMayBeWrittenTwice(SinkOption option, String inUrl, String value) {
    String url = URL + "?" + inUrl;
    assertThat(
        ConfiguredTarget.of(url).with(option, value).target(), is(PostgresTarget.parse(url)));
  }

  @Test
  void aSchemaContradictsThatOfTheTable() {
    assertThat(
        problems(ConfiguredTarget.of("postgresql://h/d/one.hits").with(SinkOption.SCHEMA, "two")),
        contains(containsString("schema 'two' contradicts table 'one.hits'")));
  }

  @Test
  void allProblemsAreReportedAtOnce() {
    assertThat(
        problems(
            ConfiguredTarget.of(URL + "?mode=replace&colour=red")
                .with(SinkOption.MODE, "append")
                .with(SinkOption.MIN_ROWS, "-1")
                .withPassword("geheim")
                .withConnectionProperties(Map.of("sslmode", "maybe", "min_rows", "5"))),
        containsInAnyOrder(
            List.of(
                containsString("option 'mode' has one value in the URL"),
                containsString("min_rows '-1'"),
                containsString("option 'colour' is not known"),
                containsString("a password reference is env:NAME or file:PATH"),
                containsString("sslmode 'maybe' is not valid"),
                containsString("connection_properties has 'min_rows'"))));
  }

  @ParameterizedTest
  @CsvSource({
    "postgresql://app:geheim@h/d/t",
    "postgresql://app:geheim@[::1]:5432/d/t",
    "POSTGRES://app:@h/d/t",
  })
  void aUrlWithAPasswordIsRefusedWithoutRepeatingIt(String url) {
    List<String> problems = problems(ConfiguredTarget.of(url));

    assertThat(problems, hasItem(containsString("give a reference as 'password'")));
    assertThat(problems.toString(), not(containsString("geheim")));
  }

  @ParameterizedTest
  @CsvSource({
    "postgresql://h:5432/d/t",
    "postgresql://app@h:5432/d/t",
    "postgresql://app@[::1]:5432/d/a:b"
  })
  void aPortIsNotAPassword(String url) {
    assertThat(ConfiguredTarget.of(url).target(), is(PostgresTarget.parse(url)));
  }

  @Test
  void aPropertyThatContradictsTheUrlIsRefused() {
    assertThat(
        problems(
            ConfiguredTarget.of(URL + "?sslmode=disable")
                .withConnectionProperties(Map.of("sslmode", "require"))),
        contains(containsString("connection property 'sslmode' has one value in the URL")));
  }

  @Test
  void aNameCannotSmuggleAnOptionIntoTheUrl() {
    assertThat(
        problems(
            ConfiguredTarget.of(URL)
                .withConnectionProperties(Map.of("sslmode=require&mode", "replace"))),
        contains(containsString("no connection property can have")));
  }

  @Test
  void aPasswordAndAPasswordFileAreOneTooMany() {
    assertThat(
        problems(ConfiguredTarget.of(URL + "?passfile=/no/such/file").withPassword("env:PASSWORD")),
        hasItem("both password and passfile are given; write one of them"));
  }

  /** A job can be read by others than the files of its launcher. */
  @Test
  void aPasswordThatIsFoundAtLaunchIsRefused(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("passwords"), "*:*:*:*:geheim");
    ConfiguredTarget inUrl = ConfiguredTarget.of(URL + "?passfile=" + file);
    ConfiguredTarget asProperty =
        ConfiguredTarget.of(URL).withConnectionProperties(Map.of("passfile", file.toString()));

    for (ConfiguredTarget target : List.of(inUrl, asProperty)) {
      assertThat(
          problems(target).toString(),
          allOf(
              containsString("found for this server in the passfile would be written into the job"),
              containsString("give a reference as 'password': env:NAME or file:PATH"),
              not(containsString("geheim"))));
    }
  }

  @Test
  void aSavedConnectionNeedsAReferenceToItsPassword(@TempDir Path folder) throws IOException {
    Path services = folder.resolve("services");
    String connection = "[shop]\nhost=h\ndbname=d\nuser=app\n";
    System.setProperty(SERVICE_FILE, services.toString());
    try {
      Files.writeString(services, connection + "password=geheim\n");
      assertThat(
          problems(ConfiguredTarget.of("shop:hits")),
          contains(containsString("found for the saved connection would be written into the job")));
      assertThat(
          ConfiguredTarget.of("shop:hits").withPassword("env:PASSWORD").target().password(),
          is(Secret.env("PASSWORD")));

      Files.writeString(services, connection + "# pgresult: password file:/run/secrets/shop\n");
      assertThat(
          ConfiguredTarget.of("shop:hits").target().password(),
          is(Secret.file("/run/secrets/shop")));
    } finally {
      System.clearProperty(SERVICE_FILE);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"a,b&c", "[a,b&c]"})
  void aListAsTextIsSeparatedByCommas(String text) {
    assertThat(
        ConfiguredTarget.of(URL + "?mode=update").with(SinkOption.UNIQUE, text).target().unique(),
        is(List.of("a", "b&c")));
  }

  private static List<String> problems(ConfiguredTarget target) {
    return assertThrows(InvalidTargetException.class, target::target).problems();
  }
}
