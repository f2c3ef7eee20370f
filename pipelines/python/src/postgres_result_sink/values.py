"""The values of rows, which Beam's coders would change without an error where they do not fit."""

from __future__ import annotations

import datetime
import decimal
import numbers
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
from apache_beam.typehints.native_type_compatibility import convert_to_python_type
from apache_beam.typehints.row_type import RowTypeConstraint
from apache_beam.typehints.schemas import PRIMITIVE_TO_ATOMIC_TYPE

from postgres_result_sink.failure import PostgresResultError

_Check = Callable[[Any], "str | None"]

_INTEGERS = {int: np.iinfo(np.int64)} | {
    kind: np.iinfo(kind)
    for kind in PRIMITIVE_TO_ATOMIC_TYPE
    if isinstance(kind, type) and issubclass(kind, np.integer)
}
_FLOATS = (float, np.float32, np.float64)


class RequireExact:
    """A function from a row to itself, which refuses a value that Beam would change."""

    def __init__(self, row_type: RowTypeConstraint) -> None:
        self._row_type = row_type
        self._checks: list[tuple[str, _Check]] | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {"_row_type": self._row_type, "_checks": None}

    def __call__(self, row: Any) -> Any:
        if self._checks is None:
            self._checks = _of_fields(self._row_type)
        for name, check in self._checks:
            wrong = check(getattr(row, name))
            if wrong:
                raise PostgresResultError(
                    f"field {name} of a row has {wrong}. The value is not shown. Convert it in the pipeline,"
                    " or give the field its type"
                )
        return row


def _of_fields(row_type: RowTypeConstraint) -> list[tuple[str, _Check]]:
    checks = ((name, _of(hint)) for name, hint in row_type._fields)
    return [(name, check) for name, check in checks if check is not None]


def _of(hint: Any) -> _Check | None:
    """Returns the check of a type's values; None for a type whose coder refuses what is wrong."""
    hint = convert_to_python_type(hint)
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return _of_optional(next(part for part in arguments if part is not type(None)))
    if isinstance(hint, RowTypeConstraint):
        return _of_row(_of_fields(hint))
    if hint is bool or hint is np.bool_:
        return _boolean
    if hint in _INTEGERS:
        return _of_integer(hint)
    if hint in _FLOATS:
        return _float
    if hint is decimal.Decimal:
        return _decimal
    if hint is datetime.date:
        return _date
    if hint is datetime.time:
        return _time
    if origin is not None and issubclass(origin, Mapping):
        return _of_mapping(_of(arguments[0]), _of(arguments[1]))
    if origin is not None and issubclass(origin, Iterable) and arguments:
        return _of_all(_of(arguments[0]))
    inner = RowTypeConstraint.from_user_type(hint) if isinstance(hint, type) else None
    return None if inner is None else _of_row(_of_fields(inner))


def _of_optional(hint: Any) -> _Check | None:
    check = _of(hint)
    return None if check is None else lambda value: None if value is None else check(value)


def _of_row(fields: list[tuple[str, _Check]]) -> _Check | None:
    def row(value: Any) -> str | None:
        for name, check in fields:
            wrong = check(getattr(value, name))
            if wrong:
                return f"{wrong}, in its field {name}"
        return None

    return row if fields else None


def _of_all(check: _Check | None) -> _Check | None:
    return None if check is None else lambda value: next(filter(None, map(check, value)), None)


def _of_mapping(key: _Check | None, value: _Check | None) -> _Check | None:
    keys, values = _of_all(key), _of_all(value)
    if keys is None and values is None:
        return None
    return lambda of: (keys and keys(of)) or (values and values(of.values())) or None


def _of_integer(kind: type) -> _Check:
    least, most = int(_INTEGERS[kind].min), int(_INTEGERS[kind].max)

    def integer(value: Any) -> str | None:
        if not isinstance(value, numbers.Integral):
            return f"a {_kind(value)}, and its type is {kind.__name__}"
        if not least <= int(value) <= most:
            return f"a number beyond the range of {kind.__name__}, {least} to {most}"
        return None

    return integer


def _boolean(value: Any) -> str | None:
    return None if isinstance(value, (bool, np.bool_)) else f"a {_kind(value)}, and its type is bool"


def _float(value: Any) -> str | None:
    if isinstance(value, (float, np.floating)):
        return None
    if not isinstance(value, numbers.Integral):
        return f"a {_kind(value)}, and its type is float"
    if int(float(value)) != int(value):
        return "a whole number that no float is equal to, and its type is float"
    return None


def _decimal(value: Any) -> str | None:
    if not isinstance(value, decimal.Decimal):
        return f"a {_kind(value)}, and its type is decimal.Decimal"
    if not value.is_finite():
        return "a Decimal that is no number"
    most = decimal.getcontext().prec
    if len(value.as_tuple().digits) > most:
        return (
            f"a Decimal of more than {most} digits, which Beam would round; decimal.getcontext().prec sets"
            " how many it keeps"
        )
    return None


def _date(value: Any) -> str | None:
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return None
    return f"a {_kind(value)}, and its type is datetime.date"


def _time(value: Any) -> str | None:
    if not isinstance(value, datetime.time):
        return f"a {_kind(value)}, and its type is datetime.time"
    if value.tzinfo is not None:
        return "a time with a time zone, which Beam would drop"
    if value.microsecond % 1000:
        return "a time with microseconds, and Beam sends milliseconds"
    return None


def _kind(value: Any) -> str:
    return "None" if value is None else type(value).__name__
