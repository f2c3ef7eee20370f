package io.resultsink.pipelines.benchmark;

import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A meaning of measurements, and the limit that it must keep.
 *
 * @param unit {@code x} for a ratio
 * @param from its values in the rounds; empty when what it needs was not measured
 * @param limit what it must reach, null where that is not said
 */
record Finding(
    String what, String unit, Function<Results, Optional<Series>> from, @Nullable Limit limit) {}
