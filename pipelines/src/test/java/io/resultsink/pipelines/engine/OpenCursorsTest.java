package io.resultsink.pipelines.engine;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.pipelines.duckdb.DuckQuery;
import io.resultsink.pipelines.duckdb.ReadOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.beam.sdk.values.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Executions of this process: who has one, and how it ends. */
class OpenCursorsTest {

  @TempDir Path folder;

  @BeforeEach
  void reset() {
    Numbers.reset();
  }

  @Test
  void aQueryThatHasBegunEndsWithAPipelineThatDoesNotReadIt() {
    OpenCursors.begin("unread", BegunCursor.of(new Numbers(10, 0).open(), 5, 1000));

    OpenCursors.end("unread");

    assertThat(Numbers.CLOSED.get(), is(1));
    assertThat(OpenCursors.count(), is(0));
    assertThat(OpenCursors.takeBegun("unread") == null, is(true));
  }

  @Test
  void oneThreadTakesAQueryThatHasBegun() {
    OpenCursors.begin("taken", BegunCursor.of(new Numbers(10, 0).open(), 5, 1000));

    assertThat(OpenCursors.takeBegun("another") == null, is(true));
    OpenCursors.Open open = OpenCursors.takeBegun("taken");
    assertThat(OpenCursors.takeBegun("taken") == null, is(true));
    assertThat(open.cursor().next(1, 1).size(), is(5));
    open.close();
    assertThat(Numbers.CLOSED.get(), is(1));
    assertThat(OpenCursors.count(), is(0));
  }

  @Test
  void aCancelledQueryNeitherBeginsNorIsExecutedAgain() {
    OpenCursors.cancel("early");

    assertThrows(
        QueryFailedException.class,
        () -> OpenCursors.begin("early", BegunCursor.of(new Numbers(10, 0).open(), 5, 1000)));
    assertThrows(
        QueryFailedException.class, () -> OpenCursors.add("early", new Numbers(10, 0).open()));
    assertThat(Numbers.CLOSED.get(), is(2));
    assertThat(OpenCursors.count(), is(0));
  }

  /** Its rows end silently, because it is closed; they would be taken for all rows. */
  @Test
  void aCursorThatWasClosedByACancellationCannotBeTaken() {
    OpenCursors.Open open = OpenCursors.add("closed", new Numbers(10, 0).open());
    open.release(3, false);
    OpenCursors.cancel("closed");

    assertThat(open.take(3), is(false));
  }

  @Test
  void aCursorThatIsCancelledWhileItIsReadIsClosedWhenItIsReleased() {
    OpenCursors.Open open = OpenCursors.add("busy", new Numbers(10, 0).open());
    OpenCursors.cancel("busy");
    assertThat("its reader closes it", Numbers.CLOSED.get(), is(0));

    open.release(3, false);

    assertThat(Numbers.CLOSED.get(), is(1));
    assertThat(OpenCursors.count(), is(0));
    assertThat(open.take(3), is(false));
  }

  @Test
  void duckDbReadsNoMoreAfterARequest() throws IOException {
    Path file = Files.writeString(folder.resolve("t.csv"), "a\n1\n");
    RowCursor cursor =
        DuckQuery.prepare(
                file.toString(),
                "SELECT range::BIGINT AS n FROM t, range(1000000)",
                Instant.EPOCH,
                ReadOptions.NONE)
            .open();
    assertThat(cursor.next(5, 1000).size(), is(5));

    cursor.cancel();

    assertThrows(QueryFailedException.class, () -> cursor.next(5, 1000));
    cursor.close();
  }

  @Test
  void aRequestThatComesTooEarlyIsRepeated() {
    CountDownLatch second = new CountDownLatch(2);
    AtomicBoolean closed = new AtomicBoolean();
    RowCursor deaf =
        new RowCursor() {
          @Override
          public List<Row> next(int rows, long bytes) {
            try {
              second.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
            throw new QueryFailedException("the query was cancelled");
          }

          @Override
          public void cancel() {
            second.countDown();
          }

          @Override
          public void close() {
            closed.set(true);
          }
        };
    BegunCursor cursor = BegunCursor.of(deaf, 5, 1000);
    cursor.cancel();

    cursor.close();

    await().untilTrue(closed);
  }

  @Test
  void aCursorThatIsGoneFailsInsteadOfBeingExecutedAgain() {
    OpenCursors.Open open = OpenCursors.add("source", new Numbers(10, 0).open());
    open.release(3, false);

    assertThat(OpenCursors.take(open.name(), 2) == null, is(true));
    assertThat(OpenCursors.take("another", 3) == null, is(true));
    assertThat(OpenCursors.take(open.name(), 3) == open, is(true));
    assertThat("one thread has it", OpenCursors.take(open.name(), 3) == null, is(true));
    OpenCursors.cancel("source");
    assertThrows(QueryFailedException.class, () -> open.cursor().next(1, 1));
    open.close();
    assertThat(OpenCursors.count(), is(0));
  }
}
