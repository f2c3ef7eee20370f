package io.resultsink.pipelines.benchmark;

import io.resultsink.postgres.destination.WriteMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A part of the benchmark, which {@code ONLY=} can choose. */
enum Part {
  /** The time that a write adds to a pipeline on Flink, beside JdbcIO and a bare COPY. */
  FLINK {
    @Override
    void measure(Bench bench, Rounds rounds) throws Exception {
      Contender beside =
          new SinkWrite(bench, BenchRunner.FLINK, Shape.NARROW, WriteMode.REPLACE, bench.rows());
      List<Contender> contenders = new ArrayList<>();
      contenders.add(new BareCopy(bench, Shape.NARROW, bench.rows()));
      contenders.addAll(pipelines(bench, BenchRunner.FLINK));
      contenders.add(new BesideOldSnapshot(bench, beside));
      rounds.measure(Rounds.THREE, contenders);
    }
  },
  /** The same with rows of 30 columns, a twentieth of them. */
  WIDE {
    @Override
    void measure(Bench bench, Rounds rounds) throws Exception {
      long rows = Math.max(1, bench.rows() / 20);
      rounds.measure(
          Rounds.THREE,
          List.of(
              new BareCopy(bench, Shape.WIDE, rows),
              new WithoutSink(WITHOUT, BenchRunner.FLINK, Shape.WIDE, rows),
              new SinkWrite(bench, BenchRunner.FLINK, Shape.WIDE, WriteMode.APPEND, rows),
              new SinkWrite(bench, BenchRunner.FLINK, Shape.WIDE, WriteMode.REPLACE, rows)));
    }
  },
  /** The same on the direct runner; once. */
  DIRECT {
    @Override
    void measure(Bench bench, Rounds rounds) throws Exception {
      rounds.measure(1, pipelines(bench, BenchRunner.DIRECT));
    }
  },
  /** Ten times the rows, and one row, by the steps without a runner. */
  GROWTH {
    @Override
    void measure(Bench bench, Rounds rounds) throws Exception {
      RowPool pool = new RowPool(Shape.NARROW);
      List<Contender> contenders = new ArrayList<>();
      for (WriteMode mode : WriteMode.values()) {
        contenders.add(new DirectWrite(bench, mode.option() + " of one row", pool, mode, 1));
      }
      for (WriteMode mode : List.of(WriteMode.APPEND, WriteMode.REPLACE)) {
        contenders.add(new DirectWrite(bench, mode.option() + FEW, pool, mode, bench.rows() / 2));
        contenders.add(new DirectWrite(bench, mode.option() + MANY, pool, mode, bench.rows() * 5));
      }
      rounds.measure(Rounds.THREE, contenders);
    }
  },
  /** The staging step with many small bundles, and with few large ones. */
  CHUNKS {
    @Override
    void measure(Bench bench, Rounds rounds) throws Exception {
      RowPool pool = new RowPool(Shape.NARROW);
      long rows = bench.rows();
      rounds.measure(
          Rounds.THREE,
          List.of(
              new StagedInBundles(bench, "few large chunks", pool, rows, rows),
              new StagedInBundles(bench, "chunks of 200 rows", pool, rows, SMALL_CHUNK)));
    }
  },
  /** The time for which a replace keeps readers waiting. */
  LOCK {
    @Override
    void measure(Bench bench, Rounds rounds) throws Exception {
      LockHeld lock = new LockHeld(bench, label(), "?mode=replace");
      lock.measure(Rounds.THREE, "small table", SMALL_TABLE);
      lock.measure(Rounds.THREE, "large table", bench.rows() * 5);
      lock.measureBesideReaderOfReferenced(
          Rounds.THREE, "beside a reader of a referenced table", SMALL_TABLE);
    }
  },
  /** Many rows in a small JVM. */
  HEAP {
    @Override
    void measure(Bench bench, Rounds rounds) throws Exception {
      new Heap(bench).measure(Math.max(bench.rows() * 5, SEVERAL_CHUNKS));
    }
  },
  /** Sessions of many threads. */
  CONNECTIONS {
    @Override
    void measure(Bench bench, Rounds rounds) throws Exception {
      new ManyThreads(bench).measure(bench.rows() / 2);
    }
  },
  /** Publishing into a table with three indexes, or a key and two, beside what one would type. */
  INDEXES {
    @Override
    void measure(Bench bench, Rounds rounds) throws Exception {
      RowPool pool = new RowPool(Shape.NARROW);
      List<Contender> contenders = new ArrayList<>();
      for (WriteMode mode : List.of(WriteMode.APPEND, WriteMode.TRUNCATE)) {
        contenders.add(new BareInsert(bench, pool, mode, bench.rows() / 8));
        contenders.add(new IndexedPublish(bench, pool, mode, bench.rows() / 8));
      }
      contenders.add(new UndonePublish(bench, pool, UndonePublish.SMALL, bench.rows() / 80));
      contenders.add(new UndonePublish(bench, pool, UndonePublish.LARGE, bench.rows() / 8));
      rounds.measure(Rounds.THREE, contenders);
      long rows = bench.rows();
      RowPool numbered = RowPool.numbered();
      rounds.measure(
          Rounds.THREE,
          List.of(
              new BareBuild(bench, numbered, rows),
              new IndexedLoad(bench, numbered, IndexedLoad.KEEP, "?mode=replace&keep=all", rows),
              new IndexedLoad(bench, numbered, IndexedLoad.REPLACE, "?mode=replace", rows),
              new IndexedLoad(bench, numbered, IndexedLoad.TRUNCATE, "?mode=truncate", rows)));
      LockHeld lock = new LockHeld(bench, label(), "?mode=replace&keep=all");
      lock.measureWithParts(Rounds.THREE, "small table", SMALL_TABLE);
      lock.measureWithParts(Rounds.THREE, "large table", rows * 5);
    }
  },
  /** Rows that do not fit and leave the result, beside results in which all fit. */
  REJECTS {
    @Override
    void measure(Bench bench, Rounds rounds) throws Exception {
      long rows = bench.rows();
      rounds.measure(
          Rounds.THREE,
          List.of(
              new RejectingWrite(bench, RejectingWrite.WITHOUT, rows, 0, false),
              new RejectingWrite(bench, RejectingWrite.NONE, rows, 0, true),
              new RejectingWrite(bench, RejectingWrite.ONE, rows, rows, true),
              new RejectingWrite(bench, RejectingWrite.MANY, rows, 20, true),
              new RejectingWrite(bench, RejectingWrite.ALL, rows, 1, true)));
      Heap heap = new Heap(bench);
      heap.measureRejecting(RejectingWrite.NONE, rows, 0);
      heap.measureRejecting(RejectingWrite.MANY, rows, 20);
      heap.measureRejecting(RejectingWrite.ALL, rows, 1);
    }
  },
  /** The encoders alone, beside PgBulkInsert and text. */
  ENCODERS {
    @Override
    void measure(Bench bench, Rounds rounds) throws Exception {
      new Encoders(bench).measure();
    }
  },
  /** Whole commands of pgresult, beside psql's and DuckDB. */
  QUERY {
    @Override
    void measure(Bench bench, Rounds rounds) throws Exception {
      new QueryCommands(bench).measure(Rounds.THREE);
    }
  };

