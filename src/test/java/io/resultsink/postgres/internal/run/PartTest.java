package io.resultsink.postgres.internal.run;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A part keeps its name and its reports. */
class PartTest {

  private static final StagedChunk SMALL = new StagedChunk(UUID.randomUUID(), 7, 3, 40);
  private static final StagedChunk LARGE = new StagedChunk(UUID.randomUUID(), 8, 500, 6_000);

  @Test
  void aWholeRunIsAPartWithoutAName() {
    RunIdentity run = RunIdentity.create("nightly", null);
    Part part = Part.whole(run, List.of(SMALL));
    assertThat(part.id(), is(new PartId("nightly", "")));
    assertThat(part.given(), is(true));
    assertThat(Part.whole(RunIdentity.create(null, null), List.of()).given(), is(false));
  }

  @Test
  void itExpectsWhatItsChunksReported() {
    List<StagedChunk> reports = new ArrayList<>(List.of(SMALL, LARGE));
    Part part = Part.whole(RunIdentity.create(null, null), reports);
    reports.clear();
    assertThat(part.rows(), is(503L));
    assertThat(part.bytes(), is(6_040L));
  }
}
