"""Pipelines in Python whose results are looked up in a real PostgreSQL."""

import decimal
import typing

import apache_beam as beam
import pytest
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.testing.util import assert_that, equal_to
from apache_beam.utils.timestamp import Timestamp
from postgres_result_sink import PostgresResultError, WriteToPostgresResult

RUNNERS = [pytest.param([], id="default"), pytest.param(["--runner=FnApiRunner"], id="FnApiRunner", marks=pytest.mark.long)]


def publish(database, service, rows, *options, expected=None, **arguments):
    """Publishes rows; expected is what the summary says: rows, mode, already_published."""
    with beam.Pipeline(options=PipelineOptions(list(options))) as pipeline:
        published = (
            pipeline
            | "Rows" >> beam.Create(rows)
            | "Publish"
            >> WriteToPostgresResult(
                database.url,
                password=database.password,
                expansion_service=service,
                **arguments,
            )
        )
        if expected is not None:
            summaries = published | "Seen" >> beam.Map(
                lambda summary: (summary.rows, summary.mode, summary.already_published)
            )
            assert_that(summaries, equal_to([expected]))


def hits(*pairs):
    return [beam.Row(code=code, hits=count) for code, count in pairs]


def refused(url, service, *options, **arguments):
    with pytest.raises(PostgresResultError) as failure:
        with beam.Pipeline(options=PipelineOptions(list(options))) as pipeline:
            rows = pipeline | beam.Create(hits(("200", 1)))
            rows | WriteToPostgresResult(url, expansion_service=service, **arguments)
    return str(failure.value)


@pytest.mark.parametrize("options", RUNNERS)
def test_a_replaced_table_is_exactly_the_result(database, service, options):
    database.execute(f"CREATE TABLE {database.table} AS SELECT 'old' AS code, 0 AS hits")
    publish(
        database,
        service,
        hits(("404", 2), ("200", 7)),
        *options,
        mode="replace",
        expected=(2, "replace", False),
    )
    assert database.rows("code, hits") == [("200", 7), ("404", 2)]


@pytest.mark.parametrize(
    "mode, after",
    [
        ("append", [("200", 1), ("200", 7), ("500", 1)]),
        ("truncate", [("200", 7)]),
        ("update", [("200", 7), ("500", 1)]),
    ],
)
def test_every_other_mode_does_what_it_says(database, service, mode, after):
    key = " PRIMARY KEY" if mode == "update" else ""
    database.execute(f"CREATE TABLE {database.table} (code text{key}, hits bigint)")
    database.execute(f"INSERT INTO {database.table} VALUES ('200', 1), ('500', 1)")
    unique = {"unique": ["code"]} if mode == "update" else {}
    publish(
        database, service, hits(("200", 7)), mode=mode, expected=(1, mode, False), **unique
    )
    assert database.rows("code, hits") == after


def test_a_replace_that_keeps_everything_keeps_index_view_and_default(database, service):
    table = database.table
    database.execute(f"CREATE TABLE {table} (code text PRIMARY KEY, hits bigint DEFAULT 5)")
    database.execute(f"INSERT INTO {table} VALUES ('500', 1)")
    database.execute(f"CREATE INDEX {table}_by_hits ON {table} (hits)")
    database.execute(f"CREATE VIEW {table}_view AS SELECT * FROM {table}")
    try:
        publish(
            database,
            service,
            hits(("200", 7)),
            mode="replace",
            keep="all",
            expected=(1, "replace", False),
        )
        assert database.execute(f"SELECT code, hits FROM {table}_view") == [("200", 7)]
        assert database.execute(
            f"SELECT indexname FROM pg_indexes WHERE tablename = '{table}' ORDER BY 1"
        ) == [(f"{table}_by_hits",), (f"{table}_pkey",)]
        assert database.execute(
            "SELECT column_default FROM information_schema.columns"
            f" WHERE table_name = '{table}' AND column_name = 'hits'"
        ) == [("5",)]
    finally:
        database.execute(f"DROP VIEW {table}_view")


def test_a_run_that_is_launched_again_changes_nothing(database, service):
    for already in (False, True):
        publish(
            database, service, hits(("200", 1)), run_id="day-1", expected=(1, "append", already)
        )
    assert database.rows("code, hits") == [("200", 1)]


