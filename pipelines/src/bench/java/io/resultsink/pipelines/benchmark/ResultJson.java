package io.resultsink.pipelines.benchmark;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;

/** The results as a file: every single measurement, and where and how it was made. */
final class ResultJson {

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private ResultJson() {}

  static void write(
      Path file,
      Results results,
      long rows,
      Map<String, String> machine,
      Map<String, String> server)
      throws IOException {
    ObjectNode root = JSON.createObjectNode();
    root.put("date", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    root.put("rows", rows);
    root.set("machine", JSON.valueToTree(machine));
    root.set("server", JSON.valueToTree(server));
    ArrayNode measurements = root.putArray("measurements");
    results
        .all()
        .forEach(
            (figure, series) ->
                put(measurements.addObject(), figure.name(), figure.unit(), series)
                    .put("rows", figure.rows()));
    ArrayNode findings = root.putArray("findings");
    for (Finding finding : Bounds.all()) {
      Optional<Series> series = finding.from().apply(results);
      if (series.isPresent()) {
        ObjectNode node = put(findings.addObject(), finding.what(), finding.unit(), series.get());
        if (finding.limit() != null) {
          node.put("bound", finding.limit().text(finding.unit()));
          node.put("met", finding.limit().isMetBy(series.get().median()));
        }
      }
    }
    JSON.writeValue(file.toFile(), root);
  }

  private static ObjectNode put(ObjectNode node, String what, String unit, Series series) {
    node.put("what", what);
    node.put("unit", unit);
    node.put("median", series.median());
    node.put("least", series.least());
    node.put("most", series.most());
    node.set("values", JSON.valueToTree(series.values()));
    return node;
  }
}
