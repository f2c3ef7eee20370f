package io.resultsink.postgres.destination;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.postgres.failure.InvalidTargetException;
import io.resultsink.postgres.internal.url.UserHome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** URLs as providers and libpq's programs print them, with a table. */
class ProviderUrlTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          postgresql://alex:AbC123dEf@ep-cool-darkness-123456-pooler.us-east-2.aws.neon.tech/neondb?sslmode=require&channel_binding=require | alex | AbC123dEf | {channelBinding=require, sslmode=require}
          postgresql://postgres.abcdefghijklmnop:pw@aws-0-eu-central-1.pooler.supabase.com:6543/postgres | postgres.abcdefghijklmnop | pw | {}
          postgres://ufk2:p7d0e@ec2-44-1-2-3.compute-1.amazonaws.com:5432/d8r82722 | ufk2 | p7d0e | {}
          postgres://citus%40shop:p%40ss@shop.postgres.database.azure.com:5432/postgres?sslmode=require | citus@shop | p@ss | {sslmode=require}
          postgresql://app:pw@db/shop?connect_timeout=10&application_name=shop&target_session_attrs=read-write | app | pw | {connectTimeout=10, targetServerType=primary}
          postgresql://app:pw@db/shop?keepalives=1&keepalives_idle=30&sslcompression=0&sslsni=1&client_encoding=UTF8 | app | pw | {}
          postgresql://app:pw@db/shop?require_auth=scram-sha-256&gssencmode=disable&load_balance_hosts=disable | app | pw | {gssEncMode=disable, requireAuth=scram-sha-256}
          postgresql://app:pw@db/shop?ssl_min_protocol_version=TLSv1.2&sslnegotiation=direct&krbsrvname=pg | app | pw | {kerberosServerName=pg, sslNegotiation=direct}
          """)
  void isTaken(String url, String user, String password, String properties) {
    int end = url.indexOf('?') < 0 ? url.length() : url.indexOf('?');
    PostgresTarget target = PostgresTarget.parse(url.substring(0, end) + "/t" + url.substring(end));
    assertThat(target.user(), is(user));
    assertThat(Objects.requireNonNull(target.password()).resolve(), is(password));
    assertThat(new TreeMap<>(target.connectionProperties()).toString(), is(properties));
    target.validate();
    assertThat(DatabaseUrl.parse(url), equalTo(target));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          db/shop?options=-c%20search_path%3Dhunter2 | 'options' is not accepted; the sink sets what it needs
          db/shop?hostaddr=10.0.0.7                  | 'hostaddr' is not accepted; write the address as the host
          db/shop?user=app                           | 'user' is not accepted; write it in its place
          db/shop?password=hunter2                   | connection property 'password' is not accepted; write the password before
          db/shop?oauth_client_secret=hunter2        | 'oauth_client_secret' is not accepted; it is a secret
          db/shop?sslcrl=/crl                        | 'sslcrl' is not accepted; the driver reads no list
          db/shop?ssl_min_protocol_version=TLSv1.3   | 'ssl_min_protocol_version' is not accepted; the JVM chooses
          db/shop?load_balance_hosts=random          | 'load_balance_hosts' is not accepted; a target has one host
          db/shop?target_session_attrs=standby       | target_session_attrs 'standby' is not valid; use any or primary
          db/shop?connect_timeout=soon               | connect_timeout 'soon' is not valid; use a whole number
          db/shop?sslmode=verify-full&sslrootcert=system | sslrootcert 'system' is not valid; use the file
          db/shop?connect_timeout=1&connectTimeout=1 | connectTimeout is given twice, once as libpq spells it
          db/shop?connectTimeout=1&connect_timeout=1 | connect_timeout and connectTimeout are the same
          db/shop?pgbouncer=true                     | option 'pgbouncer' is not accepted; it is for Prisma
          db1,db2/shop                               | several hosts are given, and a target has one
          db1:5432,db2:5432/shop                     | several hosts are given, and a target has one
          db                                         | the URL names no database; write
          db/                                        | the URL names no database; write
          db/shop/t                                  | the URL names more than a database; write
          db/shop?mode=append&unique=a               | the URL of a database has options of a table: mode
          """)
  void isRefusedInWords(String url, String problem) {
    String refused =
        assertThrows(
                InvalidTargetException.class,
                () -> DatabaseUrl.parse("postgresql://app:hunter2@" + url))
            .getMessage();
    assertThat(refused, containsString(problem));
    assertThat(refused, not(containsString("hunter2")));
  }

  @Test
  void thePasswordIsFoundInTheFileThatTheUrlNames(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("pgpass");
    Files.writeString(file, "#db:*:*:*:no\ndb:*:shop:app:p\\:w\n*:*:*:app:other\n");
    assertThat(password("postgresql://app@db:7/shop?passfile=" + file), is("p:w"));
    assertThat(password("postgresql://app@db:7/bi?passfile=" + file), is("other"));
    assertThat(password("postgresql://app:own@db/shop?passfile=" + file), is("own"));
    assertThat(
        DatabaseUrl.parse("postgresql://me@db/shop?passfile=" + file).password(), is(nullValue()));
    assertThat(
        assertThrows(
                InvalidTargetException.class,
                () -> DatabaseUrl.parse("postgresql://me@db/shop?passfile=" + folder))
            .getMessage(),
        containsString("the password file " + folder + " cannot be read"));
  }

  private static String password(String url) {
    return Objects.requireNonNull(DatabaseUrl.parse(url).password()).resolve();
  }

  @Test
  void whatIsTakenFromLibpqSpelledAsTheDriverHasIt() {
    assertThat(LibpqParameter.keyword("connectTimeout"), is("connect_timeout"));
    assertThat(LibpqParameter.keyword("sslmode"), is("sslmode"));
    assertThat(LibpqParameter.keyword("socketTimeout"), is(nullValue()));
  }

  @Test
  void homeIsWhatPsqlTakesForIt() {
    assertThat(UserHome.folder("/srv/app"), is(Path.of("/srv/app")));
    assertThat(UserHome.folder(null), is(Path.of(System.getProperty("user.home"))));
    assertThat(UserHome.folder(""), is(Path.of(System.getProperty("user.home"))));
  }
}
