package io.resultsink.postgres.destination;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.postgres.failure.DatabaseUnavailableException;
import io.resultsink.postgres.failure.InvalidTargetException;
import io.resultsink.postgres.failure.ResultSinkException.Remedy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.beam.sdk.util.SerializableUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretTest {

  private static final String PASSWORD = "hunter2 %@/ü";

  @TempDir Path folder;

  @Test
  void literalIsWhatItIs() {
    assertThat(Secret.of(PASSWORD).resolve(), is(PASSWORD));
  }

  @Test
  void environmentVariableIsReadWhenItIsNeeded() {
    Secret secret = Secret.parse("env:SHOP_DB_PASSWORD");
    assertThat(secret, is(Secret.env("SHOP_DB_PASSWORD")));
    assertThat(secret.resolve(Map.of("SHOP_DB_PASSWORD", PASSWORD)::get), is(PASSWORD));
    // The real environment has it, on every machine.
    assertThat(Secret.env("PATH").resolve(), is(System.getenv("PATH")));
  }

  @Test
  void missingVariableIsNamed() {
    DatabaseUnavailableException thrown = unresolved(Secret.env("NOT_SET_ANYWHERE_4711"));
    assertThat(
        thrown.getMessage(),
        is(
            "no password: environment variable NOT_SET_ANYWHERE_4711 is not set where the"
                + " connection is opened; set it for the workers"));
    assertThat(thrown.remedy(), is(Remedy.FIX_CONFIGURATION));
    assertThat(thrown.sqlState(), is(nullValue()));
  }

  @Test
  void emptyVariableIsNamed() {
    DatabaseUnavailableException thrown =
        assertThrows(
            DatabaseUnavailableException.class,
            () -> Secret.env("EMPTY").resolve(Map.of("EMPTY", "")::get));
    assertThat(
        thrown.getMessage(),
        is(
            "no password: environment variable EMPTY is empty where the connection is opened; set"
                + " it for the workers"));
  }

  @ParameterizedTest
  @ValueSource(strings = {PASSWORD, PASSWORD + "\n", PASSWORD + "\r\n", PASSWORD + "\nsecond\n"})
  void fileGivesItsFirstLine(String content) throws IOException {
    Path file = Files.writeString(folder.resolve("password"), content);
    assertThat(Secret.parse("file:" + file).resolve(), is(PASSWORD));
    assertThat(Secret.file(file.toString()), is(Secret.parse("file:" + file)));
  }

  @Test
  void fileIsReadThroughBeamsFileSystems() throws IOException {
    Path file = Files.writeString(folder.resolve("password"), PASSWORD);
    assertThat(Secret.file("file://" + file).resolve(), is(PASSWORD));
    // Known to Beam where its module is on the class path, which it is not here.
    assertThat(
        unresolved(Secret.file("gs://bucket/password")).getCause().getMessage(),
        is("No filesystem found for scheme gs"));
  }

  @Test
  void fileWithGlobCharactersIsOneFile() throws IOException {
    Path file = Files.writeString(folder.resolve("pass[1]{a}"), PASSWORD);
    assertThat(Secret.file(file.toString()).resolve(), is(PASSWORD));
  }

  @Test
  void missingFileIsNamed() {
    String path = folder.resolve("absent").toString();
    DatabaseUnavailableException thrown = unresolved(Secret.file(path));
    assertThat(
        thrown.getMessage(),
        is(
            "no password: file "
                + path
                + " cannot be read where the connection is opened; check that every worker has"
                + " it"));
    assertThat(thrown.getCause(), is(instanceOf(IOException.class)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", "\nhunter2\n"})
  void emptyFileIsNamed(String content) throws IOException {
    Path file = Files.writeString(folder.resolve("password"), content);
    assertThat(
        unresolved(Secret.file(file.toString())).getMessage(),
        is("no password: file " + file + " has no password in its first line"));
  }

  @Test
  void fileOfAnotherEncodingIsNamed() throws IOException {
    Path file =
        Files.write(folder.resolve("password"), "hünter2".getBytes(StandardCharsets.ISO_8859_1));
    assertThat(
        unresolved(Secret.file(file.toString())).getMessage(),
        is("no password: file " + file + " is not text in UTF-8"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"hunter2", "", "ENV:hunter2", "vault:hunter2", " env:hunter2"})
  void otherReferencesAreRefusedUnseen(String reference) {
    assertThat(
        refused(() -> Secret.parse(reference)),
        is(
            "a password reference is env:NAME or file:PATH; the given text is neither, and is not"
                + " shown, because it may be the password"));
  }

  @Test
  void emptyOnesAreRefused() {
    assertThat(
        refused(() -> Secret.of("")), is("the password is empty; leave it out when there is none"));
    assertThat(
        refused(() -> Secret.parse("env:")),
        is("the password's environment variable has no valid name; write env:NAME"));
    assertThat(
        refused(() -> Secret.env("A=hunter2")),
        is("the password's environment variable has no valid name; write env:NAME"));
    assertThat(
        refused(() -> Secret.parse("file:")),
        is("the password's file has no path; write file:PATH"));
    assertThat(
        refused(() -> Secret.of("hunter2\0")),
        is("the password has a U+0000, which PostgreSQL cannot store"));
  }

  @Test
  void travelsSerialized() {
    for (Secret secret : new Secret[] {Secret.of(PASSWORD), Secret.env("A"), Secret.file("/a")}) {
      Secret copy = SerializableUtils.clone(secret);
      assertThat(copy, is(secret));
      assertThat(copy.hashCode(), is(secret.hashCode()));
    }
    assertThat(SerializableUtils.clone(Secret.of(PASSWORD)).resolve(), is(PASSWORD));
  }

  @Test
  void isNeverPrinted() {
    assertThat(Secret.of(PASSWORD).toString(), is("[redacted]"));
    assertThat(Secret.env("A").toString(), is("[redacted]"));
    assertThat(
        PostgresTarget.builder()
            .table(new TableName(null, "t"))
            .password(Secret.of(PASSWORD))
            .build()
            .toString(),
        not(containsString("hunter2")));
  }

  @Test
  void kindsAreNotEqual() {
    assertThat(Secret.of("A"), is(not(Secret.env("A"))));
    assertThat(Secret.env("A"), is(not(Secret.file("A"))));
    assertThat(Secret.of("A"), is(not(Secret.of("B"))));
  }

  private static DatabaseUnavailableException unresolved(Secret secret) {
    return assertThrows(DatabaseUnavailableException.class, secret::resolve);
  }

  private static String refused(Runnable step) {
    return assertThrows(InvalidTargetException.class, step::run).getMessage();
  }
}
