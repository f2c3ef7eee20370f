package io.resultsink.postgres.internal.staging;

import io.resultsink.postgres.internal.copy.CopyBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.beam.sdk.values.Row;

/**
 * A part of a bundle that is sent in one transaction.
 *
 * @param rows header, rows and trailer of a binary COPY
 * @param rejected the rows that do not fit
 * @param sources what the rows were made of, in their order, when the server may refuse some; else
 *     empty
 */
record Chunk(CopyBuffer rows, long count, RejectedRows rejected, List<Row> sources) {

  /** The same with some of its rows rejected. */
  Chunk without(List<ServerRefusals.Refused> refused, CopyRows copy) {
    Set<Integer> leaving = new HashSet<>();
    for (ServerRefusals.Refused one : refused) {
      leaving.add(one.row());
      rejected.add(sources.get(one.row()), one.column(), one.reason(), one.sqlState());
    }
    List<Row> staying = new ArrayList<>();
    for (int row = 0; row < copy.count(); row++) {
      if (!leaving.contains(row)) {
        staying.add(sources.get(row));
      }
    }
    return new Chunk(copy.without(leaving), staying.size(), rejected, staying);
  }
}
