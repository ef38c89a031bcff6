"""Birthdays and anniversaries: on the right day where the person lives, once a year, and not to be earned by a new date."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from app.pipeline import sync
from connectors.records import ConsentState
from tests.story import Story

BEFORE, TODAY = "anna: birthday_before", "anna: birthday_today"
# Leap years have this day, so a birthday without a year is kept in one.
BORN: dict[str, Any] = {"birthday": date(1990, 12, 1)}


@pytest.mark.parametrize("given", [BORN, {"birthday": date(2000, 12, 1), "birthday_has_year": False}])
def test_a_birthday_is_kept_a_week_before_with_a_code_and_on_the_day_with_or_without_a_year(
    story: Story, given: dict[str, Any]
) -> None:
    story.world.village.makes_codes()
    story.on("birthday")
    story.join("anna", **given)
    story.live(days=14, every=24)
    assert story.sent_at == [("2026-11-24 08:00", BEFORE), ("2026-12-01 08:00", TODAY)]
    assert [one.percent for one in story.world.village.codes] == [10]


def test_the_timetable_reckons_the_coming_days_by_itself_each_night(story: Story) -> None:
    story.on("birthday")
    story.join("anna", **BORN)
    story.travel_to(datetime(2026, 11, 21, 3, tzinfo=UTC))
    assert story.ways("anna") == []
    sync.nightly(story.runtime)
    assert [one.subject for one in story.ways("anna")] == ["birthday:2026"]


@pytest.mark.parametrize(
    ("where", "at"),
    [({"country": "US", "region": "CA"}, "2026-12-01 17:00"), ({"country": "JP"}, "2026-12-01 00:00")],
)
def test_nine_in_the_morning_is_where_the_customer_lives(story: Story, where: dict[str, Any], at: str) -> None:
    story.on("birthday")
    story.join("anna", **BORN, **where)
    story.live(days=14, every=24)
    assert story.sent_at[-1] == (at, TODAY)


def test_a_twenty_ninth_of_february_is_kept_on_the_twenty_eighth_in_years_without_one(story: Story) -> None:
    story.on("birthday")
    story.join("anna", birthday=date(1992, 2, 29))
    for year in (2027, 2028):
        story.clock.set(datetime(year, 2, 25, 12, tzinfo=UTC))
        story.live(days=6, every=24)
    assert story.sent_at == [("2027-02-28 08:00", TODAY), ("2028-02-29 08:00", TODAY)]


def test_a_changed_date_earns_nothing_within_a_year(story: Story) -> None:
    story.on("birthday")
    story.join("anna", **BORN)
    story.live(days=14, every=24)
    assert story.sent == [BEFORE, TODAY]
    for new, until in ((date(1990, 12, 12), 10), (date(1990, 11, 20), 360)):
        story.join("anna", consent=None, birthday=new)
        story.clock.set(story.now + timedelta(days=until - 18))
        story.live(days=18, every=24)
    assert story.sent == [BEFORE, TODAY]


def test_a_birthday_that_was_changed_or_of_somebody_who_said_no_is_not_wished(story: Story) -> None:
    story.on("birthday")
    for name in ("anna", "ben", "cleo"):
        story.join(name, consent=None if name == "ben" else ConsentState.SUBSCRIBED, **BORN)
    story.live(days=1, every=24)
    story.join("anna", consent=None, birthday=date(1990, 6, 1))
    story.answer("cleo", ConsentState.UNSUBSCRIBED)
    story.live(days=14, every=24)
    assert story.sent == []
    assert story.reasons("anna") == ["birthday.before: not_their_birthday"]
    assert {one.reason for name in ("ben", "cleo") for one in story.why(name)} == {"no_consent"}


def test_who_tells_of_it_two_days_before_is_wished_well_on_the_day_only(story: Story) -> None:
    story.on("birthday")
    story.travel(days=9)
    story.join("anna", **BORN)
    story.live(days=5, every=24)
    assert story.sent == [TODAY]
    assert story.reasons("anna")[0] == "birthday.before: stale"


def test_the_first_order_is_remembered_each_year_while_it_stands(story: Story) -> None:
    story.on("anniversary")
    story.join("anna")
    story.join("cleo")
    story.order("anna")
    second = story.order("cleo")
    story.live(days=1, every=24)
    assert story.sent == []
    for year in (2027, 2028):
        story.clock.set(datetime(year, 11, 18, 12, tzinfo=UTC))
        story.live(days=1, every=24)
        if year == 2028:
            story.cancel(second)
        story.live(days=3, every=24)
    assert story.sent_at == [
        ("2027-11-20 08:00", "anna: anniversary"),
        ("2027-11-20 08:00", "cleo: anniversary"),
        ("2028-11-20 08:00", "anna: anniversary"),
    ]
    assert story.reasons("cleo")[-1] == "anniversary.today: has_not_ordered"


def test_it_is_the_anniversary_of_the_first_order_that_still_stands(story: Story) -> None:
    story.on("anniversary")
    story.join("anna")
    first = story.order("anna")
    story.travel(days=40)
    story.order("anna")
    story.clock.set(datetime(2027, 11, 18, 12, tzinfo=UTC))
    story.live(days=1, every=24)
    story.cancel(first)
    story.live(days=4, every=24)
    assert story.sent == []
