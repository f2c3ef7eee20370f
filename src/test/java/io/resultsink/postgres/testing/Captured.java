package io.resultsink.postgres.testing;

import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.beam.sdk.transforms.DoFn;

/** Elements that a pipeline of this JVM brought past one place. */
public final class Captured<T> {

  private static final ConcurrentHashMap<String, Queue<Object>> ELEMENTS =
      new ConcurrentHashMap<>();

  private final String id = UUID.randomUUID().toString();
  private final Class<T> type;

  /** Nothing yet. */
  public Captured(Class<T> type) {
    this.type = type;
    ELEMENTS.put(id, new ConcurrentLinkedQueue<>());
  }

  /** The step that captures; it passes each element on. */
  public DoFn<T, T> fn() {
    return new CaptureFn<>(id);
  }

  /** What came past until now, as often as it came. */
  public List<T> elements() {
    return ELEMENTS.getOrDefault(id, new ConcurrentLinkedQueue<>()).stream()
        .map(type::cast)
        .toList();
  }

  private static final class CaptureFn<T> extends DoFn<T, T> {
    private final String id;

    CaptureFn(String id) {
      this.id = id;
    }

    @ProcessElement
    public void process(@Element T element, OutputReceiver<T> passed) {
      ELEMENTS.computeIfAbsent(id, absent -> new ConcurrentLinkedQueue<>()).add(element);
      passed.output(element);
    }
  }
}
