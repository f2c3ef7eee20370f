package io.resultsink.postgres.fault;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.failure.ResultSinkException.Remedy;
import io.resultsink.postgres.fault.FaultyRun.Outcome;
import io.resultsink.postgres.internal.session.FaultPoint;
import io.resultsink.postgres.internal.session.Faults;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestingPostgres;
import io.resultsink.postgres.testing.Torture;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The disk fills up, in a tablespace on a small file system where one can be mounted. */
@Tag("attack")
class SmallDiskIT {

  private static final String TABLESPACE = "small_disk";
  private static final long AMPLE = 64L << 20;

  /** Staged rows that go live where they are need no more room. */
  private static final String COPIES = "&staging=unlogged";

  @TempDir static Path folder;

  private static Path disk;

  @RegisterExtension final TestDatabase database = new TestDatabase();

  @BeforeAll
  static void mount() throws Exception {
    assumeTrue(System.getenv("TEST_POSTGRES_URL") == null, "the server may be on another machine");
    disk = Files.createDirectory(folder.resolve("disk"));
    String refusal = run("mount", "-t", "tmpfs", "-o", "size=" + AMPLE, "tmpfs", disk.toString());
    assumeTrue(refusal.isEmpty(), "no file system can be mounted here: " + refusal);
    Path tables = Files.createDirectory(disk.resolve("tables"));
    TestingPostgres.get()
        .executeMaintenance("CREATE TABLESPACE " + TABLESPACE + " LOCATION '" + tables + "'");
    TestingPostgres.get()
        .executeMaintenance(
            "GRANT CREATE ON TABLESPACE " + TABLESPACE + " TO " + TestingPostgres.SINK);
  }

  @AfterAll
  static void unmount() throws Exception {
    if (disk != null && Files.exists(disk.resolve("tables"))) {
      TestingPostgres.get().executeMaintenance("DROP TABLESPACE " + TABLESPACE);
      run("umount", disk.toString());
    }
  }

  @BeforeEach
  void putTablesOnIt() throws Exception {
    resize(AMPLE);
    database.execute(
        "ALTER ROLE sink IN DATABASE "
            + database.name()
            + " SET default_tablespace = "
            + TABLESPACE);
  }

  static Stream<Arguments> modesAndPoints() {
    List<Arguments> cases = new ArrayList<>();
    for (WriteMode mode : WriteMode.values()) {
      for (FaultPoint point :
          List.of(FaultPoint.STAGING_LOCKED, FaultPoint.CHUNK_COMMITTED, FaultPoint.CONNECTED)) {
        if (Torture.rounds(
                point == FaultPoint.STAGING_LOCKED && mode == WriteMode.REPLACE ? 1 : 0, 1)
            == 1) {
          cases.add(Arguments.of(mode, point));
        }
      }
    }
    return cases.stream();
  }

  @ParameterizedTest
  @MethodSource("modesAndPoints")
  void aDiskThatIsFullFailsTheRunUntilThereIsRoom(WriteMode mode, FaultPoint point)
      throws Exception {
    FaultyRun run = FaultyRun.intoExisting(database, mode);
    Outcome outcome;
    try (Faults faults = Faults.at(point, SmallDiskIT::fill)) {
      outcome = run.launch(COPIES);
      assertThat(faults.visits(point) > 0, equalTo(true));
    }
    run.assertHonest(outcome);
    assertThat(outcome.sinkFailure().sqlState(), equalTo("53100"));
    assertThat(outcome.sinkFailure().getMessage(), containsString("untouched"));
    assertThat(outcome.sinkFailure().remedy(), equalTo(Remedy.RETRY));
    resize(AMPLE);
    run.assertStandsOnceWhenRunAgain();
  }

  /** Leaves no room beyond what is used. */
  private static void fill() throws IOException, InterruptedException {
    FileStore store = Files.getFileStore(disk);
    resize(store.getTotalSpace() - store.getUnallocatedSpace());
  }

  private static void resize(long bytes) throws IOException, InterruptedException {
    String refusal = run("mount", "-o", "remount,size=" + bytes, disk.toString());
    assertThat(refusal, equalTo(""));
  }

  /** What a command says when it fails; nothing when it succeeds. */
  private static String run(String... command) throws IOException, InterruptedException {
    Process process;
    try {
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      return e.getMessage();
    }
    String said = new String(process.getInputStream().readAllBytes());
    return process.waitFor() == 0 ? "" : said.isEmpty() ? "it failed" : said.strip();
  }
}
