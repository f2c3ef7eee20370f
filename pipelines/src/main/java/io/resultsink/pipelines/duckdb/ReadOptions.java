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
 * @param types the given types of columns, by name, in their order; other types are found in the
 *     values
 * @param nulls the texts for NULL in CSV, in addition to the empty value
 */
@Internal
public record ReadOptions(Map<String, String> types, List<String> nulls) implements Serializable {

  /** No options. */
  public static final ReadOptions NONE = new ReadOptions(Map.of(), List.of());

  /** Copies both maps. */
  public ReadOptions {
    types = Collections.unmodifiableMap(new LinkedHashMap<>(types));
    nulls = List.copyOf(nulls);
  }
}
