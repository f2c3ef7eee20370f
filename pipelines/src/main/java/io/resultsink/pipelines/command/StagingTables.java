package io.resultsink.pipelines.command;

import java.util.LinkedHashSet;
import java.util.Set;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.runners.TransformHierarchy;
import org.apache.beam.sdk.transforms.display.DisplayData;

/** The ids of the loads in a pipeline, after which their staging tables are named. */
final class StagingTables {

  private static final String LOAD_ID = "loadId";

  private StagingTables() {}

  static Set<String> loadsOf(Pipeline pipeline) {
    Set<String> loads = new LinkedHashSet<>();
    pipeline.traverseTopologically(
        new Pipeline.PipelineVisitor.Defaults() {
          @Override
          public void visitPrimitiveTransform(TransformHierarchy.Node node) {
            for (DisplayData.Item item : DisplayData.from(node.getTransform()).items()) {
              if (item.getKey().equals(LOAD_ID)) {
                loads.add(String.valueOf(item.getValue()));
              }
            }
          }
        });
    return loads;
  }
}
