package io.resultsink.postgres.fault;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;

import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.fault.FaultyRun.Outcome;
import io.resultsink.postgres.testing.PostgresProxy;
import io.resultsink.postgres.testing.PostgresProxy.Rule;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.Torture;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A network that fails at a statement, once: the run goes on, and publishes once. */
@Tag("attack")
class NetworkFaultIT {

  private static final String CHUNK = "^COPY .* FROM STDIN \\(FORMAT binary\\)$";
  private static final String COMMIT = "^COMMIT";
  private static final String SEAL = "^ALTER TABLE .* RENAME TO \"result_sink_";

  /** About as many as a run sends; beyond the last, nothing happens. */
  private static final int STATEMENTS = 140;

  @RegisterExtension final TestDatabase database = new TestDatabase().behindProxy();

  private final PostgresProxy network = database.network();

  /** What the network does to a statement. */
  enum Accident {
    CHUNK_IS_CUT_IN_THE_MIDDLE(CHUNK, 1, null, Rule::cut),
    COMMIT_OF_A_CHUNK_NEVER_ARRIVES("\\(token\\) VALUES", -1, COMMIT, Rule::cut),
    REPLY_TO_COMMIT_OF_A_CHUNK_IS_LOST("\\(token\\) VALUES", -1, COMMIT, Rule::swallowReply),
    COMMIT_OF_A_CHUNK_ARRIVES_LATE("\\(token\\) VALUES", -1, COMMIT, Rule::strand),
    REPLY_TO_THE_CLAIM_IS_LOST("INSERT INTO .*result_sink_ledger", -1, null, Rule::swallowReply),
    CLAIM_ARRIVES_LATE("INSERT INTO .*result_sink_ledger", -1, null, Rule::strand),
    FROZEN_COPY_IS_CUT_GOING_IN("FREEZE", 1, null, Rule::cut),
    FROZEN_COPY_IS_CUT_COMING_OUT("^COPY \\(SELECT", 1, null, Rule::cut),
    SEALING_IS_CUT(SEAL, -1, null, Rule::cut),
    COMMIT_OF_A_SEAL_NEVER_ARRIVES(SEAL, -1, COMMIT, Rule::cut),
    REPLY_TO_COMMIT_OF_A_SEAL_IS_LOST(SEAL, -1, COMMIT, Rule::swallowReply),
    COMMIT_OF_A_SEAL_ARRIVES_LATE(SEAL, -1, COMMIT, Rule::strand),
    FREEZING_IS_CUT("^VACUUM \\(FREEZE", -1, null, Rule::cut),
    REPLY_TO_FREEZING_IS_LOST("^VACUUM \\(FREEZE", -1, null, Rule::swallowReply),
    FREEZING_BEGINS_LATE("^VACUUM \\(FREEZE", -1, null, Rule::strand),
    PUBLISH_IS_CUT_AFTER_ITS_WORK("UPDATE .*result_sink_ledger", -1, null, Rule::cut),
    COMMIT_OF_THE_PUBLISH_ARRIVES_LATE("UPDATE .*result_sink_ledger", -1, COMMIT, Rule::strand),
    CLEANING_IS_CUT("^DROP TABLE .*result_sink_[0-9a-f]+\"$", -1, null, Rule::cut),
    REPLY_TO_CLEANING_IS_LOST(
        "^DROP TABLE .*result_sink_[0-9a-f]+\"$", -1, null, Rule::swallowReply);

    private final String statement;
    private final long bytes;
    private final String next;
    private final Function<Rule, PostgresProxy.Fault> effect;

    Accident(
        String statement, long bytes, String next, Function<Rule, PostgresProxy.Fault> effect) {
      this.statement = statement;
      this.bytes = bytes;
      this.next = next;
      this.effect = effect;
    }

    /** Waits for its statement; holds the fault once that is known. */
    AtomicReference<PostgresProxy.Fault> on(PostgresProxy network) {
      AtomicReference<PostgresProxy.Fault> fault = new AtomicReference<>();
      if (next != null) {
        network.when(statement).first(() -> fault.set(effect.apply(network.when(next))));
      } else {
        fault.set(
            effect.apply(
                bytes < 0 ? network.when(statement) : network.whenCopied(statement, bytes)));
      }
      return fault;
    }

