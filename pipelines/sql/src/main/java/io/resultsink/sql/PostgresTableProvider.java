package io.resultsink.sql;

import com.google.auto.service.AutoService;
import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.failure.InvalidTargetException;
import org.apache.beam.sdk.extensions.sql.meta.BeamSqlTable;
import org.apache.beam.sdk.extensions.sql.meta.Table;
import org.apache.beam.sdk.extensions.sql.meta.provider.InMemoryMetaTableProvider;
import org.apache.beam.sdk.extensions.sql.meta.provider.InvalidTableException;
import org.apache.beam.sdk.extensions.sql.meta.provider.TableProvider;

/**
 * The provider of Beam SQL's tables that are declared with {@code TYPE postgres}.
 *
 * <pre>{@code
 * CREATE EXTERNAL TABLE hits (code VARCHAR NOT NULL, hits BIGINT NOT NULL)
 * TYPE postgres
 * LOCATION 'postgresql://app@db.example.com/shop/hits?mode=replace'
 * TBLPROPERTIES '{"password": "file:/run/secrets/shop-db"}'
 * }</pre>
 *
 * <p>The location is the URL of a target. The properties are the options of such a URL, {@code
 * password} for a reference to the password, and {@code connection_properties}.
 */
@AutoService(TableProvider.class)
public final class PostgresTableProvider extends InMemoryMetaTableProvider {

  @Override
  public String getTableType() {
    return "postgres";
  }

  @Override
  public BeamSqlTable buildBeamSqlTable(Table table) {
    String location = table.getLocation();
    if (location == null) {
      throw new InvalidTableException(
          "table '" + table.getName() + "' has no LOCATION 'postgresql://host/database/table'");
    }
    PostgresTarget target;
    try {
      target = TableProperties.target(location, table.getProperties());
    } catch (InvalidTargetException e) {
      // Without the cause, because Beam would show the cause's message, which names no table.
      throw new InvalidTableException("table '" + table.getName() + "': " + e.getMessage());
    }
    return new PostgresTable(table.getName(), table.getSchema(), target);
  }
}
