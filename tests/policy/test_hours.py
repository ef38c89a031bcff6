"""The hours of law for texts: federal and state rules, France with its holidays, the strictest where nobody knows."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.policy.hours import ANY_STATE, ANYWHERE, NEVER, STATES, US_STATES, easter, hours_of, is_french_holiday, opens
from app.zones import country_of_phone, zones_of

FRIDAY = date(2026, 11, 20)
# Zones with gaps and overlaps at different hours, one of half an hour, and one that never changes.
ZONES = [
    "America/New_York",
    "America/Los_Angeles",
    "Europe/Paris",
    "Australia/Lord_Howe",
    "America/Phoenix",
    "Asia/Gaza",
]
PLACES = [("US", state) for state in ("CA", "CT", "FL", "RI", "TX", None)] + [("FR", None), (None, None)]


def _at(hour: int, minute: int = 0, *, day: date = FRIDAY, zone: str = "America/New_York") -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def _wait(country: str | None, region: str | None, now: datetime, *zones: str) -> datetime | None:
    clocks = [ZoneInfo(zone) for zone in zones or ("America/New_York",)]
    return opens(hours_of(country, region), country, zones=clocks, now=now)


AND = [("RI", 9, 17), ("TX", 9, 20), ("US-TX", 9, 20)]


@pytest.mark.parametrize(
    ("state", "first", "last"),
    [("CA", 8, 20), ("FL", 8, 19), ("OK", 8, 19), ("MD", 8, 19), ("MS", 8, 19), ("NJ", 8, 19), ("CT", 9, 19), *AND],
)
def test_a_text_arrives_within_the_hours_of_its_state(state: str, first: int, last: int) -> None:
    allowed = [hour for hour in range(24) if _wait("US", state, _at(hour, 59)) is None]
    assert (allowed[0], allowed[-1], len(allowed)) == (first, last, last - first + 1)
    assert _wait("US", state, _at(first - 1, 59)) == _at(first)


def test_sundays_are_different_in_texas_and_rhode_island() -> None:
    sunday = FRIDAY + timedelta(days=2)
    assert _wait("US", "TX", _at(9, day=sunday)) == _at(12, day=sunday)
    assert _wait("US", "RI", _at(9, day=sunday)) == _at(10, day=sunday)


def test_a_state_that_is_not_known_gets_the_strictest_of_all() -> None:
    for state in (None, "", "??"):
        assert hours_of("US", state) is ANY_STATE
    for one in STATES.values():
        pairs = zip(ANY_STATE.week, one.week, strict=True)
        assert all(mine.start >= theirs.start and mine.end <= theirs.end for mine, theirs in pairs)
    assert ANYWHERE.week[6] == NEVER
    assert set(STATES) <= US_STATES


def test_nothing_arrives_in_france_on_a_sunday_or_holiday() -> None:
    paris = "Europe/Paris"
    for day in (date(2026, 11, 11), date(2026, 5, 25), date(2026, 7, 14), date(2027, 3, 29)):
        assert is_french_holiday(day)
        assert _wait("FR", None, _at(12, day=day, zone=paris), paris) == _at(8, day=day + timedelta(days=1), zone=paris)
    saturday_night = _at(22, day=FRIDAY + timedelta(days=1), zone=paris)
    assert _wait("FR", None, saturday_night, paris) == _at(8, day=FRIDAY + timedelta(days=3), zone=paris)


def test_easter_falls_where_the_church_says() -> None:
    known = [
        date(2024, 3, 31),
        date(2025, 4, 20),
        date(2026, 4, 5),
        date(2027, 3, 28),
        date(2028, 4, 16),
        date(2038, 4, 25),
    ]
    assert [easter(day.year) for day in known] == known


def test_where_nobody_knows_the_clock_it_must_be_allowed_on_each() -> None:
    zones = zones_of("US", None, phone="+18005550199", store_zone="America/New_York")
    assert {"America/New_York", "America/Los_Angeles", "Pacific/Honolulu"} <= set(zones)
    until = _wait("US", None, _at(9, 30), *zones)
    assert until is not None
    local = [until.astimezone(ZoneInfo(zone)) for zone in zones]
    assert all(hours_of("US", None).on(one.date(), country="US").holds(one) for one in local)


def test_a_phone_tells_its_country_and_zone_where_no_address_does() -> None:
    assert zones_of(None, None, phone="+33612345678", store_zone="UTC") == ("Europe/Paris",)
    assert zones_of("US", "TX", phone="+12125550123", store_zone="UTC") == ("America/Chicago",), "the address first"
    assert zones_of("US", None, phone="+12125550123", store_zone="UTC") == ("America/New_York",)
    assert zones_of(None, None, phone=None, store_zone="Europe/Berlin") == ("Europe/Berlin",)
    assert [country_of_phone(one) for one in ("+4915112345678", "+80012345678", "nonsense")] == ["DE", None, None]


@settings(max_examples=150, deadline=None)
@given(
    place=st.sampled_from(PLACES),
    zones=st.lists(st.sampled_from(ZONES[:2]) | st.sampled_from(ZONES), min_size=1, max_size=2, unique=True),
    minutes=st.integers(0, 2 * 366 * 24 * 60),
)
def test_a_wait_ends_in_an_open_window_and_never_later_than_need_be(
    place: tuple[str | None, str | None], zones: list[str], minutes: int
) -> None:
    """Through every change of the clocks of two years: what is let through is open on each wall, and nothing earlier is."""
    now = datetime(2026, 11, 20, tzinfo=UTC) + timedelta(minutes=minutes)
    hours, clocks = hours_of(*place), [ZoneInfo(zone) for zone in zones]

    def is_open(moment: datetime) -> bool:
        walls = [moment.astimezone(clock) for clock in clocks]
        return all(hours.on(wall.date(), country=place[0] or "").holds(wall) for wall in walls)

    until = opens(hours, place[0], zones=clocks, now=now)
    if until is None:
        assert is_open(now)
    elif until < now + timedelta(days=14):
        assert is_open(until)
        quarters = range(1, int((until - now).total_seconds() // 900))
        assert not any(is_open(until - timedelta(minutes=15 * number)) for number in quarters)
