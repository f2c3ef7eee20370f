package io.resultsink.pipelines.benchmark;

import java.time.Duration;

/** Something to be timed beside others. */
interface Contender {

  /** As the results name it, after their part's name. */
  String name();

  /** The number of rows that it writes in each measured run. */
  long rows();

  /** Makes everything as it is before; not timed. */
  default void prepare(long rows) throws Exception {}

  /** Does it; how long the part of it took that counts. */
  Duration run(long rows) throws Exception;

  /** Fails when exactly these rows were not written; not timed. */
  default void verify(long rows) throws Exception {}
}
