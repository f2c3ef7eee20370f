"""Values of rows that Beam would change without an error, found before it encodes them."""

from __future__ import annotations

import datetime
import decimal
import typing

import apache_beam as beam
import numpy as np
import pytest
from apache_beam.coders import RowCoder, registry
from apache_beam.testing.util import assert_that, equal_to
from postgres_result_sink import PostgresResultError, rows

UTC = datetime.timezone.utc
MANY = decimal.Decimal("12345678901234567890.123456789")


class Line(typing.NamedTuple):
    amount: decimal.Decimal | None


class Order(typing.NamedTuple):
    whole: int = 1
    small: np.int32 = 1
    fraction: float = 1.0
    truth: bool = True
    amount: decimal.Decimal = decimal.Decimal("1.50")
    day: datetime.date = datetime.date(2026, 1, 2)
    hour: datetime.time = datetime.time(3, 4, 5, 678000)
    missing: int | None = None
    numbers: typing.Sequence[int | None] = ()
    shares: typing.Mapping[str, float] = {}
    line: Line = Line(None)


def taken(*given):
    """Returns whether all rows pass, in a pipeline, with a coder that other languages read."""
    with beam.Pipeline() as pipeline:
        orders = (
            pipeline
            | beam.Create(range(len(given)))
            | beam.Map(lambda number: given[number]).with_output_types(Order)
        )
        checked = rows.of(orders)
        assert_that(checked | beam.combiners.Count.Globally(), equal_to([len(given)]))
    return isinstance(registry.get_coder(checked.element_type), RowCoder)


def test_values_that_arrive_as_they_are_pass():
    assert taken(
        Order(),
        Order(whole=np.int64(-(2**63)), small=2**31 - 1, truth=np.bool_(False)),
        Order(fraction=2**53, amount=decimal.Decimal("1E-20"), missing=3),
        Order(fraction=float("nan"), numbers=[1, None], shares={"a": np.float32(1)}),
        Order(line=Line(decimal.Decimal(7))),
    )


@pytest.mark.parametrize(
    "order, message",
    [
        (Order(whole=7.9), "field whole of a row has a float, and its type is int"),
        (Order(whole=decimal.Decimal(7)), "field whole of a row has a Decimal"),
        (Order(whole=2**63), "field whole of a row has a number beyond the range of int"),
        (Order(whole=None), "field whole of a row has a None"),
        (Order(small=2**31), "beyond the range of int32, -2147483648 to 2147483647"),
        (Order(fraction=2**53 + 1), "a whole number that no float is equal to"),
        (Order(fraction=MANY), "field fraction of a row has a Decimal"),
        (Order(truth="false"), "field truth of a row has a str, and its type is bool"),
        (Order(truth=2), "field truth of a row has a int, and its type is bool"),
        (Order(amount=MANY), "a Decimal of more than 28 digits, which Beam would round"),
        (Order(amount=decimal.Decimal("NaN")), "a Decimal that is no number"),
        (Order(amount=1), "field amount of a row has a int"),
        (Order(day=datetime.datetime(2026, 1, 2, 12)), "field day of a row has a datetime"),
        (Order(hour=datetime.time(3, tzinfo=UTC)), "a time with a time zone"),
        (Order(hour=datetime.time(3, 4, 5, 6)), "a time with microseconds"),
        (Order(missing=0.5), "field missing of a row has a float"),
        (Order(numbers=[1, 0.5]), "field numbers of a row has a float"),
        (Order(shares={"a": "b"}), "field shares of a row has a str"),
        (Order(line=Line(MANY)), "more than 28 digits.*, in its field amount"),
    ],
)
def test_a_value_that_beam_would_change_fails_and_is_not_shown(order, message):
    with pytest.raises(Exception, match=message) as failure:
        taken(Order(), order)
    assert "123456789" not in str(failure.value)


class Pair(typing.NamedTuple):
    pair: typing.Tuple[int, str]


class Unknown(typing.NamedTuple):
    code: NoSuchType  # noqa: F821


@pytest.mark.parametrize(
    "row, message",
    [
        (Pair((1, "a")), r"pair is typing\.Tuple\[int, str\]"),
        (Unknown("a"), "NoSuchType.*at the top of a module"),
    ],
)
def test_a_type_that_beam_takes_for_another_is_refused(row, message):
    with pytest.raises(PostgresResultError, match=message):
        rows.of(beam.Pipeline() | beam.Create([row]).with_output_types(type(row)))
