package io.resultsink.pipelines.command;

import io.resultsink.pipelines.embedded.Address;
import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.Secret;
import java.util.HashMap;
import java.util.Map;

/** A table of the embedded server as a target. */
final class EmbeddedTarget {

  private EmbeddedTarget() {}

  /** Returns the target of {@code table[?option=value&...]} in the server at {@code address}. */
  static PostgresTarget of(Address address, String tableAndOptions) {
    PostgresTarget target = PostgresTarget.parse(address.url() + "/" + tableAndOptions);
    Map<String, String> properties = new HashMap<>(target.connectionProperties());
    properties.put("requireAuth", Address.AUTHENTICATION);
    return target.toBuilder()
        .password(Secret.file(address.passwordFile().toString()))
        .connectionProperties(properties)
        .build();
  }
}
