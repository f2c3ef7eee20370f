package io.resultsink.postgres.testing;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** PostgreSQL's own pg_dump, which the embedded servers come without. */
public final class PgDump {

  /** The environment variable that names the program, when none of the places has the right one. */
  public static final String VARIABLE = "PG_DUMP";

  private static final Pattern VERSION = Pattern.compile("pg_dump \\(PostgreSQL\\) (\\d+)");
  private static final Path DEBIAN = Path.of("/usr/lib/postgresql");

  private final Path program;

  private PgDump(Path program) {
    this.program = program;
  }

  /** Returns one that can read a server of a major version: it is not older than the server. */
  public static Optional<PgDump> forServer(int major) {
    return places().stream()
        .filter(Files::isExecutable)
        .filter(program -> version(program) >= major)
        .findFirst()
        .map(PgDump::new);
  }

  private static List<Path> places() {
    List<Path> places = new ArrayList<>();
    Optional.ofNullable(System.getenv(VARIABLE)).map(Path::of).ifPresent(places::add);
    if (Files.isDirectory(DEBIAN)) {
      try (Stream<Path> versions = Files.list(DEBIAN)) {
        versions.map(version -> version.resolve("bin/pg_dump")).sorted().forEach(places::add);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    for (String folder : System.getenv("PATH").split(File.pathSeparator)) {
      places.add(Path.of(folder, "pg_dump"));
    }
    return places;
  }

  private static int version(Path program) {
    Matcher version = VERSION.matcher(Programs.output(List.of(program.toString(), "--version")));
    return version.find() ? Integer.parseInt(version.group(1)) : 0;
  }

  /** Returns the definitions of a database's objects but ours, as psql would run them. */
  public List<String> definitions(TestDatabase database) {
    List<String> command =
        List.of(
            program.toString(),
            "--schema-only",
            "--exclude-table=*.result_sink_*",
            "--host=" + database.server().host(),
            "--port=" + database.server().port(),
            "--username=postgres",
            database.name());
    // A guard against psql's own commands, by a word that is another one in each dump.
    return Programs.output(command)
        .lines()
        .filter(line -> !line.startsWith("\\restrict") && !line.startsWith("\\unrestrict"))
        .toList();
  }
}
