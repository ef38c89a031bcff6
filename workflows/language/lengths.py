"""Lengths of time as workflows say them: hours, days, working days; before and after."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from workflows.language.phrases import Phrase

SATURDAY = 5


class Unit(StrEnum):
    """What a dial counts."""

    DAYS = "days"
    HOURS = "hours"
    ORDERS = "orders"
    MONEY = "of the store's money"
    PERCENT = "percent"

    @property
    def singular(self) -> str:
        return self.value.removesuffix("s")

    @property
    def length(self) -> timedelta:
        """The length of one. Raises KeyError for what is not a length of time."""
        return _LENGTHS[self]


_LENGTHS = {Unit.DAYS: timedelta(days=1), Unit.HOURS: timedelta(hours=1)}


def days(count: int) -> timedelta:
    return timedelta(days=count)


def hours(count: int) -> timedelta:
    return timedelta(hours=count)


AT_ONCE = timedelta(0)
# Nobody is written to by two media about the same thing within so long.
APART = timedelta(hours=3)


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """So many days on which parcels move: Monday to Friday, by UTC."""

    count: int

    def after(self, moment: datetime) -> datetime:
        """The same time of day, that many working days later; a weekend is passed over."""
        for _ in range(self.count):
            moment += timedelta(days=1)
            while moment.weekday() >= SATURDAY:
                moment += timedelta(days=1)
        return moment


def working_days(count: int) -> WorkingDays:
    return WorkingDays(count)


def spoken(length: timedelta, unit: Unit | None = None) -> Phrase:
    """A length of time as people say it: "3 days", "1 hour"; whole days where it is whole days, or in `unit`."""
    length = abs(length)
    unit = unit or (Unit.HOURS if length % Unit.DAYS.length else Unit.DAYS)
    return counted(length // unit.length, unit)


def counted(count: int, unit: Unit) -> Phrase:
    """So many of a unit: "1 order", "20 percent"."""
    one = f"%(num)s {unit.singular}"
    return Phrase(one, {"num": count}, many=f"%(num)s {unit}" if unit.singular != unit else None)


def named(count: int, unit: Unit) -> Phrase:
    """The unit alone, as it is called beside so many of it: "order", "percent"."""
    return Phrase(unit.singular, {"num": count}, many=unit.value if unit.singular != unit else None)
