package io.resultsink.postgres;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.resultsink.postgres.testing.Canary;
import java.io.IOException;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.runners.TransformHierarchy;
import org.apache.beam.sdk.transforms.display.DisplayData;

/** What runners and their user interfaces show of a pipeline: options, steps, display data. */
public final class ShownPipeline {

  private ShownPipeline() {}

  /** Looks for the canary in all of it. */
  public static void lookInto(Pipeline pipeline, Canary canary) throws IOException {
    canary.lookInto("options", pipeline.getOptions());
    canary.lookInto(
        "options as JSON",
        new ObjectMapper()
            .registerModules(ObjectMapper.findModules(ShownPipeline.class.getClassLoader()))
            .writeValueAsString(pipeline.getOptions()));
    canary.lookInto("options' display data", DisplayData.from(pipeline.getOptions()));
    canary.lookInto("the pipeline", pipeline);
    pipeline.traverseTopologically(
        new Pipeline.PipelineVisitor.Defaults() {
          @Override
          public CompositeBehavior enterCompositeTransform(TransformHierarchy.Node node) {
            look(node, canary);
            return CompositeBehavior.ENTER_TRANSFORM;
          }

          @Override
          public void visitPrimitiveTransform(TransformHierarchy.Node node) {
            look(node, canary);
          }
        });
  }

  private static void look(TransformHierarchy.Node node, Canary canary) {
    canary.lookInto("step " + node.getFullName(), node.getFullName() + node);
    if (node.getTransform() != null) {
      canary.lookInto(
          "display data of " + node.getFullName(), DisplayData.from(node.getTransform()));
      canary.lookInto("transform of " + node.getFullName(), node.getTransform());
    }
  }
}
