"""Quiet hours by the recipient's own wall clock, through every change of the clocks of the next two years."""

import csv
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.policy.quiet import Quiet, instant
from tests.conftest import SHARED

MINUTE = timedelta(minutes=1)
# The longest by which any zone puts its clocks back, and the wall time that is then shown twice.
BACK = timedelta(hours=4)
DAY = 24 * 60
ZONES = sorted(available_timezones())
TRANSITIONS = SHARED / "data/edge/timezone_transitions_2026_2027.csv"
# The default, and rests whose begin or end lies in the hours in which clocks are changed.
RESTS = [(22 * 60, 7 * 60), (0, 150), (90, 195), (23 * 60 + 30, 30), (120, 125), (22 * 60, 0)]


def rests(quiet: Quiet, local: datetime) -> bool:
    """What a person reads on the wall: whether it is night now."""
    minute = local.hour * 60 + local.minute
    return (
        quiet.start <= minute < quiet.end if quiet.start <= quiet.end else minute >= quiet.start or minute < quiet.end
    )


@lru_cache(maxsize=4)
def walls(zone: str, begin: datetime) -> list[datetime]:
    """The wall clock of a zone, minute by minute, for a day and a half."""
    here = ZoneInfo(zone)
    return [(begin + number * MINUTE).astimezone(here) for number in range(DAY * 3 // 2)]


def check(quiet: Quiet, zone: str, *, change: datetime, every: int) -> None:
    """From half a day before a change of the clocks on, a rest ends in the first minute that is not night on the wall."""
    begin = change - timedelta(hours=12)
    night = [rests(quiet, local) for local in walls(zone, begin)]
    free = len(night)
    for number in reversed(range(len(night))):
        free = free if night[number] else number
        if number % every or free == len(night):
            continue
        now = begin + number * MINUTE
        told, wanted = quiet.ends(now, ZoneInfo(zone)), begin + free * MINUTE if night[number] else None
        if told is not None and wanted is not None and now < change <= wanted:
            # A night that the clocks interrupt by being put back is one night: it may be slept through.
            assert wanted <= told <= wanted + BACK, (zone, now)
            assert not rests(quiet, told.astimezone(ZoneInfo(zone))), (zone, now)
        else:
            assert told == wanted, (zone, now)


def transitions() -> Iterator[tuple[str, datetime]]:
    """Every change of the clocks there is, once: many zones change at the same moment from and to the same offset."""
    seen = set()
    with TRANSITIONS.open(newline="") as file:
        for row in csv.DictReader(file):
            change = (row["utc_instant"], row["offset_before_min"], row["offset_after_min"])
            if row["kind"] != "base" and change not in seen:
                seen.add(change)
                yield row["zone"], datetime.strptime(row["utc_instant"], "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC)


@pytest.mark.shared
@pytest.mark.parametrize("rest", RESTS)
def test_a_rest_ends_on_time_around_every_change_of_the_clocks(rest: tuple[int, int]) -> None:
    changes = list(transitions())
    for zone, change in changes:
        check(Quiet(*rest), zone, change=change, every=19)
    assert len(changes) > 50


@settings(max_examples=150, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    start=st.integers(0, DAY - 1),
    end=st.integers(0, DAY - 1),
    day=st.integers(0, 730),
    minute=st.integers(0, DAY - 1),
)
def test_a_rest_ends_in_the_first_minute_that_is_not_night(
    zone: str, start: int, end: int, day: int, minute: int
) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day, minutes=minute)
    quiet, here = Quiet(start, end), ZoneInfo(zone)
    told = quiet.ends(now, here)
    if told is None:
        assert not rests(quiet, now.astimezone(here))
        return
    assert told > now
    assert not rests(quiet, told.astimezone(here))
    length = int((told - now) / MINUTE)
    awake = sum(not rests(quiet, (now + step * MINUTE).astimezone(here)) for step in range(length))
    # Only a night in which the clocks are put back may hold minutes that are none by the wall.
    was_put_back = now.astimezone(here).utcoffset() != told.astimezone(here).utcoffset()
    assert awake == 0 or (was_put_back and awake <= BACK / MINUTE)


@pytest.mark.parametrize(
    ("now", "ends"),
    [
        ("2026-03-29T00:30Z", "2026-03-29T05:00Z"),
        ("2026-10-25T00:30Z", "2026-10-25T06:00Z"),
        ("2026-11-20T21:00Z", "2026-11-21T06:00Z"),
        ("2026-11-20T05:59Z", "2026-11-20T06:00Z"),
    ],
)
def test_the_night_in_berlin_is_over_at_seven_whatever_the_clocks_do(now: str, ends: str) -> None:
    told = Quiet(22 * 60, 7 * 60).ends(datetime.fromisoformat(now), ZoneInfo("Europe/Berlin"))
    assert told == datetime.fromisoformat(ends)


def test_a_wall_time_that_does_not_exist_is_the_first_moment_after_the_gap() -> None:
    told = instant(datetime(2026, 3, 29, tzinfo=UTC).date(), 150, zone=ZoneInfo("Europe/Berlin"))
    assert told == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)


def test_a_rest_of_no_length_is_no_rest() -> None:
    assert Quiet(420, 420).ends(datetime(2026, 11, 20, 6, 0, tzinfo=UTC), ZoneInfo("Europe/Berlin")) is None
