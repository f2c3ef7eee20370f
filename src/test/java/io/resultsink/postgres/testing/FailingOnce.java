package io.resultsink.postgres.testing;

import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;

/** A step that fails the first time it has passed so many elements on, and never again. */
public final class FailingOnce {

  private static final ConcurrentHashMap<String, AtomicLong> PASSED = new ConcurrentHashMap<>();
  private static final ConcurrentHashMap<String, Integer> FAILURES = new ConcurrentHashMap<>();

  private final String id = UUID.randomUUID().toString();
  private final long after;

  /** Passes {@code after} elements on, in whatever bundles and threads, and fails. */
  public FailingOnce(long after) {
    this.after = after;
    PASSED.put(id, new AtomicLong());
    FAILURES.put(id, 0);
  }

  /** How often it failed. */
  public int failures() {
    return FAILURES.getOrDefault(id, 0);
  }

  /** The step, for one place in a pipeline. */
  public <T> PTransform<PCollection<? extends T>, PCollection<T>> step() {
    return ParDo.of(new FailFn<>(id, after));
  }

  private static final class FailFn<T> extends DoFn<T, T> {
    private final String id;
    private final long after;

    FailFn(String id, long after) {
      this.id = id;
      this.after = after;
    }

    @ProcessElement
    public void process(@Element T element, OutputReceiver<T> passed) {
      long before = PASSED.computeIfAbsent(id, absent -> new AtomicLong()).getAndIncrement();
      if (before == after) {
        FAILURES.merge(id, 1, Integer::sum);
        throw new IllegalStateException("fails once, on purpose");
      }
      passed.output(element);
    }
  }
}