    boolean isOfReplace() {
      return compareTo(SEALING_IS_CUT) >= 0 && compareTo(FREEZING_BEGINS_LATE) <= 0;
    }

    /** What comes by when a replace's staging table does not go live. */
    String options(WriteMode mode) {
      boolean cleaning = this == CLEANING_IS_CUT || this == REPLY_TO_CLEANING_IS_LOST;
      return mode == WriteMode.REPLACE && (cleaning || needsNewTable()) ? "&staging=unlogged" : "";
    }

    boolean needsNewTable() {
      return this == FROZEN_COPY_IS_CUT_GOING_IN || this == FROZEN_COPY_IS_CUT_COMING_OUT;
    }
  }

  private static final Set<Accident> QUICK =
      EnumSet.of(
          Accident.CHUNK_IS_CUT_IN_THE_MIDDLE,
          Accident.REPLY_TO_COMMIT_OF_A_CHUNK_IS_LOST,
          Accident.COMMIT_OF_A_SEAL_ARRIVES_LATE,
          Accident.FREEZING_IS_CUT,
          Accident.FROZEN_COPY_IS_CUT_COMING_OUT);

  /** All of them under torture; otherwise a few, each in one mode. */
  static Stream<Arguments> modesAndAccidents() {
    List<Arguments> cases = new ArrayList<>();
    for (Accident accident : Accident.values()) {
      int modes = Torture.rounds(QUICK.contains(accident) ? 1 : 0, WriteMode.values().length);
      for (int i = 0; i < modes; i++) {
        WriteMode mode = WriteMode.values()[(accident.ordinal() + i) % WriteMode.values().length];
        if (!accident.isOfReplace()) {
          cases.add(Arguments.of(mode, accident));
        } else if (i == 0) {
          cases.add(Arguments.of(WriteMode.REPLACE, accident));
        }
      }
    }
    return cases.stream();
  }

  @ParameterizedTest
  @MethodSource("modesAndAccidents")
  void theRunGoesOnAndPublishesOnce(WriteMode mode, Accident accident) {
    FaultyRun run =
        accident.needsNewTable()
            ? FaultyRun.intoMissing(database, mode)
            : FaultyRun.intoExisting(database, mode);
    AtomicReference<PostgresProxy.Fault> fault = accident.on(network);
    Outcome outcome = run.launch(accident.options(mode));
    assertThat("the statement came by", fault.get(), notNullValue());
    assertThat("it happened", fault.get().met(), equalTo(1));
    network.calm(); // what was stranded arrives now
    run.assertHonest(outcome);
    run.assertPublished(outcome);
    run.assertStandsOnceWhenRunAgain();
  }

  /** Statements are chosen at random: there are about a hundred in a run. */
  static Stream<Arguments> modesAndStatements() {
    Random random = Torture.random("statements");
    List<Arguments> cases = new ArrayList<>();
    for (WriteMode mode : WriteMode.values()) {
      for (int i = 0; i < Torture.rounds(mode == WriteMode.REPLACE ? 2 : 0, 15); i++) {
        cases.add(Arguments.of(mode, 1 + random.nextInt(STATEMENTS), random.nextBoolean()));
      }
    }
    return cases.stream();
  }

  @ParameterizedTest
  @MethodSource("modesAndStatements")
  void aConnectionLostAtAnyStatementIsMadeAgain(WriteMode mode, int statement, boolean arrives) {
    FaultyRun run = FaultyRun.intoExisting(database, mode);
    Rule rule = network.when("").nth(statement);
    PostgresProxy.Fault fault = arrives ? rule.swallowReply() : rule.cut();
    Outcome outcome = run.launch("");
    String sent = fault.met() == 1 ? "" : "; of " + fault.seen() + " only";
    network.calm();
    try {
      run.assertHonest(outcome);
      run.assertPublished(outcome);
      run.assertStandsOnceWhenRunAgain();
    } catch (AssertionError e) {
      throw new AssertionError("statement " + statement + sent, e);
    }
  }
}
