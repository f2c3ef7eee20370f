"""The input of the sink: rows whose fields have types that Java knows."""

from __future__ import annotations

from typing import Any

import apache_beam as beam
from apache_beam.coders import RowCoder
from apache_beam.typehints import schemas
from apache_beam.typehints.row_type import RowTypeConstraint

from postgres_result_sink.failure import PostgresResultError

_ROWS = "beam.Map(lambda x: Hit(...)).with_output_types(Hit), where Hit is a typing.NamedTuple"
_TYPES = (
    "str, int, float, bool, bytes, decimal.Decimal, datetime.date, datetime.time, Beam's Timestamp,"
    " Optional, Sequence and Mapping of them, and other NamedTuples"
)


def of(elements: Any) -> beam.PCollection:
    """Returns a collection with a coder for rows, which is what other languages read.

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
    if isinstance(beam.coders.registry.get_coder(elements.element_type), RowCoder):
        return elements
    return elements | "Rows" >> beam.Map(_same).with_output_types(row_type)


def _row_type(elements: beam.PCollection) -> RowTypeConstraint:
    given = elements.element_type
    row_type = given if isinstance(given, RowTypeConstraint) else RowTypeConstraint.from_user_type(given)
    if row_type is None:
        raise PostgresResultError(
            f"the input's elements are {_name(given)}, which is not a row with named fields. Make them"
            f" rows: {_ROWS}; or beam.Row(...), if Beam can infer the types of its values"
        )
    return row_type


def _require_known_types(row_type: RowTypeConstraint) -> None:
    unknown = [f"{name} is {_name(hint)}" for name, hint in row_type._fields if not _is_known(hint)]
    if unknown:
        raise PostgresResultError(
            f"fields of the input have no type that a column can have: {', '.join(unknown)}. Say what"
            f" they are: {_ROWS} with fields of {_TYPES}. Make a datetime a Timestamp by"
            " Timestamp.from_utc_datetime, and a UUID a str"
        )


def _is_known(hint: Any) -> bool:
    """Returns whether Java knows a type; what it does not know, Python would send pickled."""
    try:
        field_type = schemas.typing_to_runner_api(hint)
    except Exception:  # Beam raises errors of many kinds for types that it does not expect
        return False
    return schemas.PYTHON_ANY_URN.encode() not in field_type.SerializeToString()


def _name(hint: Any) -> str:
    if not isinstance(hint, type):
        return str(hint)
    return hint.__qualname__ if hint.__module__ == "builtins" else f"{hint.__module__}.{hint.__qualname__}"


def _same(row: Any) -> Any:
    return row
