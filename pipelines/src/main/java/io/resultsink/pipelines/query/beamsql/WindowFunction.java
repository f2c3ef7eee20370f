package io.resultsink.pipelines.query.beamsql;

import java.io.Serializable;
import java.util.List;
import java.util.Set;
import org.apache.beam.sdk.transforms.Combine.CombineFn;
import org.apache.beam.sdk.values.Row;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.SqlKind;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.type.SqlTypeName;
import org.jspecify.annotations.Nullable;

/**
 * One function over the rows of a partition, in one pass.
 *
 * @param argument the column of its argument, -1 for none
 * @param byRows whether the frame ends with the current row, and not with the last row that is
 *     equal to it
 */
record WindowFunction(
    SqlKind kind, SqlTypeName type, int argument, boolean wholePartition, boolean byRows)
    implements Serializable {

  private static final Set<SqlKind> RANKS =
      Set.of(SqlKind.RANK, SqlKind.DENSE_RANK, SqlKind.ROW_NUMBER);

  private static final Set<SqlKind> AGGREGATES =
      Set.of(SqlKind.COUNT, SqlKind.SUM, SqlKind.AVG, SqlKind.MIN, SqlKind.MAX);

  static boolean isRank(SqlKind kind) {
    return RANKS.contains(kind);
  }

  static boolean accepts(SqlKind kind) {
    return isRank(kind) || AGGREGATES.contains(kind);
  }

  /**
   * Computes its value for each row.
   *
   * @param peers for each row, the position after the last row that is equal in the partition's
   *     order
   */
  @Nullable Object[] over(List<Row> rows, int[] peers) {
    return isRank(kind) ? ranks(peers) : aggregates(rows, peers);
  }

  private @Nullable Object[] ranks(int[] peers) {
    @Nullable Object[] ranks = new Object[peers.length];
    long dense = 0;
    int first = 0;
    for (int i = 0; i < peers.length; i++) {
      if (i == 0 || peers[i] != peers[i - 1]) {
        dense++;
        first = i;
      }
      ranks[i] = kind == SqlKind.ROW_NUMBER ? i + 1L : kind == SqlKind.RANK ? first + 1L : dense;
    }
    return ranks;
  }

  @SuppressWarnings("unchecked")
  private @Nullable Object[] aggregates(List<Row> rows, int[] peers) {
    CombineFn<@Nullable Object, @Nullable Object, @Nullable Object> function =
        (CombineFn<@Nullable Object, @Nullable Object, @Nullable Object>)
            Aggregates.combineFn(kind, type);
    @Nullable Object[] values = new Object[rows.size()];
    @Nullable Object state = function.createAccumulator();
    int added = 0;
    for (int i = 0; i < values.length; i++) {
      int end = wholePartition ? values.length : byRows ? i + 1 : peers[i];
      if (added == end) {
        values[i] = values[i - 1];
        continue;
      }
      for (; added < end; added++) {
        state = function.addInput(state, argument < 0 ? rows : rows.get(added).getValue(argument));
      }
      values[i] = function.extractOutput(state);
    }
    return values;
  }
}
