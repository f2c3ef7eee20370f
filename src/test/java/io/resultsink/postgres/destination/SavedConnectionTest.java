package io.resultsink.postgres.destination;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.postgres.failure.InvalidTargetException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SavedConnectionTest {

  private static final String SERVICE_FILE = "org.postgresql.pgservicefile";
  private static final String PASSWORD_FILE = "org.postgresql.pgpassfile";

  @TempDir Path folder;

  @BeforeEach
  void pointAtFiles() {
    System.setProperty(SERVICE_FILE, folder.resolve("services").toString());
    System.setProperty(PASSWORD_FILE, folder.resolve("passwords").toString());
  }

  @AfterEach
  void forgetFiles() {
    System.clearProperty(SERVICE_FILE);
    System.clearProperty(PASSWORD_FILE);
  }

  private void services(String text) throws IOException {
    Files.writeString(folder.resolve("services"), text);
  }

  @Test
  void theShortFormIsTheSavedConnectionWithATable() throws IOException {
    services(
        """
        # by hand
        [other]
        host=elsewhere

        [mydb]
        host=db.example.com
        port=6432
        dbname=shop
        user=app
        password=hunter2
        sslmode=verify-full
        connect_timeout=7
        application_name=psql
        """);
    PostgresTarget target = PostgresTarget.parse("mydb:sales.top%20movies?mode=replace");
    assertThat(
        target.toString(),
        equalTo(
            "postgresql://app@db.example.com:6432/shop/sales.top%20movies?mode=replace"
                + "&connectTimeout=7&sslmode=verify-full"));
    assertThat(Objects.requireNonNull(target.password()).resolve(), equalTo("hunter2"));
  }

  @Test
  void aConnectionPropertyOfTheTargetGoesBeforeTheSavedOne() throws IOException {
    services("[mydb]\nhost=db\ndbname=shop\nuser=app\nsslmode=disable\n");
    assertThat(
        PostgresTarget.parse("mydb:t?sslmode=verify-full&sslrootcert=/etc/ca.pem")
            .connectionProperties(),
        equalTo(Map.of("sslmode", "verify-full", "sslrootcert", "/etc/ca.pem")));
  }

  @ParameterizedTest
  @CsvSource({
    "sslmode=require, '{sslmode=verify-ca, sslrootcert=/etc/ca.pem}'",
    "sslmode=verify-full, '{sslmode=verify-full, sslrootcert=/etc/ca.pem}'",
    "sslmode=prefer, {sslmode=prefer}",
    "port=5432, {}"
  })
  void aCertificateIsCheckedWhenLibpqDoesIt(String line, String properties) throws IOException {
    services("[mydb]\nhost=db\ndbname=shop\nuser=app\nsslrootcert=/etc/ca.pem\n" + line + "\n");
    assertThat(
        new TreeMap<>(PostgresTarget.parse("mydb:t").connectionProperties()).toString(),
        equalTo(properties));
  }

  @Test
  void whatTheServiceLeavesOutIsAsLibpqHasIt() throws IOException {
    services("[mydb]\ndbname=shop\n");
    PostgresTarget target = PostgresTarget.parse("mydb:t");
    assertThat(target.host(), equalTo("localhost"));
    assertThat(target.port(), equalTo(5432));
    assertThat(target.user(), equalTo(System.getProperty("user.name")));
    assertThat(target.password(), is(nullValue()));
  }

  @Test
  void thePasswordIsFoundInThePasswordFile() throws IOException {
    services("[mydb]\nhost=db\ndbname=shop\nuser=app\n");
    Files.writeString(
        folder.resolve("passwords"), "other:5432:shop:app:wrong\ndb:5432:*:app:p\\:w\n");
    assertThat(
        Objects.requireNonNull(PostgresTarget.parse("mydb:t").password()).resolve(),
        equalTo("p:w"));
  }

  @Test
  void thePasswordIsFoundInTheFileThatTheServiceNames() throws IOException {
    Path file = Files.writeString(folder.resolve("own"), "db:5432:shop:app:s3cr3t\n");
    Files.writeString(folder.resolve("passwords"), "db:5432:shop:app:wrong\n");
    services("[mydb]\nhost=db\ndbname=shop\nuser=app\npassfile=" + file + "\n");
    assertThat(
        Objects.requireNonNull(PostgresTarget.parse("mydb:t").password()).resolve(),
        equalTo("s3cr3t"));
  }

  @Test
  void aReferenceGoesBeforeAPassword() throws IOException {
    Path secret = Files.writeString(folder.resolve("secret"), "s3cr3t\n");
    services(
        "[mydb]\nhost=db\ndbname=shop\nuser=app\npassword=old\n# pgresult: password file:"
            + secret
            + "\n");
    Secret password = Objects.requireNonNull(PostgresTarget.parse("mydb:t").password());
    assertThat(password.resolve(), equalTo("s3cr3t"));
    assertThat(password, equalTo(Secret.file(secret.toString())));
  }

  @Test
  void aNameThatIsNotSavedIsSaidWithThoseThatAre() throws IOException {
    services("[shop]\n[bi]\n");
    assertThat(
        problem("mydb:top_movies"),
        equalTo(
            "no connection is saved as 'mydb' in "
                + folder.resolve("services")
                + "; there are: shop, bi; save it there, or write"
                + " postgresql://user@host/database/table"));
  }

  @Test
  void aFileThatIsMissingHasNone() {
    assertThat(problem("mydb:top_movies"), containsString("which has none"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"options=-c search_path=x", "passfile=/", "sslkey", "port=abc", "x=y"})
  void whatTheSinkCannotDoIsSaid(String line) throws IOException {
    services("[mydb]\nhost=db\ndbname=shop\nuser=app\n" + line + "\n");
    assertThat(
        problem("mydb:t"),
        allOf(containsString("connection 'mydb' in " + folder), not(containsString("hunter2"))));
  }

  @Test
  void aWrongOptionOfTheTargetIsAnErrorAsInAUrl() throws IOException {
    services("[mydb]\nhost=db\ndbname=shop\nuser=app\npassword=hunter2\n");
    assertThat(
        problem("mydb:t?mode=overwrite"),
        equalTo("mode 'overwrite' is not known; use append, replace, truncate or update"));
  }

  @Test
  void aUserAndPasswordThatLackTheirHostAreNotShown() {
    assertThat(problem("app:hunter2"), not(containsString("hunter2")));
    assertThat(problem("app:hunter2?sslmode=require"), not(containsString("hunter2")));
  }

  private static String problem(String target) {
    return assertThrows(InvalidTargetException.class, () -> PostgresTarget.parse(target))
        .getMessage();
  }
}
