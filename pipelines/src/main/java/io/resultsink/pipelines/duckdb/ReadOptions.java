package io.resultsink.pipelines.duckdb;

import java.io.Serializable;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.annotations.Internal;

/**
 * The options with which the user describes the files.
 *
 * @param types the types of columns, by name, in the order given, where they are not to be found in
 *     the values
 * @param nulls what stands for NULL in CSV, beside the empty value
 */
@Internal
public record ReadOptions(Map<String, String> types, List<String> nulls) implements Serializable {

  /** Nothing said. */
  public static final ReadOptions NONE = new ReadOptions(Map.of(), List.of());

  /** Copies both. */
  public ReadOptions {
    types = Collections.unmodifiableMap(new LinkedHashMap<>(types));
    nulls = List.copyOf(nulls);
  }
}
