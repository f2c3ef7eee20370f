package io.resultsink.template;

import java.util.Arrays;
import java.util.List;
import org.apache.flink.client.deployment.application.ApplicationClusterEntryPoint;
import org.apache.flink.client.program.PackagedProgram;
import org.apache.flink.client.program.ProgramInvocationException;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.DeploymentOptions;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.runtime.entrypoint.ClusterEntrypoint;
import org.apache.flink.runtime.resourcemanager.StandaloneResourceManagerFactory;

/**
 * A JobManager that runs the main method of a job inside itself, as in Flink's application mode.
 */
@SuppressWarnings("try") // Flink's own close() may be interrupted.
final class ApplicationCluster extends ApplicationClusterEntryPoint {

  private ApplicationCluster(Configuration configuration, PackagedProgram program) {
    super(configuration, program, StandaloneResourceManagerFactory.getInstance());
  }

  /** The folder of Flink's configuration, the job's main class, and the job's arguments. */
  public static void main(String[] arguments) throws ProgramInvocationException {
    Configuration configuration = GlobalConfiguration.loadConfiguration(arguments[0]);
    configuration.set(DeploymentOptions.TARGET, "embedded");
    PackagedProgram program =
        PackagedProgram.newBuilder()
            .setUserClassPaths(List.of())
            .setEntryPointClassName(arguments[1])
            .setArguments(Arrays.copyOfRange(arguments, 2, arguments.length))
            .setConfiguration(configuration)
            .build();
    ClusterEntrypoint.runClusterEntrypoint(new ApplicationCluster(configuration, program));
  }
}
