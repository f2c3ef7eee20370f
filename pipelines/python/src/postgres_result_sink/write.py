"""The sink as a transform of Beam's Python SDK."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import apache_beam as beam
import grpc
from apache_beam.transforms.external import SchemaAwareExternalTransform

from postgres_result_sink import rows, service
from postgres_result_sink.failure import PostgresResultError, of_expansion

IDENTIFIER = "beam:schematransform:io.resultsink:postgres_result_write:v1"

Duration = str | datetime.timedelta

_Kind = TypeVar("_Kind")


class WriteToPostgresResult(beam.PTransform):
    """Publishes a bounded collection of rows as a PostgreSQL table: atomically, exactly once.

    The output is a collection with one row for each publish, which is emitted after the commit:
    ``run_id``, ``table``, ``rows``, ``already_published``, ``published_at`` and others.

    On a local runner the pipeline must be built inside of ``with beam.Pipeline() as pipeline``:
    the process that runs the sink's steps ends with that block.

    Args:
        url: ``postgresql://[user@]host[:port]/database/table[?option=value&...]``, or
            ``name:table`` with a connection that is saved in ``pg_service.conf``. A password is
            refused, because Beam writes configurations into the job.
        password: the place where the workers find it: ``env:NAME`` or ``file:PATH``; ``gs://``
            paths too.
        mode: ``append`` (the default), ``replace``, ``truncate`` or ``update``.
        unique: the names of the key's columns; required for ``update``, an error elsewhere.
        keep: ``none`` (the default) or ``all``, with which ``replace`` keeps indexes, constraints,
            defaults, triggers and everything else of the table.
        undo: how many versions that ``replace`` replaces are kept, or for how long, so that they
            can be swapped back; none by default.
        schema: the schema of the table, if the table is not written as ``schema.table``.
        staging_schema: the schema of staging tables and ledger; the table's schema by default.
        staging: ``logged`` or ``unlogged``; logged for ``replace`` by default.
        staging_ttl: the age at which other runs may drop an abandoned staging table; 7 days by
            default.
        run_id: the run id. One run publishes once, however often it is launched. Use one id for
            each result, such as the result's date.
        min_rows: the least rows; a result with fewer fails the run, with the table untouched.
        max_rejected: more rows that do not fit the table fail the run; any number by default. It
            needs ``rejects`` or ``error_handling``.
        rejects: the table that keeps rows that do not fit, ``table`` or ``schema.table``. They
            leave the result, and the others are published.
        error_handling: ``{"output": "errors"}`` gives rows that do not fit out as a collection of
            that name, once the others are published. The transform's output is then a dict of two
            collections, ``published`` and that one. Its rows have ``run_id``, ``table``,
            ``rejected_at``, ``column``, ``reason``, ``sqlstate`` and ``row``, which is JSON.
        lock_timeout: the time of one attempt for the lock that readers wait for; 100 ms by default.
        lock_wait: how long such attempts go on; 5 minutes by default.
        reset: how ``truncate`` empties the table: ``delete`` (the default), or ``truncate``, with
            which readers wait for the load and no dead rows are left.
        connection_properties: properties of the driver, such as ``sslmode``.
        jar: the expansion service's jar, instead of the one in this package.
        expansion_service: the address of a running expansion service, ``host:port``, instead of a
            jar.

    Durations are a :class:`datetime.timedelta`, or text such as ``"5min"``.

    Raises:
        PostgresResultError: with all problems that are known before the pipeline runs. No
            connection is made then.
    """

    def __init__(
        self,
        url: str,
        *,
        password: str | None = None,
        mode: str | None = None,
        unique: Sequence[str] | None = None,
        keep: str | None = None,
        undo: int | Duration | None = None,
        schema: str | None = None,
        staging_schema: str | None = None,
        staging: str | None = None,
        staging_ttl: Duration | None = None,
        run_id: str | None = None,
        min_rows: int | None = None,
        max_rejected: int | None = None,
        rejects: str | None = None,
        error_handling: Mapping[str, str] | None = None,
        lock_timeout: Duration | None = None,
        lock_wait: Duration | None = None,
        reset: str | None = None,
        connection_properties: Mapping[str, str] | None = None,
        jar: str | None = None,
        expansion_service: str | None = None,
    ) -> None:
        super().__init__()
        _require_reference(password)
        self._config: dict[str, Any] = {
            "url": _url(url),
            "password": password,
            "mode": _text("mode", mode),
            "unique": _names("unique", unique),
            "keep": _text("keep", keep),
            "undo": _limit("undo", undo),
            "schema": _text("schema", schema),
            "staging_schema": _text("staging_schema", staging_schema),
            "staging": _text("staging", staging),
            "staging_ttl": _duration("staging_ttl", staging_ttl),
            "run_id": _text("run_id", run_id),
            "min_rows": _number("min_rows", min_rows),
            "max_rejected": _number("max_rejected", max_rejected),
            "rejects": _text("rejects", rejects),
            "error_handling": _output("error_handling", error_handling),
            "lock_timeout": _duration("lock_timeout", lock_timeout),
            "lock_wait": _duration("lock_wait", lock_wait),
            "reset": _text("reset", reset),
            "connection_properties": _texts("connection_properties", connection_properties),
        }
        if jar and expansion_service:
            raise PostgresResultError("both jar and expansion_service are given; give one of them")
        self._jar = jar
        self._expansion_service = expansion_service

    def expand(
        self, input_or_inputs: beam.PCollection
    ) -> beam.PCollection | dict[str, beam.PCollection]:
        service.require_tested_beam()
        elements = rows.of(input_or_inputs)
        sink = self._sink()
        try:
            return elements | sink
        except RuntimeError as error:
            ours = of_expansion(error)
            if ours is None:
                raise
            raise ours from None

    def _sink(self) -> SchemaAwareExternalTransform:
        """Returns the sink of a running service, which is started if no address was given."""
        expansion = self._expansion_service or service.of_jar(self._jar)
        given = {name: value for name, value in self._config.items() if value is not None}
        try:
            return SchemaAwareExternalTransform(
                IDENTIFIER, expansion, rearrange_based_on_discovery=True, **given
            )
        except (grpc.RpcError, RuntimeError, ValueError) as error:
            raise service.without_sink(expansion, error) from error


def _require_reference(password: str | None) -> None:
    """Refuses a text that is not a reference, without showing it: it may be the password."""
    if password is not None and not (
        isinstance(password, str) and password.startswith(("env:", "file:"))
    ):
        raise PostgresResultError(
            "password must be env:NAME or file:PATH, the place where the workers find it; the given text"
            " is neither, and is not shown, because it may be the password"
        )


def _url(url: Any) -> str:
    """Refuses what is no text without showing it: it may have a password."""
    if isinstance(url, str):
        return url
    raise PostgresResultError(
        f"url is a {type(url).__name__}; it must be text, such as postgresql://app@db.example.com/shop/hits"
    )


def _text(name: str, value: Any) -> str | None:
    return _of_type(name, value, str, "text")


def _number(name: str, value: Any) -> int | None:
    if isinstance(value, bool):
        raise PostgresResultError(f"{name} is {value!r}; it must be a whole number")
    return _of_type(name, value, int, "a whole number")


def _of_type(name: str, value: Any, expected: type[_Kind], words: str) -> _Kind | None:
    if value is None or isinstance(value, expected):
        return value
    raise PostgresResultError(f"{name} is {_shown(value)}; it must be {words}")


def _names(name: str, value: Any) -> list[str] | None:
    if value is None:
        return None
    if (
        not isinstance(value, Sequence)
        or isinstance(value, str)
        or not all(isinstance(part, str) for part in value)
    ):
        raise PostgresResultError(
            f"{name} is {_shown(value)}; it must be a list of column names, such as ['a', 'b']"
        )
    return list(value)


def _texts(name: str, value: Any) -> dict[str, str] | None:
    if value is None:
        return None
    if not isinstance(value, Mapping) or not all(
        isinstance(part, str) for pair in value.items() for part in pair
    ):
        raise PostgresResultError(f"{name} is not a mapping of text to text")
    return dict(value)


def _output(name: str, value: Any) -> dict[str, str] | None:
    if value is None:
        return None
    if not isinstance(value, Mapping) or set(value) != {"output"}:
        raise PostgresResultError(f"{name} is {_shown(value)}; it must be {{'output': 'errors'}}")
    output = _of_type(f"{name}'s output", value["output"], str, "text")
    if output is None:
        raise PostgresResultError(f"{name}'s output is None; it must be a name, such as 'errors'")
    return {"output": output}


def _duration(name: str, value: Any) -> str | None:
    if isinstance(value, datetime.timedelta):
        milliseconds = value / datetime.timedelta(milliseconds=1)
        if milliseconds != int(milliseconds) or milliseconds < 0:
            raise PostgresResultError(f"{name} is {value!r}; it must be a number of whole milliseconds")
        return f"{int(milliseconds)}ms"
    return _of_type(name, value, str, "a timedelta, or text such as '5min'")


def _limit(name: str, value: Any) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, datetime.timedelta):
        return _duration(name, value)
    return _of_type(name, value, str, "a number of versions, a timedelta, or text such as '7d'")


def _shown(value: Any) -> str:
    return f"{value!r}, a {type(value).__name__}"
