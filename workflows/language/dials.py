"""What a merchant may turn, between two stops, both allowed: a time, or a number that a condition or a code asks for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from workflows.language.lengths import Unit, counted, spoken
from workflows.language.phrases import Phrase


@dataclass(frozen=True, slots=True)
class Dial:
    """When a step falls due. Values are whole numbers of `unit` when saved; below zero is before the event. `stops` are (low,
    default, high) in whole units, reckoned once: every decision asks for them."""

    name: str
    default: timedelta
    low: timedelta
    high: timedelta
    unit: Unit = field(init=False, repr=False, compare=False)
    stops: tuple[int, int, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.low <= self.default <= self.high:
            raise ValueError(f"dial {self.name!r}: its default lies outside its stops")
        unit = Unit.HOURS if self.low % timedelta(days=1) else Unit.DAYS
        if any(value % unit.length for value in (self.default, self.low, self.high)):
            raise ValueError(f"dial {self.name!r}: stops and default must be whole {unit}")
        object.__setattr__(self, "unit", unit)
        object.__setattr__(self, "stops", tuple(one // unit.length for one in (self.low, self.default, self.high)))

    def value(self, saved: Mapping[str, int]) -> timedelta:
        """The turned value, or the default; a saved value that lies outside today's stops is moved to the nearer one."""
        return self.number(saved) * self.unit.length

    def number(self, saved: Mapping[str, int]) -> int:
        """The same in whole units."""
        low, default, high = self.stops
        return min(max(saved.get(self.name, default), low), high)

    def said(self, count: int) -> Phrase:
        """So many units as people say it; "before" where it lies before the event."""
        length = spoken(count * self.unit.length, self.unit)
        return Phrase("%(length)s before", {"length": length}) if count < 0 else length


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

    def said(self, count: int) -> Phrase:
        return counted(count, self.unit)


def dial(name: str, default: timedelta, *, low: timedelta, high: timedelta) -> Dial:
    return Dial(name, default, low, high)


def number(name: str, default: int, *, low: int, high: int, unit: Unit, words: str) -> Number:
    return Number(name, default, low, high, unit, words)
