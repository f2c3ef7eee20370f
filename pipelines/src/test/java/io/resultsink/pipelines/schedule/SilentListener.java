package io.resultsink.pipelines.schedule;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A listener that nothing reaches. */
class SilentListener implements RunListener {

  @Override
  public void started(Schedule schedule, Run run) {}

  @Override
  public void waiting(Schedule schedule, Run run) {}

  @Override
  public void succeeded(Schedule schedule, Run run, @Nullable Published rows, Duration took) {}

  @Override
  public void failed(Schedule schedule, Run run, String error, @Nullable Duration pause) {}

  @Override
  public void handedBack(Schedule schedule, Run run) {}

  @Override
  public void reachable(boolean reachable, String why) {}

  @Override
  public void planning(@Nullable String why) {}

  @Override
  public void unplanned(String schedule, String why) {}
}
