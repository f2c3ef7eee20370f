"""A Python pipeline on Flink behind its job server, without Docker."""

import json
import os
import pathlib

import apache_beam as beam
import pytest
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.testing.util import assert_that, equal_to
from conftest import free_port, started
from postgres_result_sink import WriteToPostgresResult

ROWS = 3000
BAD = ROWS // 100


@pytest.fixture
def flink(jar, tmp_path):
    """The addresses of a job server and of an expansion service with a worker of its own."""
    resolved = os.environ.get("XLANG_FLINK_CLASSPATH")
    if not resolved:
        pytest.skip("XLANG_FLINK_CLASSPATH is not set; make xlang sets it")
    classpath = pathlib.Path(resolved).read_text().strip()
    worker, expansion, jobs = free_port(), free_port(), free_port()
    external = {
        "defaultEnvironmentType": "EXTERNAL",
        "defaultEnvironmentConfig": f"localhost:{worker}",
    }
    job_server = [
        "-cp",
        classpath,
        "org.apache.beam.runners.flink.FlinkJobServerDriver",
        "--job-host=localhost",
        f"--job-port={jobs}",
        f"--artifact-port={free_port()}",
        f"--expansion-port={free_port()}",
        f"--artifacts-dir={tmp_path / 'artifacts'}",
        "--flink-master=[local]",
    ]
    with (
        started(
            worker,
            tmp_path / "worker",
            "-cp",
            jar,
            "org.apache.beam.fn.harness.ExternalWorkerService",
            PIPELINE_OPTIONS=json.dumps({"options": external}),
        ),
        started(
            expansion,
            tmp_path / "expansion",
            "-jar",
            jar,
            expansion,
            *(f"--{name}={value}" for name, value in external.items()),
        ),
        started(jobs, tmp_path / "jobs", *job_server),
    ):
        yield f"localhost:{jobs}", f"localhost:{expansion}"


MODES = ["append", "replace", "truncate", "update"]


def on(flink):
    return PipelineOptions(
        ["--runner=PortableRunner", f"--job_endpoint={flink[0]}", "--environment_type=LOOPBACK"]
    )


def written(pipeline, row, database, flink, mode, **more):
    """Applies the sink to rows that are made of numbers; an update finds a table with old ones."""
    if mode == "update":
        database.execute(f"CREATE TABLE {database.table} (id bigint PRIMARY KEY, name text)")
        database.execute(f"INSERT INTO {database.table} VALUES (0, 'old'), (1, 'old')")
        more["unique"] = ["id"]
    return (
        pipeline
        | beam.Create(range(ROWS))
        | beam.Map(row)
        | WriteToPostgresResult(
            database.url,
            mode=mode,
            password=database.password,
            expansion_service=flink[1],
            **more,
        )
    )


@pytest.mark.long
@pytest.mark.parametrize("mode", MODES)
def test_a_result_is_published_once(database, flink, mode):
    with beam.Pipeline(options=on(flink)) as pipeline:
        published = written(
            pipeline, lambda number: beam.Row(id=number, name=f"n{number}"), database, flink, mode
        )
        assert_that(
            published | beam.Map(lambda summary: (summary.mode, summary.rows)),
            equal_to([(mode, ROWS)]),
        )
    assert database.execute(
        f"SELECT count(*), count(DISTINCT id), max(name) FROM {database.table}"
    ) == [(ROWS, ROWS, "n999")]


@pytest.mark.long
@pytest.mark.parametrize("mode", MODES)
def test_rows_that_do_not_fit_are_given_out_and_the_rest_is_published(database, flink, mode):
    with beam.Pipeline(options=on(flink)) as pipeline:
        results = written(
            pipeline,
            lambda number: beam.Row(id=number, name="\0" if number % 100 == 7 else f"n{number}"),
            database,
            flink,
            mode,
            error_handling={"output": "errors"},
        )
        assert_that(
            results["published"] | beam.Map(lambda summary: (summary.rows, summary.rejected)),
            equal_to([(ROWS - BAD, BAD)]),
            label="published",
        )
        assert_that(
            results["errors"] | "Rejected" >> beam.Map(lambda row: (row.column, row.row)),
            equal_to(
                [("name", f'{{"id":{number},"name":"\\u0000"}}') for number in range(7, ROWS, 100)]
            ),
            label="errors",
        )
    assert database.execute(
        f"SELECT count(*), count(DISTINCT id), count(*) FILTER (WHERE id % 100 = 7)"
        f" FROM {database.table}"
    ) == [(ROWS - BAD, ROWS - BAD, 0)]
