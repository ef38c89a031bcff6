"""Amounts as platforms write them, turned into integers in minor units of their currency and back."""

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache

from babel.numbers import get_currency_precision

from connectors.errors import Malformed

# Every amount of the house fits a signed 64-bit column with room for sums of thousands.
LARGEST = 10**15
LONGEST = 40

_CURRENCY = re.compile(r"[A-Z]{3}")


def exponent(currency: str) -> int:
    """How many decimals `currency` (ISO 4217, upper case) has, by CLDR: 2 for USD, 0 for JPY, 3 for KWD.

    A code that CLDR does not know has 2. Raises Malformed for what is not a currency code.
    """
    if not isinstance(currency, str) or _CURRENCY.fullmatch(currency) is None:
        raise Malformed("not a currency code")
    return _precision(currency)


def minor(value: str | int | float | Decimal, currency: str) -> int:
    """`value`, an amount in major units, in minor units of `currency`, half away from zero: ("12.5", "USD") is 1250.

    Raises Malformed for what is no finite number or beyond 10**15 minor units.
    """
    # Most amounts are strings, and the same few prices come again and again.
    return _written(value, currency) if type(value) is str and type(currency) is str else _minor(value, currency)


def major(amount: int, currency: str) -> Decimal:
    """`amount` minor units as an exact number of major units, all decimals shown: (1250, "USD") is 12.50."""
    return Decimal(amount).scaleb(-exponent(currency))


def no_debt(amount: int, name: str, *, unknown: list[str]) -> int:
    """A sum that cannot lie below zero. One that does tells nothing, which is 0, and is noted under its name in `unknown`."""
    if amount < 0:
        unknown.append(f"{name}=negative")
    return max(amount, 0)


@lru_cache(maxsize=4096)
def _written(value: str, currency: str) -> int:
    return _minor(value, currency)


def _minor(value: object, currency: str) -> int:
    places = exponent(currency)
    number = _decimal(value)
    # Asked before any arithmetic, so that "1e999999999" costs nothing.
    if not number.is_finite() or (number and number.adjusted() > 15):
        raise Malformed("not an amount of money")
    amount = int(number.quantize(_step(places), ROUND_HALF_UP).scaleb(places))
    if abs(amount) > LARGEST:
        raise Malformed("not an amount of money")
    return amount


@lru_cache(maxsize=512)
def _precision(currency: str) -> int:
    return get_currency_precision(currency)


@lru_cache(maxsize=16)
def _step(places: int) -> Decimal:
    return Decimal(1).scaleb(-places)


def _decimal(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise Malformed("not an amount of money")
    if isinstance(value, str) and (len(value) > LONGEST or not value.isascii() or "_" in value):
        raise Malformed("not an amount of money")
    if isinstance(value, int) and abs(value) > LARGEST:
        raise Malformed("not an amount of money")
    try:
        # A float goes through its shortest spelling: 0.1 means one tenth, not the binary neighbour.
        return Decimal(repr(value) if isinstance(value, float) else value)
    except InvalidOperation:
        raise Malformed("not an amount of money") from None
