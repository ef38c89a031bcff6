"""The night belongs to the recipient: in their own zone, on the days on which the clocks change too."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.story import Story


@pytest.fixture(autouse=True)
def law(story: Story) -> None:
    story.set(quiet_from=22 * 60, quiet_until=7 * 60)
    story.on("welcome")


@pytest.mark.parametrize(
    ("now", "leaves", "where"),
    [
        ("2027-03-27T22:30", "2027-03-28 05:00", {}),
        ("2027-10-30T21:30", "2027-10-31 06:00", {}),
        ("2027-03-14T05:00", "2027-03-14 11:00", {"country": "US", "region": "NY"}),
        ("2027-11-07T04:00", "2027-11-07 12:00", {"country": "US", "region": "NY"}),
        ("2027-01-10T13:30", "2027-01-10 22:00", {"country": "JP"}),
        ("2027-01-10T12:30", "2027-01-10 12:30", {"country": "GB"}),
    ],
)
def test_a_message_of_the_night_leaves_in_the_morning(
    story: Story, now: str, leaves: str, where: dict[str, Any]
) -> None:
    story.clock.set(datetime.fromisoformat(now).replace(tzinfo=UTC))
    story.join("anna", **where)
    story.travel(hours=14)
    assert story.sent_at == [(leaves, "anna: welcome_hello")]


def test_the_ledger_says_why_it_waited_and_until_when(story: Story) -> None:
    story.clock.set(datetime(2027, 3, 27, 22, 30, tzinfo=UTC))
    story.join("anna")
    told = story.why("anna")[0]
    assert (told.kind, told.reason, told.seen) == ("deferred", "quiet_hours", {"zone": "Europe/Berlin"})
    assert told.until == datetime(2027, 3, 28, 5, 0, tzinfo=UTC)


def test_what_belongs_to_an_order_does_not_wait_for_the_morning(story: Story) -> None:
    story.on("order_confirmation")
    story.clock.set(datetime(2027, 3, 27, 22, 30, tzinfo=UTC))
    story.order("anna")
    assert story.sent == ["anna: order_confirmation"]
