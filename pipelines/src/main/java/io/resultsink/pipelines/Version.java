package io.resultsink.pipelines;

import org.apache.beam.sdk.util.ReleaseInfo;
import picocli.CommandLine.IVersionProvider;

/** The versions of pgresult and of what it runs on. */
final class Version implements IVersionProvider {

  @Override
  public String[] getVersion() {
    String own = Main.class.getPackage().getImplementationVersion();
    return new String[] {
      "pgresult " + (own == null ? "(not from a bundle)" : own),
      "Apache Beam " + ReleaseInfo.getReleaseInfo().getVersion(),
      "Java " + Runtime.version()
    };
  }
}
