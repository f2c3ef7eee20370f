"""Wrong use that Python finds itself, before any Java is started."""

import datetime
import inspect
import typing

import apache_beam as beam
import pytest
from apache_beam.transforms.external import SchemaAwareExternalTransform
from postgres_result_sink import PostgresResultError, WriteToPostgresResult, service
from postgres_result_sink.failure import of_expansion
from postgres_result_sink.write import IDENTIFIER

URL = "postgresql://app@db.example.com/shop/hits"
NOON = datetime.datetime(2026, 1, 2, 12)


def test_an_argument_that_is_not_known_is_named():
    with pytest.raises(TypeError, match="minrows"):
        WriteToPostgresResult(URL, minrows=5)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"mode": 5}, "mode is 5, a int; it must be text"),
        ({"min_rows": "5"}, "min_rows is '5', a str; it must be a whole number"),
        ({"min_rows": True}, "min_rows is True; it must be a whole number"),
        ({"max_rejected": "5"}, "max_rejected is '5', a str; it must be a whole number"),
        ({"error_handling": "errors"}, "it must be {'output': 'errors'}"),
        ({"error_handling": {"output": 5}}, "error_handling's output is 5, a int; it must be text"),
        ({"unique": "a,b"}, "such as \\['a', 'b'\\]"),
        ({"unique": [1]}, "it must be a list of column names"),
        ({"connection_properties": {"connectTimeout": 5}}, "not a mapping of text to text"),
        ({"undo": 1.5}, "it must be a number of versions, a timedelta, or text such as '7d'"),
        ({"lock_wait": 5}, "a timedelta, or text such as '5min'"),
        ({"lock_wait": datetime.timedelta(microseconds=5)}, "whole milliseconds"),
        ({"unique": 5}, "unique is 5, a int; it must be a list of column names"),
        ({"jar": "a.jar", "expansion_service": "localhost:1"}, "give one of them"),
    ],
)
def test_an_argument_of_the_wrong_kind_is_refused(arguments, message):
    with pytest.raises(PostgresResultError, match=message):
        WriteToPostgresResult(URL, **arguments)


@pytest.mark.parametrize("url", [None, b"postgresql://app:kanarienvogel@h/d/t"])
def test_a_url_that_is_no_text_is_not_repeated(url):
    with pytest.raises(PostgresResultError, match="url is a (NoneType|bytes); it must be text") as refused:
        WriteToPostgresResult(url)
    assert "kanarienvogel" not in str(refused.value)


def test_a_password_that_is_not_a_reference_is_not_repeated():
    with pytest.raises(PostgresResultError, match="env:NAME or file:PATH") as refused:
        WriteToPostgresResult(URL, password="kanarienvogel")
    assert "kanarienvogel" not in str(refused.value)


def test_a_duration_may_be_a_timedelta():
    sink = WriteToPostgresResult(URL, lock_wait=datetime.timedelta(minutes=5), lock_timeout="1s")
    assert sink._config["lock_wait"] == "300000ms"
    assert sink._config["lock_timeout"] == "1s"


def test_versions_are_kept_by_number_or_by_time():
    assert WriteToPostgresResult(URL, undo=3)._config["undo"] == "3"
    week = WriteToPostgresResult(URL, undo=datetime.timedelta(days=7))
    assert week._config["undo"] == "604800000ms"


class Visit(typing.NamedTuple):
    code: str
    seen: datetime.datetime


def written_to_nobody(rows):
    """Applies the sink; no service is there, and none is asked for rows that are refused."""
    rows(beam.Pipeline()) | WriteToPostgresResult(URL, expansion_service="localhost:1")


@pytest.mark.parametrize(
    "rows, message",
    [
        (lambda p: p | beam.Create(["a", "b"]), "elements are str, which is not a row"),
        (lambda p: p | beam.Create([{"code": "200"}]), "which is not a row with named fields"),
        (lambda p: p | beam.Create([]), "elements are Any, which is not a row"),
        (
            lambda p: p | beam.Create([{"code": "200"}]) | beam.Select(code=lambda x: x["code"]),
            "no type that a column can have: code is Any. Say what they are",
        ),
        (
            lambda p: p | beam.Create([beam.Row(a=1, b=[2]), beam.Row(a="x", b=["y"])]),
            "a is .*, b is .*Say what they are",
        ),
        (
            lambda p: p | beam.Create([Visit("200", NOON)]).with_output_types(Visit),
            "seen is datetime.datetime.*Make a datetime a Timestamp",
        ),
        (
            lambda p: tuple(p | name >> beam.Create([beam.Row(a=1)]) for name in "ab"),
            "the input is a tuple; it must be one PCollection",
        ),
    ],
)
def test_an_input_that_is_not_rows_of_known_types_is_refused(rows, message):
    with pytest.raises(PostgresResultError, match=message):
        written_to_nobody(rows)


def test_an_address_where_no_service_is_is_named_with_what_to_do():
    with pytest.raises(PostgresResultError, match="expansion_service is localhost:1, .*java -jar"):
        written_to_nobody(lambda p: p | beam.Create([beam.Row(a=1)]))


def test_a_jar_that_is_none_is_named_with_what_to_do(tmp_path):
    jar = tmp_path / "other.jar"
    jar.write_text("no jar")
    with pytest.raises(PostgresResultError, match=f"{jar} does not start as the sink's expansion"):
        beam.Pipeline() | beam.Create([beam.Row(a=1)]) | WriteToPostgresResult(URL, jar=str(jar))


def test_a_missing_jar_is_named_with_what_to_do(tmp_path):
    with pytest.raises(PostgresResultError, match="which does not exist. Build it with 'make build'"):
        service.of_jar(str(tmp_path / "missing.jar"))


def test_a_missing_java_is_named_with_what_to_do(tmp_path, monkeypatch):
    jar = tmp_path / "some.jar"
    jar.write_bytes(b"")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(PostgresResultError, match="no java on the PATH. Install Java 17"):
        service.of_jar(str(jar))
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(PostgresResultError, match="no java in JAVA_HOME"):
        service.of_jar(str(jar))


def test_an_old_java_is_named_with_what_to_do(tmp_path, monkeypatch):
    jar = tmp_path / "some.jar"
    jar.write_bytes(b"")
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.write_text("#!/bin/sh\necho 'openjdk version \"11.0.22\" 2024-01-16' >&2\n")
    java.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(PostgresResultError, match="is Java 11, and the sink needs 17"):
        service.of_jar(str(jar))


@pytest.mark.parametrize("version", ["2.69.0", "2.78.0", "3.0.0", "2.78.0.dev1"])
def test_a_version_of_beam_that_was_not_tested_is_refused(version):
    with pytest.raises(PostgresResultError, match=f"apache-beam {version} is installed"):
        service.require_tested_beam(version)


@pytest.mark.parametrize("version", ["2.70.0", "2.77.0"])
def test_a_tested_version_of_beam_is_taken(version):
    service.require_tested_beam(version)


def test_the_sinks_own_words_are_found_in_a_stack_trace():
    trace = RuntimeError(
        "io.resultsink.postgres.failure.InvalidTargetException: one\ntwo\n\tat a.B(C.java:1)\n"
    )
    assert str(of_expansion(trace)) == "one\ntwo"
    assert of_expansion(RuntimeError("java.lang.IllegalStateException: other")) is None


def test_the_arguments_are_the_fields_of_the_transform(service):
    fields = SchemaAwareExternalTransform.discover_config(service, IDENTIFIER).configuration_schema
    arguments = set(inspect.signature(WriteToPostgresResult).parameters)
    assert arguments - {"jar", "expansion_service"} == set(fields._fields)
