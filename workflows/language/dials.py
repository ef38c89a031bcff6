"""What a merchant may turn, between two stops, both allowed: a time, or a number that a condition or a code asks for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

from workflows.language.lengths import Unit, counted, spoken


@dataclass(frozen=True, slots=True)
class Dial:
    """When a step falls due. Values are whole numbers of `unit` when saved; below zero is before the event."""

    name: str
    default: timedelta
    low: timedelta
    high: timedelta

    def __post_init__(self) -> None:
        if not self.low <= self.default <= self.high:
            raise ValueError(f"dial {self.name!r}: its default lies outside its stops")
        if any(value % self.unit.length for value in (self.default, self.low, self.high)):
            raise ValueError(f"dial {self.name!r}: stops and default must be whole {self.unit}")

    @property
    def unit(self) -> Unit:
        return Unit.HOURS if self.low % timedelta(days=1) else Unit.DAYS

    @property
    def stops(self) -> tuple[int, int, int]:
        """(low, default, high) in whole units."""
        return _stops(self)

    def value(self, saved: Mapping[str, int]) -> timedelta:
        """The turned value, or the default; a saved value that lies outside today's stops is moved to the nearer one."""
        return self.number(saved) * self.unit.length

    def number(self, saved: Mapping[str, int]) -> int:
        """The same in whole units."""
        low, default, high = self.stops
        return min(max(saved.get(self.name, default), low), high)

    def said(self, count: int) -> str:
        """So many units as people say it; "before" where it lies before the event."""
        return spoken(count * self.unit.length, self.unit) + (" before" if count < 0 else "")


@lru_cache(maxsize=1024)
def _stops(one: Dial) -> tuple[int, int, int]:
    """Reckoned once a dial: every decision asks for it."""
    length = one.unit.length
    return one.low // length, one.default // length, one.high // length


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number of `unit` (money: of whole units of the store's currency), asked by a condition or a code. `words` say
    what it is, as "how many orders"."""

    name: str
    default: int
    low: int
    high: int
    unit: Unit
    words: str

    def __post_init__(self) -> None:
        if not self.low <= self.default <= self.high:
            raise ValueError(f"dial {self.name!r}: its default lies outside its stops")

    @property
    def stops(self) -> tuple[int, int, int]:
        """(low, default, high)."""
        return self.low, self.default, self.high

    def number(self, saved: Mapping[str, int]) -> int:
        """The turned number, or the default; moved to the nearer stop where it lies outside today's stops."""
        return min(max(saved.get(self.name, self.default), self.low), self.high)

    def said(self, count: int) -> str:
        return counted(count, self.unit)


def dial(name: str, default: timedelta, *, low: timedelta, high: timedelta) -> Dial:
    return Dial(name, default, low, high)


def number(name: str, default: int, *, low: int, high: int, unit: Unit, words: str) -> Number:
    return Number(name, default, low, high, unit, words)
