"""Pipelines in Python whose results are looked up in a real PostgreSQL."""

import datetime
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
    day: datetime.date
    hour: datetime.time
    count: typing.Mapping[str, int]


def test_values_of_python_arrive_as_they_are(database, service):
    """Whether or not the class has a coder for rows, which Beam wants to be registered."""
    row = Everything(
        "grün",
        2**40,
        0.1,
        True,
        b"\x00\xff",
        decimal.Decimal("1.50"),
        Timestamp(1.5),
        ["a"],
        None,
        datetime.date(1960, 1, 2),
        datetime.time(3, 4, 5, 678000),
        {"a": 1},
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
        " extract(epoch from seen)::text, tags::text, missing, day::text, hour::text, count::text"
    ) == [
        ("grün", 2**40, 0.1, True, "00ff", "1.50", "1.500000", "{a}", None)
        + ("1960-01-02", "03:04:05.678", '{"a": 1}')
    ]
    assert database.execute(
        "SELECT string_agg(data_type, ', ' ORDER BY column_name) FROM information_schema.columns"
        f" WHERE table_name = '{database.table}' AND column_name IN ('day', 'hour', 'seen')"
    ) == [("date, time without time zone, timestamp with time zone",)]


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


FIT = hits(("200", 1), ("a\0b", 2), ("404", 3))


@pytest.mark.parametrize(
    "arguments, after",
    [
        ({}, [("200", 1), ("404", 3), ("500", 9)]),
        ({"mode": "truncate"}, [("200", 1), ("404", 3)]),
        ({"mode": "replace", "keep": "all"}, [("200", 1), ("404", 3)]),
        ({"mode": "update", "unique": ["code"]}, [("200", 1), ("404", 3), ("500", 9)]),
    ],
)
def test_rows_that_do_not_fit_are_given_out_and_the_others_are_published(
    database, service, arguments, after
):
    database.execute(f"CREATE TABLE {database.table} (code text PRIMARY KEY, hits bigint)")
    database.execute(f"INSERT INTO {database.table} VALUES ('500', 9)")
    with beam.Pipeline() as pipeline:
        outputs = (
            pipeline
            | beam.Create(FIT)
            | WriteToPostgresResult(
                database.url,
                password=database.password,
                expansion_service=service,
                max_rejected=1,
                error_handling={"output": "errors"},
                run_id=database.table,
                **arguments,
            )
        )
        errors = outputs["errors"] | "Errors" >> beam.Map(
            lambda row: (row.run_id, row.table, row.column, row.sqlstate, row.row)
        )
        expected = (
            database.table,
            f"public.{database.table}",
            "code",
            "22021",
            '{"code":"a\\u0000b","hits":2}',
        )
        assert_that(errors, equal_to([expected]), label="Rejected")
        reasons = outputs["errors"] | "Reasons" >> beam.Map(
            lambda row: ("U+0000" in row.reason, "a" in row.reason.split(), row.rejected_at > 0)
        )
        assert_that(reasons, equal_to([(True, True, True)]), label="Reason")
        counts = outputs["published"] | "Counts" >> beam.Map(
            lambda summary: (summary.run_id, summary.rows, summary.rejected)
        )
        assert_that(counts, equal_to([(database.table, 2, 1)]), label="Published")
    assert database.rows("code, hits") == after


def test_rejected_rows_are_kept_in_a_table(database, service):
    rejects = f"{database.table}_rejects"
    database.execute(f"CREATE TABLE {database.table} (code text, hits smallint)")
    try:
        publish(
            database, service, hits(("200", 1), ("404", 2**40)), rejects=rejects, expected=(1, "append", False)
        )
        assert database.execute(f"SELECT column_name, sqlstate, row_json FROM {rejects}") == [
            ("hits", "22003", '{"code":"404","hits":1099511627776}')
        ]
    finally:
        database.execute(f"DROP TABLE IF EXISTS {rejects}")


@pytest.mark.parametrize(
    "rows, limit, message",
    [
        (hits(("a\0", 1), ("b\0", 2), ("200", 3)), 1, "max_rejected"),
        (hits(("a\0", 1), ("b\0", 2)), None, "none of the 2 rows of the result fits"),
    ],
)
def test_a_run_with_too_many_rejected_rows_fails_and_leaves_the_table(
    database, service, rows, limit, message
):
    database.execute(f"CREATE TABLE {database.table} AS SELECT 'old' AS code, 0 AS hits")
    with pytest.raises(Exception, match=message) as failure:
        publish(
            database,
            service,
            rows,
            mode="truncate",
            max_rejected=limit,
            error_handling={"output": "errors"},
        )
    assert database.secret not in str(failure.value)
    assert database.rows("code, hits") == [("old", 0)]


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"mode": "add"}, "mode 'add' is not known"),
        ({"mode": "update"}, "unique"),
        ({"unique": ["code"]}, "unique"),
        ({"keep": "all"}, "keep"),
        ({"reset": "truncate"}, "reset=truncate is for mode=truncate"),
        ({"max_rejected": 1}, "max_rejected"),
        ({"error_handling": {"output": "published"}}, "give it a name of its own"),
        ({"connection_properties": {"ssl": "true"}}, "ssl"),
        ({"schema": "s", "url": "postgresql://h/d/t.u"}, "schema"),
        ({"lock_wait": "soon"}, "lock_wait 'soon'"),
    ],
)
def test_a_wrong_argument_is_one_error_before_anything_runs(service, arguments, message):
    url = arguments.pop("url", "postgresql://app@db.example.com/shop/hits")
    assert message in refused(url, service, **arguments)
