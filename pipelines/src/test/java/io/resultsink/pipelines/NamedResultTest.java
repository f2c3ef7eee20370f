package io.resultsink.pipelines;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code pgresult result}, without a server. */
class NamedResultTest {

  private static final String BY_HAND = "# mine\n[other]\nhost=elsewhere\n\n";
  private static final String PASSWORDS_BY_HAND = "# mine too\n*:*:*:app:old";

  @TempDir Path folder;

  private PostgresFiles files;

  @BeforeEach
  void ownFiles() {
    files = new PostgresFiles(folder);
  }

  @AfterEach
  void forget() {
    files.close();
  }

  private CommandLineOutcome result(String... arguments) {
    String[] all = new String[arguments.length + 1];
    all[0] = "result";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    CommandLineOutcome outcome = CommandLineOutcome.of(folder, "", all);
    assertThat(outcome.err(), not(containsString("hunter2")));
    assertThat(outcome.out(), not(containsString("hunter2")));
    return outcome;
  }

  private void assertWrong(String error, String... arguments) {
    CommandLineOutcome outcome = result(arguments);
    assertThat(outcome.err(), startsWith("error: " + error));
    assertThat(outcome.exitCode(), is(2));
    assertThat(outcome.out(), is(""));
  }

  @Test
  void createdIsWhatPsqlReads() throws IOException {
    CommandLineOutcome created =
        result("create", "mydb", "postgresql://app:hunter2%3A@db:6432/shop?sslmode=require");
    assertThat(created.err(), created.exitCode(), is(0));
    assertThat(
        files.services(),
        equalTo(
            """
            [mydb]
            # kept by pgresult
            host=db
            port=6432
            dbname=shop
            user=app
            sslmode=require
            """));
    assertThat(files.passwords(), equalTo("# pgresult: mydb\ndb:6432:shop:app:hunter2\\:\n"));
    assertThat(files.permissionsOfPasswords(), equalTo("rw-------"));
  }

  @Test
  void deletedLeavesTheFilesAsTheyWere() throws IOException {
    files.writeServices(BY_HAND);
    files.writePasswords(PASSWORDS_BY_HAND, "rw-------");
    result("create", "mydb", "postgresql://app:hunter2@db/shop");
    result("create", "later", "postgresql://app:hunter2@db/bi");
    assertThat(files.services(), startsWith(BY_HAND));
    assertThat("found before the user's line for all", files.passwords(), startsWith("# pgresult"));
    assertThat(result("delete", "mydb").exitCode(), is(0));
    assertThat(files.services(), containsString("[later]"));
    assertThat(result("delete", "later").exitCode(), is(0));
    assertThat(files.services(), equalTo(BY_HAND));
    assertThat(files.passwords(), equalTo(PASSWORDS_BY_HAND));
  }

  @Test
  void aReferenceIsKeptInsteadOfThePassword() throws IOException {
    result("create", "mydb", "--password", "env:SHOP_PASSWORD", "postgresql://app@db/shop");
    assertThat(files.services(), containsString("# pgresult: password env:SHOP_PASSWORD\n"));
    assertThat(files.passwords(), equalTo(""));
    assertThat(result("show", "mydb").out(), containsString("password  env:SHOP_PASSWORD"));
  }

  @Test
  void servicesThatAreThereAreListedToo() throws IOException {
    files.writeServices(
        "[bi]\nhost=db\ndbname=bi\nuser=app\nconnect_timeout=3\n[odd]\noptions=-x\n");
    result("create", "mydb", "postgresql://app:hunter2@db/shop");
    String list = result("list").out();
    assertThat(list, containsString(" bi   | postgresql://app@db/bi?connectTimeout=3\n"));
    assertThat(list, containsString(" odd  | not usable by pgresult: connection 'odd' in "));
    assertThat(list, containsString(" mydb | postgresql://app@db/shop\n"));
    CommandLineOutcome shown = result("show", "bi");
    assertThat(shown.out(), containsString("not created by pgresult"));
    assertWrong("'bi' was not created by pgresult; remove it from", "delete", "bi");
  }

