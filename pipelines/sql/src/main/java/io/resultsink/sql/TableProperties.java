package io.resultsink.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.resultsink.postgres.destination.ConfiguredTarget;
import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.SinkOption;
import io.resultsink.postgres.failure.InvalidTargetException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The properties of a table, in JSON, that complete its location. */
final class TableProperties {

  private static final String PASSWORD = "password";
  private static final String CONNECTION = "connection_properties";

  private final List<String> problems = new ArrayList<>();
  private final ConfiguredTarget target;

  private TableProperties(String location) {
    target = ConfiguredTarget.of(location);
  }

  /**
   * Returns the target of a location and of properties.
   *
   * @throws InvalidTargetException with all problems
   */
  static PostgresTarget target(String location, ObjectNode properties) {
    TableProperties reading = new TableProperties(location);
    properties
        .fields()
        .forEachRemaining(property -> reading.property(property.getKey(), property.getValue()));
    try {
      PostgresTarget target = reading.target.target();
      target.validate();
      if (!reading.problems.isEmpty()) {
        throw new InvalidTargetException(reading.problems);
      }
      return target;
    } catch (InvalidTargetException e) {
      throw new InvalidTargetException(
          Stream.concat(reading.problems.stream(), e.problems().stream()).distinct().toList());
    }
  }

  private void property(String name, JsonNode value) {
    Optional<SinkOption> option =
        Stream.of(SinkOption.values()).filter(o -> o.option().equals(name)).findFirst();
    if (name.equals(PASSWORD)) {
      target.withPassword(text(name, value));
    } else if (name.equals(CONNECTION)) {
      target.withConnectionProperties(texts(value));
    } else if (option.isEmpty()) {
      problems.add(
          "property '"
              + name
              + "' is not known; use "
              + String.join(", ", SinkOption.names())
              + ", "
              + PASSWORD
              + " or "
              + CONNECTION);
    } else if (value.isArray()) {
      List<String> names = new ArrayList<>();
      value.forEach(part -> names.add(part.asText()));
      target.with(option.get(), names);
    } else {
      target.with(option.get(), text(name, value));
    }
  }

  private @Nullable String text(String name, JsonNode value) {
    if (!value.isTextual() && !value.isNumber()) {
      problems.add("property '" + name + "' is neither text nor a number");
      return null;
    }
    return value.asText();
  }

  private @Nullable Map<String, String> texts(JsonNode value) {
    if (!value.isObject()) {
      problems.add(
          "property '" + CONNECTION + "' is not an object, such as {\"sslmode\": \"require\"}");
      return null;
    }
    Map<String, String> texts = new LinkedHashMap<>();
    value
        .fields()
        .forEachRemaining(
            property -> {
              String text = text(property.getKey(), property.getValue());
              if (text != null) {
                texts.put(property.getKey(), text);
              }
            });
    return texts;
  }
}
