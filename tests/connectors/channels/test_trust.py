"""Who is not accepted waits alone where others are; a push service that accepts nobody is left alone, and no other one is."""

from datetime import timedelta

import pytest

from app.clock import FrozenClock
from connectors.channels.webpush.trust import ALONE, SEVERAL, Trust
from connectors.errors import Permanent, Slowed
from connectors.providers import MISCONFIGURED

CHROME, FIREFOX = "fcm.googleapis.com", "updates.push.services.mozilla.com"
A_WHILE = MISCONFIGURED + timedelta(seconds=10)


@pytest.fixture
def trust(clock: FrozenClock) -> Trust:
    return Trust(clock.now)


def _refused(trust: Trust, browser: str, service: str = CHROME) -> Slowed | Permanent:
    return trust.refused(service, browser=browser, told="403")


def _rests(trust: Trust, service: str = CHROME) -> timedelta | None:
    try:
        trust.ask(service)
    except Slowed as spared:
        return None if spared.is_tried else spared.retry_after
    return None


def test_where_others_are_accepted_one_waits_alone_however_many_they_are(trust: Trust) -> None:
    trust.took(CHROME, browser="anna")
    told = [_refused(trust, f"forged-{number}") for number in range(3 * SEVERAL)]
    assert {(type(one), getattr(one, "domain", None), getattr(one, "retry_after", None)) for one in told} == {
        (Slowed, ALONE, MISCONFIGURED)
    }
    assert _rests(trust) is None


def test_who_is_refused_again_while_others_were_accepted_is_let_go(trust: Trust, clock: FrozenClock) -> None:
    _refused(trust, "forged")
    trust.took(CHROME, browser="anna")
    assert isinstance(_refused(trust, "forged"), Slowed), "a moment later says nothing new"
    clock.travel(A_WHILE)
    again = _refused(trust, "forged")
    assert isinstance(again, Permanent)
    assert again.bad_address


def test_nobody_is_let_go_while_nobody_is_accepted(trust: Trust, clock: FrozenClock) -> None:
    """Our key was changed, or our clock is wrong: every browser is refused, over and over."""
    trust.took(CHROME, browser="anna")
    for _ in range(20):
        clock.travel(A_WHILE)
        assert all(isinstance(_refused(trust, browser), Slowed) for browser in ("anna", "ben", "cleo"))


def test_who_is_refused_over_and_over_is_asked_more_and_more_rarely(trust: Trust) -> None:
    waits = [getattr(_refused(trust, "forged"), "retry_after", None) for _ in range(20)]
    assert [wait.total_seconds() / 60 for wait in waits if wait] == [10, 20, 40] + [60] * 17


def test_who_is_accepted_again_begins_anew(trust: Trust, clock: FrozenClock) -> None:
    trust.took(CHROME, browser="ben")
    _refused(trust, "anna")
    trust.took(CHROME, browser="anna")
    clock.travel(A_WHILE)
    trust.took(CHROME, browser="ben")
    assert isinstance(_refused(trust, "anna"), Slowed)


def test_a_service_that_refuses_several_in_a_row_is_left_alone_for_a_while(trust: Trust, clock: FrozenClock) -> None:
    for _ in range(SEVERAL):
        _refused(trust, "anna")
    assert _rests(trust) is None, "that is one browser, many times"
    told = [_refused(trust, f"browser-{number}") for number in range(SEVERAL - 1)]
    assert all(isinstance(one, Slowed) and one.domain == CHROME for one in told)
    assert _rests(trust) == MISCONFIGURED
    assert _rests(trust, FIREFOX) is None
    clock.travel(MISCONFIGURED)
    assert _rests(trust) is None
    _refused(trust, "anna")
    assert _rests(trust) is None, "each rest is earned anew"


def test_what_was_accepted_long_ago_proves_nothing(trust: Trust, clock: FrozenClock) -> None:
    trust.took(CHROME, browser="anna")
    clock.travel(timedelta(hours=2))
    for number in range(SEVERAL):
        _refused(trust, f"browser-{number}")
    assert _rests(trust) == MISCONFIGURED


def test_one_that_is_taken_ends_a_rest(trust: Trust) -> None:
    """It was on its way already when the rest began."""
    for number in range(SEVERAL):
        _refused(trust, f"browser-{number}")
    trust.took(CHROME, browser="anna")
    assert _rests(trust) is None