  @Test
  void anEmbeddedServersUrlIsTaken() throws IOException {
    Path passFile = Files.writeString(folder.resolve("own"), "127.0.0.1:*:r:r:hunter2\n");
    CommandLineOutcome created =
        result(
            "create",
            "mydb",
            "postgresql://r@127.0.0.1:54320/r?passfile="
                + passFile
                + "&require_auth=scram-sha-256");
    assertThat(created.err(), created.exitCode(), is(0));
    assertThat(files.services(), containsString("user=r\nrequire_auth=scram-sha-256\n"));
    assertThat(files.passwords(), containsString("127.0.0.1:54320:r:r:hunter2\n"));
    assertThat(
        result("show", "mydb").out(),
        containsString("url       postgresql://r@127.0.0.1:54320/r?requireAuth=scram-sha-256\n"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          My      | postgresql://app@db/shop                    | 'My' cannot name a result; use 3 to 255 of a-z, 0-9 and _
          embedded| postgresql://app@db/shop                    | 'embedded' is reserved for pgresult itself
          mydb    | postgresql://app:hunter2@db/shop/movies     | the URL names more than a database; write
          mydb    | postgresql://app:hunter2@db/shop?mode=append&sslmode=disable | the URL of a database has options of a table: mode
          mydb    | postgresql://app:hunter2@db/shop?mode=replace | the URL of a database has options of a table: mode
          mydb    | postgresql://db/shop                        | the URL names no user
          mydb    | postgresql://app:hunter2@db                 | the URL names no database
          mydb    | app:hunter2@db/shop                         | the target is not a URL
          mydb    | postgresql://app:hunter2@db/shop?socketTimeout=3 | socketTimeout is not known to libpq
          mydb    | postgresql://app:hunter2@db/shop?sslmode=on | sslmode 'on' is not valid
          """)
  void whatCannotBeKeptIsSaid(String name, String url, String error) throws IOException {
    assertWrong(error, "create", name, url);
    assertThat(files.services(), is(""));
    assertThat(files.passwords(), is(""));
  }

  @Test
  void aNameThatIsThereIsNotTakenTwice() throws IOException {
    files.writeServices(BY_HAND);
    assertWrong("'other' exists already, in ", "create", "other", "postgresql://a@db/shop");
    assertThat(files.services(), equalTo(BY_HAND));
  }

  @Test
  void aNameThatIsMissingIsSaidWithThoseThatAreThere() throws IOException {
    assertWrong("there is no named result 'mydb' in ", "delete", "mydb");
    files.writeServices(BY_HAND);
    for (String command : new String[] {"show", "delete", "test"}) {
      CommandLineOutcome outcome = result(command, "mydb");
      assertThat(outcome.err(), containsString("; there are: other"));
      assertThat(outcome.exitCode(), is(2));
    }
  }

  @Test
  void aPasswordFileThatOthersCanReadIsRefused() throws IOException {
    files.writePasswords(PASSWORDS_BY_HAND, "rw-r--r--");
    assertWrong(
        files.passwordFile() + " can be read by others",
        "create",
        "mydb",
        "postgresql://app:hunter2@db/shop");
    assertThat(files.services(), is(""));
    assertThat(files.passwords(), equalTo(PASSWORDS_BY_HAND));
  }

  @Test
  void anotherPasswordForTheSameAddressIsNotOverwritten() throws IOException {
    files.writePasswords("db:5432:shop:app:older\n", "rw-------");
    assertWrong(
        files.passwordFile() + " has another password for app at db",
        "create",
        "mydb",
        "postgresql://app:hunter2@db/shop");
    assertThat(files.services(), is(""));
  }

  @Test
  void manyAtOnceLoseNothing() throws Exception {
    files.writeServices(BY_HAND);
    files.writePasswords(PASSWORDS_BY_HAND, "rw-------");
    int commands = 6;
    CyclicBarrier together = new CyclicBarrier(commands);
    ExecutorService creating = Executors.newFixedThreadPool(commands);
    List<Future<Integer>> created = new ArrayList<>();
    for (int i = 0; i < commands; i++) {
      String url = "postgresql://app" + i + ":hunter2@db/shop";
      String name = "many_" + i;
      created.add(
          creating.submit(
              () -> {
                together.await();
                return CommandLineOutcome.of(folder, "", "result", "create", name, url).exitCode();
              }));
    }
    for (Future<Integer> exitCode : created) {
      assertThat(exitCode.get(), is(0));
    }
    creating.shutdown();
    for (int i = 0; i < commands; i++) {
      assertThat(files.services(), containsString("[many_" + i + "]"));
      assertThat(files.passwords(), containsString("db:5432:shop:app" + i + ":hunter2\n"));
    }
    assertThat(files.services(), startsWith(BY_HAND));
    assertThat(files.passwords(), endsWith(PASSWORDS_BY_HAND));
  }
}
