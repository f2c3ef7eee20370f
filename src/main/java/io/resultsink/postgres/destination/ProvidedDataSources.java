package io.resultsink.postgres.destination;

import io.resultsink.postgres.failure.DatabaseUnavailableException;
import io.resultsink.postgres.failure.ResultSinkException.Remedy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.sql.DataSource;

/** DataSources of the user's own: made once for each sink and JVM, and never closed by us. */
final class ProvidedDataSources {

  /** A pool that is busy gives a connection within this; one of a single connection never. */
  private static final Duration SECOND_CONNECTION = Duration.ofSeconds(60);

  private static final Map<String, DataSource> MADE = new ConcurrentHashMap<>();

  private ProvidedDataSources() {}

  static DataSource of(ConnectionSource.Provided source) {
    return MADE.computeIfAbsent(source.key(), key -> source.supplier().get());
  }

  /**
   * A connection for whoever holds one already.
   *
   * @throws DatabaseUnavailableException when the DataSource gives none beside the first
   */
  static Connection secondConnection(DataSource dataSource) {
    CompletableFuture<Connection> second =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return dataSource.getConnection();
              } catch (SQLException e) {
                throw new IllegalStateException(e);
              }
            });
    try {
      return second.get(SECOND_CONNECTION.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      giveBackWhenItComes(second);
      Thread.currentThread().interrupt();
      throw onlyOne(e);
    } catch (TimeoutException e) {
      giveBackWhenItComes(second);
      throw onlyOne(e);
    } catch (ExecutionException e) {
      throw onlyOne(e);
    }
  }

  private static void giveBackWhenItComes(CompletableFuture<Connection> second) {
    second.thenAccept(
        connection -> {
          try {
            connection.close();
          } catch (SQLException e) {
            org.slf4j.LoggerFactory.getLogger(ProvidedDataSources.class)
                .warn("Giving a late connection back failed", e);
          }
        });
  }

  private static DatabaseUnavailableException onlyOne(Exception cause) {
    return new DatabaseUnavailableException(
        "the DataSource gave one connection, and no second beside it within "
            + SECOND_CONNECTION.toSeconds()
            + " s; a publish takes two at once, so let it give at least two; the target is"
            + " untouched",
        Remedy.FIX_CONFIGURATION,
        null,
        cause);
  }
}
