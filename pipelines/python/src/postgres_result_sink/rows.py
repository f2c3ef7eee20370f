"""The input of the sink: rows whose fields have types that Java knows."""

from __future__ import annotations

import types
import typing
from typing import Any

import apache_beam as beam
from apache_beam.coders import RowCoder
from apache_beam.typehints import schemas
from apache_beam.typehints.row_type import RowTypeConstraint

from postgres_result_sink.failure import PostgresResultError
from postgres_result_sink.values import RequireExact

_ROWS = "beam.Map(lambda x: Hit(...)).with_output_types(Hit), where Hit is a typing.NamedTuple"
_TYPES = (
    "str, int, float, bool, bytes, decimal.Decimal, datetime.date, datetime.time, Beam's Timestamp,"
    " Optional, Sequence and Mapping of them, and other NamedTuples"
)


def of(elements: Any) -> beam.PCollection:
    """Returns a collection with a coder for rows, which is what other languages read.

    A row with a value that the coder would change fails the pipeline.

    Raises:
        PostgresResultError: if the input is not one collection of rows, or Java knows no type of
            one of their fields.
    """
    if not isinstance(elements, beam.PCollection):
        raise PostgresResultError(
            f"the input is a {type(elements).__name__}; it must be one PCollection. Join several:"
            " (a, b) | beam.Flatten()"
        )
    row_type = _row_type(elements)
    _require_known_types(row_type)
    return elements | "Rows" >> beam.Map(RequireExact(row_type)).with_output_types(row_type)


def _row_type(elements: beam.PCollection) -> RowTypeConstraint:
    given = elements.element_type
    user_type = given.user_type if isinstance(given, RowTypeConstraint) else given
    evaluated = _evaluated(user_type)
    if evaluated is user_type and isinstance(given, RowTypeConstraint):
        return given
    row_type = RowTypeConstraint.from_user_type(evaluated)
    if row_type is None:
        raise PostgresResultError(
            f"the input's elements are {_name(given)}, which is not a row with named fields. Make them"
            f" rows: {_ROWS}; or beam.Row(...), if Beam can infer the types of its values"
        )
    return row_type


def _evaluated(hint: Any) -> Any:
    """Returns a type as Beam reads it: names evaluated, and ``X | None`` as ``Optional[X]``."""
    if isinstance(hint, type) and issubclass(hint, tuple) and hasattr(hint, "_fields"):
        return _evaluated_row(hint)
    given = typing.get_args(hint)
    arguments = tuple(_evaluated(part) for part in given)
    if isinstance(hint, types.UnionType):
        return typing.Union[arguments]
    if all(one is other for one, other in zip(arguments, given)):
        return hint
    return typing.get_origin(hint)[arguments]


def _evaluated_row(row: Any) -> Any:
    given = getattr(row, "__annotations__", {})
    try:
        hints = typing.get_type_hints(row)
    except NameError as error:
        raise PostgresResultError(
            f"a type of {row.__qualname__} cannot be looked up: {error}. Define it, and the row, at the top"
            " of a module"
        ) from None
    fields = [(name, _evaluated(hints[name])) for name in row._fields if name in hints]
    if len(fields) < len(row._fields) or all(given.get(name) is hint for name, hint in fields):
        return row
    return typing.NamedTuple(row.__name__, fields)


def _require_known_types(row_type: RowTypeConstraint) -> None:
    unknown = [f"{name} is {_name(hint)}" for name, hint in row_type._fields if not _is_known(hint)]
    if unknown:
        raise PostgresResultError(
            f"fields of the input have no type that a column can have: {', '.join(unknown)}. Say what"
            f" they are: {_ROWS} with fields of {_TYPES}. Make a datetime a Timestamp, and a UUID a str"
        )


def _is_known(hint: Any) -> bool:
    """Returns whether Java knows a type; what it does not know, Python would send pickled."""
    try:
        field_type = schemas.typing_to_runner_api(hint)
        RowCoder(schemas.schema_pb2.Schema(fields=[schemas.schema_pb2.Field(name="f", type=field_type)]))
    except Exception:  # Beam raises errors of many kinds for types that it does not expect
        return False
    return schemas.PYTHON_ANY_URN.encode() not in field_type.SerializeToString() and not _is_mixed(hint)


def _is_mixed(hint: Any) -> bool:
    """Returns whether it is a tuple of several types, which Beam takes for a list of the first."""
    parts = typing.get_args(hint)
    if typing.get_origin(hint) is tuple:
        return len(set(parts) - {...}) > 1
    return any(_is_mixed(part) for part in parts)


def _name(hint: Any) -> str:
    if not isinstance(hint, type):
        return str(hint)
    return hint.__qualname__ if hint.__module__ == "builtins" else f"{hint.__module__}.{hint.__qualname__}"
