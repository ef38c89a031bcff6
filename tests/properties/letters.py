"""A message as it was taken, and what was known of the person whom it went to."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from connectors.records import CustomerRecord

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = {"FR": ZoneInfo("Europe/Paris"), "US": ZoneInfo("America/Los_Angeles")}


@dataclass(frozen=True)
class Letter:
    """One message that was taken, with the rows that it comes from; `since` is what it counted from when it was decided, which
    a pause may have moved since."""

    at: datetime
    name: str
    message: Any
    way: Any
    since: datetime
    address: str

    def __str__(self) -> str:
        return f"{self.message.text} to {self.name} about {self.way.subject} at {self.at:%Y-%m-%d %H:%M}"


@dataclass
class Known:
    """What one person's pages say, each with when it happened and when the house knew."""

    pages: list[tuple[datetime, datetime, Any]] = field(default_factory=list)

    def told(self, kind: type[Any], *, before: datetime) -> list[Any]:
        return [record for _, known, record in self.pages if known < before and isinstance(record, kind)]

    def happened(self, kind: type[Any], *, until: datetime) -> list[Any]:
        return [record for at, _, record in self.pages if at <= until and isinstance(record, kind)]

    def zones(self, *, at: datetime) -> set[ZoneInfo]:
        """The clocks that they may be thought to live by: the store's as long as their place was not told for sure."""
        told = {ZONES.get(one.country or "", BERLIN) for one in self.happened(CustomerRecord, until=at)}
        return told if self.told(CustomerRecord, before=at) else {*told, BERLIN}