class Everything(typing.NamedTuple):
    text: str
    whole: int
    fraction: float
    truth: bool
    data: bytes
    amount: decimal.Decimal
    seen: Timestamp
    tags: typing.Sequence[str]
    missing: typing.Optional[str]


def test_values_of_python_arrive_as_they_are(database, service):
    beam.coders.registry.register_coder(Everything, beam.coders.RowCoder)
    row = Everything(
        "grün", 2**40, 0.1, True, b"\x00\xff", decimal.Decimal("1.50"), Timestamp(1.5), ["a"], None
    )
    with beam.Pipeline() as pipeline:
        (
            pipeline
            | beam.Create([row]).with_output_types(Everything)
            | WriteToPostgresResult(
                database.url, password=database.password, expansion_service=service
            )
        )
    assert database.rows(
        "text, whole, fraction, truth, encode(data, 'hex'), amount::text,"
        " extract(epoch from seen)::text, tags::text, missing"
    ) == [("grün", 2**40, 0.1, True, "00ff", "1.50", "1.500000", "{a}", None)]


def test_all_that_is_wrong_is_said_at_once_in_one_error(service):
    message = refused(
        "postgresql://app:kanarienvogel@db.example.com/shop/hits?mode=replace&min_rows=5",
        service,
        mode="append",
        min_rows=6,
        lock_timeout="soon",
    )
    assert "the URL has a password" in message
    assert "option 'mode' has one value in the URL" in message
    assert "option 'min_rows' has one value in the URL" in message
    assert "lock_timeout 'soon'" in message
    assert "kanarienvogel" not in message
    assert ".java" not in message


def test_a_classic_template_is_refused(service):
    message = refused(
        "postgresql://app@db.example.com/shop/hits",
        service,
        "--template_location=gs://bucket/template",
    )
    assert "build a Flex Template" in message


def test_an_unbounded_input_is_refused(service):
    from apache_beam.transforms.periodicsequence import PeriodicImpulse

    with pytest.raises(PostgresResultError, match="unbounded"):
        with beam.Pipeline() as pipeline:
            (
                pipeline
                | PeriodicImpulse(fire_interval=1)
                | beam.Map(lambda _: beam.Row(code="200"))
                | WriteToPostgresResult("postgresql://h/d/t", expansion_service=service)
            )


def test_a_value_that_cannot_be_stored_fails_the_run_and_leaves_the_table(database, service):
    database.execute(f"CREATE TABLE {database.table} (code text, hits bigint)")
    with pytest.raises(Exception) as failure:
        publish(database, service, hits(("200", 1), ("a\0b", 1)))
    assert "column code" in str(failure.value)
    assert "U+0000" in str(failure.value)
    assert database.secret not in str(failure.value)
    assert database.rows("code, hits") == []


@pytest.mark.long
def test_the_packages_own_jar_is_started(database, jar):
    """Without an address: as a user writes it."""
    publish(database, None, hits(("200", 1)), mode="replace", expected=(1, "replace", False))
    assert database.rows("code, hits") == [("200", 1)]


def test_rows_that_do_not_fit_are_given_out_and_the_others_are_published(database, service):
    database.execute(f"CREATE TABLE {database.table} (code text, hits bigint)")
    with beam.Pipeline() as pipeline:
        outputs = (
            pipeline
            | beam.Create(hits(("200", 1), ("a\0b", 2), ("404", 3)))
            | WriteToPostgresResult(
                database.url,
                password=database.password,
                expansion_service=service,
                max_rejected=1,
                error_handling={"output": "errors"},
            )
        )
        errors = outputs["errors"] | "Errors" >> beam.Map(
            lambda row: (row.column, row.sqlstate, row.row)
        )
        assert_that(errors, equal_to([("code", "22021", '{"code":"a\\u0000b","hits":2}')]))
        counts = outputs["published"] | "Counts" >> beam.Map(
            lambda summary: (summary.rows, summary.rejected)
        )
        assert_that(counts, equal_to([(2, 1)]), label="Published")
    assert database.rows("code, hits") == [("200", 1), ("404", 3)]
