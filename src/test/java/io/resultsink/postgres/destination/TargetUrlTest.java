package io.resultsink.postgres.destination;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.postgres.failure.InvalidTargetException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.util.SerializableUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TargetUrlTest {

  private static final String FORM =
      "; a target is written"
          + " postgresql://[user[:password]@]host[:port]/database/table[?option=value&...],"
          + " or name:table with a saved connection";

  private static final String SPECIAL_CHARACTERS =
      "the host cannot be told from user and password; percent-encode special characters: '@' as"
          + " %40, '/' as %2F, '?' as %3F, '#' as %23, '%' as %25";

  @Test
  void readsEveryPart() {
    PostgresTarget target =
        PostgresTarget.parse(
            "postgresql://app:p%40ss@db.example.com:6432/shop/public.top_movies?mode=update"
                + "&unique=a,b&staging_schema=tmp&staging=logged&staging_ttl=12h&run_id=r%201"
                + "&min_rows=7&lock_timeout=1s&lock_wait=1min&reset=delete&sslmode=verify-full"
                + "&sslrootcert=/etc/ca+1.pem");
    assertThat(
        target,
        is(
            PostgresTarget.builder()
                .user("app")
                .password(Secret.of("p@ss"))
                .host("db.example.com")
                .port(6432)
                .database("shop")
                .table(new TableName("public", "top_movies"))
                .mode(WriteMode.UPDATE)
                .unique(List.of("a", "b"))
                .stagingSchema("tmp")
                .staging(StagingDurability.LOGGED)
                .stagingTtl(Duration.ofHours(12))
                .runId("r 1")
                .minRows(7)
                .lockTimeout(Duration.ofSeconds(1))
                .lockWait(Duration.ofMinutes(1))
                .connectionProperties(
                    Map.of("sslmode", "verify-full", "sslrootcert", "/etc/ca+1.pem"))
                .build()));
  }

  @Test
  void defaultsAreTheContract() {
    PostgresTarget target = PostgresTarget.parse("postgres://localhost/shop/top_movies");
    assertThat(target.port(), is(5432));
    assertThat(target.user(), is(nullValue()));
    assertThat(target.password(), is(nullValue()));
    assertThat(target.table(), is(new TableName(null, "top_movies")));
    assertThat(target.mode(), is(WriteMode.APPEND));
    assertThat(target.unique(), is(List.of()));
    assertThat(target.stagingSchema(), is(nullValue()));
    assertThat(target.staging(), is(StagingDurability.UNLOGGED));
    assertThat(target.stagingTtl(), is(Duration.ofDays(7)));
    assertThat(target.runId(), is(nullValue()));
    assertThat(target.minRows(), is(0L));
    assertThat(target.lockTimeout(), is(Duration.ofMillis(100)));
    assertThat(target.lockWait(), is(Duration.ofMinutes(5)));
    assertThat(target.connectionProperties(), is(Map.of()));
  }

  /** What is read, as it is written again. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          postgresql://h/d/t                         | postgresql://h/d/t
          PostgreSQL://h/d/t                         | postgresql://h/d/t
          postgresql://h/d/t?                        | postgresql://h/d/t
          postgresql://h/d/t?&mode=replace&          | postgresql://h/d/t?mode=replace
          postgresql://h:5432/d/t?mode=append        | postgresql://h/d/t
          postgresql://app:secret@h:1/d/t            | postgresql://app@h:1/d/t
          postgresql://app:se:cret@h/d/t             | postgresql://app@h/d/t
          postgresql://a%3Ab:secret@h/d/t            | postgresql://a%3Ab@h/d/t
          postgresql://[::1]/d/t                     | postgresql://[::1]/d/t
          postgresql://[2001:db8::7]:6432/d/t        | postgresql://[2001:db8::7]:6432/d/t
          postgresql://[fe80::1%25eth0]/d/t          | postgresql://[fe80::1%25eth0]/d/t
          postgresql://[::ffff:10.0.0.7]/d/t         | postgresql://[::ffff:10.0.0.7]/d/t
          postgresql://my_db-1.example.com./d/t      | postgresql://my_db-1.example.com./d/t
          postgresql://h/d/My%20Table                | postgresql://h/d/My%20Table
          postgresql://h/d/Größe                     | postgresql://h/d/Gr%C3%B6%C3%9Fe
          postgresql://h/d/a+b                       | postgresql://h/d/a%2Bb
          postgresql://h/a%2Fb/c%2Fd                 | postgresql://h/a%2Fb/c%2Fd
          postgresql://h/a.b/t                       | postgresql://h/a.b/t
          postgresql://h/d/s.t                       | postgresql://h/d/s.t
          postgresql://h/d/s%2et                     | postgresql://h/d/s%2Et
          postgresql://h/d/a%2Eb.c%2Ed               | postgresql://h/d/a%2Eb.c%2Ed
          postgresql://h/d/t?schema=s                | postgresql://h/d/s.t
          postgresql://h/d/t?schema=a.b              | postgresql://h/d/a%2Eb.t
          postgresql://h/d/s.t?schema=s              | postgresql://h/d/s.t
          postgresql://h/d/t?mode=update&unique=[b,a%2C]         | postgresql://h/d/t?mode=update&unique=b,a%2C
          postgresql://h/d/t?unique=a&mode=update                | postgresql://h/d/t?mode=update&unique=a
          postgresql://h/d/t?sslmode=require&connectTimeout=5    | postgresql://h/d/t?connectTimeout=5&sslmode=require
          postgresql://h/d/t?run_id=a=b                          | postgresql://h/d/t?run_id=a%3Db
          """)
  void readsAndRenders(String url, String rendered) {
    PostgresTarget target = PostgresTarget.parse(url);
    assertThat(target.toString(), is(rendered));
    PostgresTarget withoutPassword = target.toBuilder().password(null).build();
    assertThat(PostgresTarget.parse(rendered), is(withoutPassword));
  }

  @Test
  void dotsOfNamesAreEncoded() {
    assertThat(
        PostgresTarget.parse("postgresql://h/d/a%2Eb.c%2Ed").table(),
        is(new TableName("a.b", "c.d")));
    assertThat(TableName.parse("shop.top%2Emovies"), is(new TableName("shop", "top.movies")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          p%40ss%2Fw%3Ao%25rd%23%3F | p@ss/w:o%rd#?
          p+ss                      | p+ss
          %F0%9F%92%BE              | 💾
          se:cret                   | se:cret
          env:NAME                  | env:NAME
          a&b=c                     | a&b=c
          """)
  void passwordIsDecodedAndLiteral(String encoded, String password) {
    PostgresTarget target = PostgresTarget.parse("postgresql://app:" + encoded + "@h/d/t");
    assertThat(target.password(), is(Secret.of(password)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ''                               | the target is empty
          top_movies                       | the target is not a URL
          postgresql                       | the target is not a URL
          //h/d/t                          | the target is not a URL
          app:hunter2@h/d/t                | the target is not a URL
          jdbc:postgresql://h/d            | a JDBC URL is not a target: leave 'jdbc:' away and add the table
          postgresql:/h/d/t                | two slashes are missing after 'postgresql:'
          postgres:h/d/t                   | two slashes are missing after 'postgresql:'
          mysql://app:hunter2@h/d/t        | 'mysql://' is not a PostgreSQL target
          ' postgresql://h/d/t'            | the target is not a URL
          """)
  void refusesWhatIsNoTarget(String url, String problem) {
    assertThat(problems(url), contains(problem + FORM));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          postgresql:///d/t               | the host is empty; write one, such as localhost
          postgresql://app@:5432/d/t      | the host is empty; write one, such as localhost
          postgresql://a,b/d/t            | several hosts are given, and a target has one; write the primary's, or a name that always leads to the primary
          postgresql://%2Ftmp/d/t         | the host has a '/'; the driver reaches servers by TCP, not by the path of a socket
          postgresql://a*b/d/t            | the host is neither a host name nor an address, such as db.example.com, 10.0.0.7 or [::1]
          postgresql://[1:2]/d/t          | the host is neither a host name nor an address, such as db.example.com, 10.0.0.7 or [::1]
          postgresql://[localhost]/d/t    | the host's brackets are not those of an IPv6 address, as in [::1] or [::1]:5432
          postgresql://[::1/d/t           | the host's brackets are not those of an IPv6 address, as in [::1] or [::1]:5432
          postgresql://[::1]5432/d/t      | the host's brackets are not those of an IPv6 address, as in [::1] or [::1]:5432
          postgresql://::1/d/t            | the host has more than one ':'; an IPv6 address stands in brackets, as in [::1]
          postgresql://%ZZ/d/t            | the host has a '%' without two hexadecimal digits; write a '%' itself as %25
          postgresql://h:/d/t             | the port is not a number from 1 to 65535; a user and password are followed by '@' and the host
          postgresql://h:x/d/t            | the port is not a number from 1 to 65535; a user and password are followed by '@' and the host
          postgresql://h:-1/d/t           | the port is not a number from 1 to 65535; a user and password are followed by '@' and the host
          postgresql://h:999999/d/t       | the port is not a number from 1 to 65535; a user and password are followed by '@' and the host
          postgresql://h:65536/d/t        | the port is out of range; use 1 to 65535
          postgresql://h:0/d/t            | the port is out of range; use 1 to 65535
          postgresql://@h/d/t             | the user is empty
          postgresql://:hunter2@h/d/t     | the user is empty
          postgresql://app:@h/d/t         | the password is empty; leave it out when there is none
          postgresql://a%pp@h/d/t         | the user has a '%' without two hexadecimal digits; write a '%' itself as %25
          postgresql://app:100%@h/d/t     | the password has a '%' without two hexadecimal digits; write a '%' itself as %25
          postgresql://app:a%2@h/d/t      | the password has a '%' without two hexadecimal digits; write a '%' itself as %25
          postgresql://app:a%٢٢@h/d/t     | the password has a '%' without two hexadecimal digits; write a '%' itself as %25
          postgresql://app:%FF%FE@h/d/t   | the password is not UTF-8 once its %XX are decoded
          postgresql://app:%ED%A0%80@h/d/t | the password is not UTF-8 once its %XX are decoded
          postgresql://app:a%00b@h/d/t    | the password has a U+0000, which PostgreSQL cannot store
          postgresql://h                  | database and table are missing; they follow the host as /database/table
          postgresql://h/                 | database and table are missing; they follow the host as /database/table
          postgresql://h?mode=append      | database and table are missing; they follow the host as /database/table
          postgresql://h/d                | the table is missing; it follows the database as /database/table
          postgresql://h/d/               | the table: a name is empty
          postgresql://h//t               | the database: a name is empty
          postgresql://h/d/t/             | the path has 3 parts where database/table are two; write a '/' in a name as %2F
          postgresql://h/d/s/t            | the path has 3 parts where database/table are two; write a '/' in a name as %2F
          postgresql://h/d/a.b.c          | the table has 2 dots; write table or schema.table, and a dot that belongs to a name as %2E
          postgresql://h/d/.t             | the table's schema: a name is empty
          postgresql://h/d/s.             | the table: a name is empty
          postgresql://h/d%ZZ/t           | the database has a '%' without two hexadecimal digits; write a '%' itself as %25
          postgresql://h/d/t#x            | the URL has a '#'; write it as %23
          postgresql://app:p#ss@h/d/t     | the URL has a '#'; write it as %23
          postgresql://h/d/my table       | the URL has a space or control character; write a space as %20
          postgresql://app:p ss@h/d/t     | the URL has a space or control character; write a space as %20
          postgresql://h/d/s.t?schema=x   | schema 'x' contradicts table 's.t'; leave out one of the two schemas
          postgresql://h/d/t?schema=      | schema has no value; use a name
          postgresql://h/d/t?schema       | schema has no value; use a name
          postgresql://h/d/t?mode=update  | mode 'update' needs the columns of its key; add unique=a,b
          postgresql://h/d/t?unique=a     | unique is for mode=update; leave it out, mode is 'append'
          postgresql://h/d/t?keep=all     | keep=all is for mode=replace; leave it out, mode 'append' keeps the table anyway
          postgresql://h/d/t?mode=truncate&keep=all   | keep=all is for mode=replace; leave it out, mode 'truncate' keeps the table anyway
          postgresql://h/d/t?mode=replace&unique=a    | unique is for mode=update; leave it out, mode is 'replace'
          postgresql://h/d/t?mode=overwrite&unique=a  | mode 'overwrite' is not known; use append, replace, truncate or update
          postgresql://h/d/t?mode=update&unique=      | unique has no value; use a,b or [a,b]
          postgresql://h/d/t?mode=append&mode=replace | option 'mode' is given more than once
          postgresql://h/d/t?sslmode=allow&sslmode=require | option 'sslmode' is given more than once
          postgresql://h/d/t?mode=update&unique=a&mode=append | option 'mode' is given more than once
          postgresql://h/d/t?lock_wait=50ms           | lock_wait '50ms' is shorter than one attempt, lock_timeout '100ms'; make it at least as long
          postgresql://h/d/t?sslmode=yes              | sslmode 'yes' is not valid; use disable, allow, prefer, require, verify-ca or verify-full
          postgresql://h/d/t?sslmode                  | sslmode '' is not valid; use a value
          postgresql://h/d/t?sslcert=%                | sslcert has a '%' without two hexadecimal digits; write a '%' itself as %25
          postgresql://h/d/t?method=copy              | option 'method' is not accepted; leave it out: rows are always written by COPY
          postgresql://h/d/t?password=hunter2         | connection property 'password' is not accepted; write the password before the host, postgresql://user:password@host/..., or better give a reference to it (env:NAME, file:PATH)
          postgresql://h/d/t?=x                       | an option has no valid name; options are written name=value, with '&' between
          postgresql://h/d/t?m%6Fde=append            | an option has no valid name; options are written name=value, with '&' between
          postgresql://app:p@ss@h/d/t     | %SPECIAL%
          postgresql://app:p/ss@h/d/t     | %SPECIAL%
          postgresql://app:p?ss@h/d/t     | %SPECIAL%
          postgresql://h/d/t?run_id=a@b   | %SPECIAL%
          """)
  void refuses(String url, String problem) {
    assertThat(problems(url), contains(problem.replace("%SPECIAL%", SPECIAL_CHARACTERS)));
  }

  @Test
  void refusesControlCharactersAndHalfCharacters() {
    String blank = "the URL has a space or control character; write a space as %20";
    assertThat(problems("postgresql://h/d/t\n"), contains(blank));
    assertThat(problems("postgresql://h/d/a\u0007b"), contains(blank));
    assertThat(
        problems("postgresql://h/d/\uD800"),
        contains("the table is not valid Unicode: half of a surrogate pair"));
  }

  @Test
  void refusesLongNames() {
    String name = "n".repeat(64);
    String tooLong = ": name '" + name + "' has 64 bytes; PostgreSQL names have at most 63";
    assertThat(
        problems("postgresql://h/" + name + "/" + name + "?staging_schema=" + name),
        contains("the database" + tooLong, "the table" + tooLong, "staging_schema" + tooLong));
    assertThat(
        PostgresTarget.parse("postgresql://" + name + "@h/d/t").user(), is(name)); // see checkUser
  }

  @Test
  void namesAllProblemsAtOnce() {
    assertThat(
        problems(
            "postgresql://app:%@h:0//t?mode=update&staging=x&modus=append&lock_wait=1ms&ssl=true"
                + "&lock_timeout=5"),
        contains(
            is("the password has a '%' without two hexadecimal digits; write a '%' itself as %25"),
            is("the port is out of range; use 1 to 65535"),
            is("the database: a name is empty"),
            is("staging 'x' is not known; use unlogged or logged"),
            startsWith("option 'modus' is not known (did you mean mode?); use mode, unique, "),
            startsWith("option 'ssl' is not accepted; write sslmode=require "),
            startsWith("lock_timeout '5' is not a duration; "),
            is("mode 'update' needs the columns of its key; add unique=a,b")));
  }

  @Test
  void messageHasOneLineForEachProblem() {
    InvalidTargetException thrown =
        assertThrows(
            InvalidTargetException.class,
            () -> PostgresTarget.parse("postgresql://h:0/d/t?mode=x"));
    assertThat(
        thrown.getMessage(),
        is(
            "the port is out of range; use 1 to 65535\n"
                + "mode 'x' is not known; use append, replace, truncate or update"));
  }

  /** However it is mistyped, no piece of a password is in a message. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "postgresql://app:SECRET/d/t",
        "postgresql://app:12SECRET34@h:x/d/t?nonsense=SECRET",
        "postgresql://app:SECRET@SECRET@h/d/t",
        "postgresql://app:SECRET/SECRET@h/d/t",
        "postgresql://app:SECRET?SECRET@h/d/t?mode=x",
        "postgresql://app:SECRET?mode=SECRET@h/d/t",
        "postgresql://app:SECRET#SECRET@h/d/t?mode=x",
        "postgresql://app:SECRET%@h/d/t",
        "postgresql://app:SECRET%FF@h/d/t",
        "postgresql://app:SECRET%00@h/d/t",
        "postgresql://app:SECRET SECRET@h/d/t",
        "postgresql://app:SECRET%40h/d/t",
        "postgresql://app:SECRET/SECRET%40h/d/t",
        "postgresql://app:SECRET?SECRET%40h/d/t",
        "postgresql://app:SECRET:SECRET/d/t",
        "postgresql://:SECRET@h/d/t",
        "postgresql://[app:SECRET/d/t",
        "postgresql:app:SECRET@h/d/t",
        "postgresq://app:SECRET@h/d/t",
        "jdbc:postgresql://app:SECRET@h/d/t",
        "app:SECRET@h/d/t",
        "app:SECRET",
        "SECRET",
        "postgresql://app:SECRET@h/d/t?password=SECRET",
        "postgresql://app:SECRET@h/d/t?sslpassword=SECRET",
        "postgresql://app:SECRET@h/d/t?pasword=SECRET",
        "postgresql://app@h/d/t?run_id=%FFSECRET",
      })
  void neverRepeatsAPassword(String url) {
    InvalidTargetException thrown =
        assertThrows(InvalidTargetException.class, () -> PostgresTarget.parse(url));
    assertThat(thrown.toString(), not(containsString("SECRET")));
    assertThat(thrown.getCause(), is(nullValue()));
    assertThat(thrown.getSuppressed().length, is(0));
  }

  @Test
  void targetOfADataSourceIsShownWithoutServer() {
    PostgresTarget target =
        PostgresTarget.builder()
            .table(TableName.parse("shop.top_movies"))
            .mode(WriteMode.REPLACE)
            .build();
    assertThat(target.toString(), is("shop.top_movies?mode=replace"));
    target.validateForDataSource();
    assertThat(
        invalid(target::validate),
        contains(
            "no server is given for table 'shop.top_movies'; write "
                + TargetUrl.FORM
                + ", or configure a DataSource"));
  }

  @Test
  void serverAndDataSourceExcludeEachOther() {
    PostgresTarget target = PostgresTarget.parse("postgresql://h/d/t");
    target.validate();
    String both =
        "both a DataSource and a server are given; with a DataSource name the table alone, and set"
            + " user, password and connection properties there";
    assertThat(invalid(target::validateForDataSource), contains(both));
    PostgresTarget.Builder table = PostgresTarget.builder().table(target.table());
    for (PostgresTarget other :
        List.of(
            table.user("app").build(),
            table.user(null).password(Secret.env("A")).build(),
            table.password(null).port(1).build(),
            table.port(5432).connectionProperties(Map.of("sslmode", "require")).build())) {
      assertThat(invalid(other::validateForDataSource), contains(both));
    }
  }

  @Test
  void combinationsAreCheckedWhenUsed() {
    PostgresTarget target =
        PostgresTarget.parse("postgresql://h/d/t").toBuilder()
            .mode(WriteMode.UPDATE)
            .lockWait(Duration.ofMillis(99))
            .build();
    String key = "mode 'update' needs the columns of its key; add unique=a,b";
    String lock =
        "lock_wait '99ms' is shorter than one attempt, lock_timeout '100ms'; make it at least as"
            + " long";
    assertThat(invalid(target::validate), contains(key, lock));
    assertThat(
        invalid(target.toBuilder().host(null).database(null).build()::validateForDataSource),
        contains(key, lock));
  }

  @Test
  void travelsSerialized() {
    PostgresTarget target =
        PostgresTarget.parse(
            "postgresql://app:secret@h/d/t?mode=update&unique=a,b&sslmode=require&run_id=r");
    assertThat(SerializableUtils.clone(target), is(target));
  }

  private static List<String> problems(String url) {
    return invalid(() -> PostgresTarget.parse(url));
  }

  private static List<String> invalid(Runnable step) {
    return assertThrows(InvalidTargetException.class, step::run).problems();
  }
}
