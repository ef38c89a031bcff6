"""Many random lives at once, against the real pipeline: what must never be never is. Ten thousand are lived by
`python -m tests.soak.lives`; here some hundreds, the same in each run."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from tests.conftest import NOW
from tests.properties.letters import Letter
from tests.properties.rules import EACH
from tests.soak.lives import world

PEOPLE, DAYS, SEED = 250, 12, 102
BY_PHONE = ("abandoned_checkout_text", "shipping_text", "delivery_delay_text", "back_in_stock_push", "price_drop_push")


def test_whatever_happens_nobody_is_embarrassed() -> None:
    seen = world(SEED, people=PEOPLE, days=DAYS)
    assert seen.complaints == []
    assert seen.said.total() > PEOPLE
    assert len(seen.said) > 10
    # A price that falls just when it is wanted is luck.
    assert {text for text in BY_PHONE if seen.said[text]} >= {*BY_PHONE[:-1]}


@pytest.mark.parametrize(("minutes", "is_wrong"), [(-1, False), (0, False), (5, True), (10, False), (11, False)])
def test_what_waited_may_leave_in_the_moment_of_its_switch(minutes: int, is_wrong: bool) -> None:
    switched = [(NOW, "welcome", False), (NOW + timedelta(minutes=10), "welcome", True)]
    oracle: Any = SimpleNamespace(lives=SimpleNamespace(switched=switched))
    message = SimpleNamespace(workflow="welcome", text="welcome_hello")
    letter = Letter(NOW + timedelta(minutes=minutes), "anna", message, way=None, since=NOW, address="")
    rule = next(rule for rule in EACH if rule.__name__ == "_switched_off")
    assert rule(oracle, letter) is is_wrong
