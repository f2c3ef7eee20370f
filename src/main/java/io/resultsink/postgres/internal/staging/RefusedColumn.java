package io.resultsink.postgres.internal.staging;

import io.resultsink.postgres.failure.SqlState;
import io.resultsink.postgres.failure.UnencodableValueException;
import io.resultsink.postgres.internal.column.Column;
import io.resultsink.postgres.internal.copy.CopyBuffer;
import io.resultsink.postgres.internal.copy.RowEncoder;
import io.resultsink.postgres.internal.session.PostgresConnections;
import io.resultsink.postgres.internal.session.ServerReason;
import io.resultsink.postgres.internal.session.Session;
import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The column of a chunk with a value that its encoder accepts and the server refuses, such as a
 * character that the database's encoding lacks.
 *
 * <p>The server names the column only in free text, next to the value. So the chunk is sent again
 * one column at a time, in transactions that are rolled back.
 */
final class RefusedColumn {

  private static final String DATA_EXCEPTION = "22";
  private static final String NAME_TOO_LONG = "42622";
  private static final int TRAILER = 2;

  private RefusedColumn() {}

  /** Returns the failure in words; absent if no single column is the cause. */
  static Optional<UnencodableValueException> of(
      SQLException failure,
      PostgresConnections connections,
      StagingTable staging,
      CopyBuffer chunk) {
    String state = SqlState.of(failure);
    if (state == null || !(state.startsWith(DATA_EXCEPTION) || state.equals(NAME_TOO_LONG))) {
      return Optional.empty();
    }
    List<Column> columns = staging.columns().columns();
    for (int index = 0; index < columns.size(); index++) {
      Column column = columns.get(index);
      try (Session session = connections.borrow()) {
        session.begin(Duration.ofMinutes(1), "look at a chunk of " + staging.target().table());
        ServerRefusals.copy(session, staging.name(), column.quoted(), only(index, chunk));
        session.rollback();
      } catch (SQLException e) {
        return state.equals(SqlState.of(e))
            ? Optional.of(
                new UnencodableValueException(
                    column.name(), column.type(), ServerReason.of(e) + " (SQLSTATE " + state + ")"))
            : Optional.empty();
      }
    }
    return Optional.empty();
  }

  /** Returns the same rows with one of their columns. */
  private static CopyBuffer only(int index, CopyBuffer chunk) {
    CopyBuffer one = new CopyBuffer(chunk.size());
    RowEncoder.header(one);
    ByteBuffer bytes = ByteBuffer.wrap(chunk.array(), 0, chunk.size());
    bytes.position(one.size()); // both have the same header
    while (bytes.remaining() > TRAILER) {
      int fields = bytes.getShort();
      one.startRow();
      one.putShort(1);
      for (int field = 0; field < fields; field++) {
        int length = bytes.getInt();
        int content = Math.max(length, 0); // -1 is NULL
        if (field == index) {
          one.putInt(length);
          one.putBytes(bytes.array(), bytes.position(), content);
        }
        bytes.position(bytes.position() + content);
      }
    }
    RowEncoder.trailer(one);
    return one;
  }
}
