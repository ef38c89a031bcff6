"""When marketing stops by itself, and that it never does for a handful of messages."""

from datetime import timedelta

import pytest

from app.policy.brakes import LOOK_AGAIN, Sent, Span, Trouble, braked, trouble_in
from tests.policy.cases import NOON


@pytest.mark.parametrize(
    ("messages", "complaints", "bounces", "trouble"),
    [
        (3, 0, 1, None),
        (3, 1, 3, None),
        (100, 1, 25, None),
        (100, 2, 0, Trouble.COMPLAINTS),
        (100, 0, 26, Trouble.BOUNCES),
        (500, 0, 25, None),
        (500, 0, 26, Trouble.BOUNCES),
        (1000, 3, 50, None),
        (1000, 4, 51, Trouble.COMPLAINTS),
        (5000, 15, 250, None),
        (5000, 0, 251, Trouble.BOUNCES),
    ],
)
def test_it_brakes_above_the_limit_and_not_for_a_handful(
    messages: int, complaints: int, bounces: int, trouble: Trouble | None
) -> None:
    assert trouble_in(Sent(messages, complaints, bounces)) is trouble


def test_a_brake_holds_its_workflow_or_the_whole_store_and_only_in_its_time() -> None:
    week = Span(NOON, NOON + timedelta(days=7))
    assert braked({"welcome": week}, "welcome", now=NOON) == ("welcome", NOON + LOOK_AGAIN)
    assert braked({"": week}, "welcome", now=NOON) == ("store", NOON + LOOK_AGAIN)
    assert braked({"welcome": week}, "birthday", now=NOON) is None
    assert braked({"": week}, "welcome", now=NOON - timedelta(seconds=1)) is None
    assert braked({"": week}, "welcome", now=week.until) is None
    late = week.until - timedelta(hours=1)
    assert braked({"": week}, "welcome", now=late) == ("store", week.until)
