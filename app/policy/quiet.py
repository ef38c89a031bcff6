"""Quiet hours in the recipient's own zone, right across every daylight-saving gap and overlap."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Quiet:
    """The rest: from and until in minutes after local midnight; `start` may lie after `end` (over midnight)."""

    start: int
    end: int

    def ends(self, now: datetime, zone: ZoneInfo) -> datetime | None:
        """When the rest that holds at `now` ends, in UTC; None where nobody rests."""
        local = now.astimezone(zone)
        minute = local.hour * 60 + local.minute
        if not self._holds(minute):
            return None
        day = local.date() if minute < self.end else local.date() + timedelta(days=1)
        moment = instant(day, self.end, zone=zone)
        # Where the clocks were put back meanwhile, the wall shows that time a second time.
        return moment if moment > now else _second(day, self.end, zone=zone)

    def _holds(self, minute: int) -> bool:
        if self.start <= self.end:
            return self.start <= minute < self.end
        return minute >= self.start or minute < self.end


def instant(day: date, minute: int, *, zone: ZoneInfo) -> datetime:
    """The UTC instant of a local wall time: in a gap the first valid instant after it, in an overlap the first of the two."""
    wall = datetime.combine(day, time.min) + minute * MINUTE
    while True:
        moment = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
        if moment.astimezone(zone).replace(tzinfo=None) == wall:
            return moment
        wall += MINUTE


def _second(day: date, minute: int, *, zone: ZoneInfo) -> datetime:
    """The later of the two UTC instants of a local wall time in an overlap."""
    wall = datetime.combine(day, time.min) + minute * MINUTE
    return wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