  static final String WITHOUT = "without a sink";
  static final String WITHOUT_TENTH = "without a sink, a tenth of the rows";
  static final String FEW = ", fewer rows";
  static final String MANY = ", ten times as many";

  private static final long SMALL_CHUNK = 200;
  private static final long SMALL_TABLE = 10_000;

  /**
   * So many rows that a tenth of them is more than a chunk, and its buffer is as large as it gets.
   */
  private static final long SEVERAL_CHUNKS = 1_000_000;

  abstract void measure(Bench bench, Rounds rounds) throws Exception;

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  private static long tenth(Bench bench) {
    return Math.max(1, bench.rows() / 10);
  }

  /** All pipelines of a runner; JdbcIO's, and update, are slow, and write a tenth. */
  private static List<Contender> pipelines(Bench bench, BenchRunner runner) {
    long tenth = tenth(bench);
    List<Contender> all = new ArrayList<>();
    all.add(new WithoutSink(WITHOUT, runner, Shape.NARROW, bench.rows()));
    for (WriteMode mode : WriteMode.values()) {
      long rows = mode == WriteMode.UPDATE ? tenth : bench.rows();
      all.add(new SinkWrite(bench, runner, Shape.NARROW, mode, rows));
    }
    all.add(new WithoutSink(WITHOUT_TENTH, runner, Shape.NARROW, tenth));
    all.add(new JdbcWrite(bench, runner, Shape.NARROW, false, tenth));
    all.add(new JdbcWrite(bench, runner, Shape.NARROW, true, tenth));
    return all;
  }
}
