"""Months and days of a store's own calendar, as moments."""

from datetime import date, datetime, timedelta

from app.policy.quiet import instant
from app.zones import zone_of


def month_edges(now: datetime, *, zone: str, months: int) -> list[tuple[str, datetime]]:
    """The last so many months that have begun, oldest first: their names and the moments at which they begin."""
    place = zone_of(None, None, store_zone=zone)
    today = now.astimezone(place).date()
    found = []
    for back in range(months - 1, -1, -1):
        number = today.year * 12 + today.month - 1 - back
        first = date(number // 12, number % 12 + 1, 1)
        found.append((f"{first:%Y-%m}", instant(first, 0, zone=place)))
    return found


def day_edges(now: datetime, *, zone: str, days: int) -> list[tuple[str, datetime]]:
    """The last so many days, today among them, oldest first: their names and the moments at which they begin."""
    place = zone_of(None, None, store_zone=zone)
    today = now.astimezone(place).date()
    listed = [today - timedelta(days=back) for back in range(days - 1, -1, -1)]
    return [(one.isoformat(), instant(one, 0, zone=place)) for one in listed]
