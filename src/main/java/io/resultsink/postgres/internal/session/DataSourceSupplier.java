package io.resultsink.postgres.internal.session;

import java.io.Serializable;
import javax.sql.DataSource;
import org.apache.beam.sdk.annotations.Internal;

/** A function that makes the user's DataSource on a worker. */
@Internal
@FunctionalInterface
public interface DataSourceSupplier extends Serializable {
  DataSource get();
}
