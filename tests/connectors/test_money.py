"""Money crosses the wall as whole minor units, whatever a platform writes."""

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import Malformed
from connectors.money import LARGEST, major, minor, no_debt


@pytest.mark.parametrize(
    ("value", "currency", "amount"),
    [
        ("95.50", "USD", 9550),
        ("95.5", "EUR", 9550),
        ("-10.00", "USD", -1000),
        (39, "USD", 3900),
        (12.5, "USD", 1250),
        (0.1, "USD", 10),
        (1.005, "USD", 101),
        ("1.005", "USD", 101),
        ("-1.005", "USD", -101),
        ("1500", "JPY", 1500),
        ("1500.5", "JPY", 1501),
        ("1.2345", "KWD", 1235),
        (Decimal(0), "USD", 0),
        ("1e2", "USD", 10000),
        ("0e999999", "USD", 0),
        ("1e-999999", "USD", 0),
    ],
)
def test_an_amount_becomes_minor_units(value: str | float | Decimal, currency: str, amount: int) -> None:
    assert minor(value, currency) == amount


@pytest.mark.parametrize(
    "value",
    [
        "",
        "free",
        "NaN",
        "-Infinity",
        "1e999999999",
        "1_000",
        "٣",
        "9" * 41,
        10**16,
        "1e14",
        float("nan"),
        float("inf"),
        True,
        None,
        [],
        {},
    ],
)
def test_what_is_no_amount_is_malformed(value: object) -> None:
    with pytest.raises(Malformed):
        minor(value, "USD")  # type: ignore[arg-type]  # Payloads hold anything.


@pytest.mark.parametrize("currency", ["", "usd", "US", "DOLLAR", "US\n", None, 3, []])
def test_what_is_no_currency_is_malformed(currency: object) -> None:
    with pytest.raises(Malformed):
        minor("1", currency)  # type: ignore[arg-type]  # Payloads hold anything.


def test_a_currency_that_nobody_knows_has_two_decimals() -> None:
    assert minor("1", "ZZZ") == 100


def test_major_shows_every_decimal() -> None:
    assert [str(major(1250, "USD")), str(major(5, "JPY")), str(major(-5, "KWD"))] == ["12.50", "5", "-0.005"]


@given(st.integers(-LARGEST, LARGEST), st.sampled_from(["USD", "JPY", "KWD", "CLF"]))
def test_there_and_back_is_the_same(amount: int, currency: str) -> None:
    assert minor(major(amount, currency), currency) == amount


@given(st.text(max_size=50) | st.floats() | st.integers() | st.decimals() | st.none() | st.binary())
def test_anything_is_an_int_or_malformed(value: object) -> None:
    with suppress(Malformed):
        assert type(minor(value, "USD")) is int  # type: ignore[arg-type]  # Payloads hold anything.


def test_a_sum_below_zero_is_none_and_is_noted() -> None:
    unknown: list[str] = []
    assert [no_debt(one, "order.total", unknown=unknown) for one in (500, 0, -1)] == [500, 0, 0]
    assert unknown == ["order.total=negative"]
