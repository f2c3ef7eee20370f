package io.resultsink.pipelines.command;

import io.resultsink.pipelines.embedded.Address;
import io.resultsink.pipelines.embedded.EmbeddedServer;
import io.resultsink.pipelines.launch.Logs;
import io.resultsink.pipelines.schedule.ScheduleDatabase;
import io.resultsink.pipelines.schedule.ScheduleWorker;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** {@code pgresult serve} on a planet that turns faster: ticks come, and servers die, sooner. */
public final class HastyServe {

  private HastyServe() {}

  /**
   * Serves until it is killed.
   *
   * @param arguments the home folder, when its clock began and at which real time, how much faster
   *     it goes
   */
  public static void main(String[] arguments) throws InterruptedException {
    Path home = Path.of(arguments[0]);
    Instant began = Instant.parse(arguments[1]);
    Instant reallyBegan = Instant.parse(arguments[2]);
    int faster = Integer.parseInt(arguments[3]);
    InstantSource clock =
        () -> began.plus(Duration.between(reallyBegan, Instant.now()).multipliedBy(faster));
    Logs.toFile(home);
    Address address = EmbeddedServer.home(home).start();
    ScheduleDatabase database =
        ScheduleDatabase.open(EmbeddedTarget.of(address, "t"), connection -> clock.instant());
    ScheduleWorker.start(
        database,
        new ScheduleWorker.Settings(2, Duration.ofSeconds(1), clock),
        new ScheduledWork(home),
        new RunLines(System.out));
    Thread.currentThread().join();
  }
}
