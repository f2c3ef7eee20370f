package io.resultsink.postgres.internal.session;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import io.resultsink.postgres.destination.PostgresTarget;
import java.net.UnknownHostException;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

class ConnectionFailuresTest {

  @Test
  void anUnknownHostIsSaid() {
    SQLException failure =
        new SQLException(
            "The connection attempt failed.", "08001", new UnknownHostException("dbb"));
    assertThat(
        ConnectionFailures.explain(
                ConnectionSource.of(PostgresTarget.parse("postgresql://app@dbb/shop/t")), failure)
            .getMessage(),
        is(
            "no session with dbb:5432/shop: the host's name is not known here; check its spelling,"
                + " and whether this machine's name server knows it"));
  }
}
