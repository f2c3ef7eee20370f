package io.resultsink.postgres.internal.session;

import io.resultsink.postgres.failure.DatabaseUnavailableException;
import io.resultsink.postgres.failure.ResultSinkException.Remedy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The DataSources of the user. The function that makes them is called once for each sink and JVM,
 * as long as steps of the sink exist.
 */
final class UserDataSources {

  private static final Logger LOG = LoggerFactory.getLogger(UserDataSources.class);

  /** The time within which a busy pool gives a connection; a pool of one connection never does. */
  private static final Duration SECOND_CONNECTION = Duration.ofSeconds(60);

  private UserDataSources() {}

  /**
   * Closes a DataSource that no step uses any more. Leaves it open if the function returns the same
   * one when it is called again, because others then share it.
   */
  static void closeUnlessShared(DataSource used, DataSourceSupplier supplier) throws Exception {
    if (!(used instanceof AutoCloseable closeable)) {
      return;
    }
    DataSource another = supplier.get();
    if (another == used) {
      return;
    }
    try (closeable) {
      if (another instanceof AutoCloseable spare) {
        spare.close();
      }
    }
  }

  /**
   * Returns a second connection, for a thread that holds one.
   *
   * @throws DatabaseUnavailableException if the DataSource gives no second one
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
            LOG.warn("Giving a late connection back failed", e);
          }
        });
  }

  private static DatabaseUnavailableException onlyOne(Exception cause) {
    return new DatabaseUnavailableException(
        "the DataSource gave no second connection within "
            + SECOND_CONNECTION.toSeconds()
            + " s; a publish needs two at once, so let it give at least two; the target is"
            + " untouched",
        Remedy.FIX_CONFIGURATION,
        null,
        cause);
  }
}
