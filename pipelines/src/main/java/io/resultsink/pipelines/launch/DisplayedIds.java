package io.resultsink.pipelines.launch;

import io.resultsink.pipelines.engine.ReadQuery;
import java.util.LinkedHashSet;
import java.util.Set;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.runners.TransformHierarchy;
import org.apache.beam.sdk.transforms.display.DisplayData;

/** The ids in the display data of a pipeline's steps. */
final class DisplayedIds {

  private static final String LOAD_ID = "loadId";

  private DisplayedIds() {}

  /** Returns the load ids, after which staging tables are named. */
  static Set<String> loadsOf(Pipeline pipeline) {
    return of(pipeline, LOAD_ID);
  }

  /** Returns the ids of queries that an engine executes. */
  static Set<String> sourcesOf(Pipeline pipeline) {
    return of(pipeline, ReadQuery.SOURCE);
  }

  private static Set<String> of(Pipeline pipeline, String key) {
    Set<String> ids = new LinkedHashSet<>();
    pipeline.traverseTopologically(
        new Pipeline.PipelineVisitor.Defaults() {
          @Override
          public void visitPrimitiveTransform(TransformHierarchy.Node node) {
            for (DisplayData.Item item : DisplayData.from(node.getTransform()).items()) {
              if (item.getKey().equals(key)) {
                ids.add(String.valueOf(item.getValue()));
              }
            }
          }
        });
    return ids;
  }
}
