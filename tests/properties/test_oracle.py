"""The oracle complains where it should, medium by medium: one that saw nothing wrong in anything would pass every life."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from connectors.records import ConsentRecord, ConsentState, CustomerRecord, Medium
from tests.properties import media
from tests.properties.letters import Known, Letter
from tests.properties.oracle import Oracle
from tests.properties.pockets import Pockets, Seen

# A Tuesday, noon in Berlin.
NOW = datetime(2026, 11, 24, 11, tzinfo=UTC)
HOUR = timedelta(hours=1)
PHONE, BROWSER = "+33612300001", "https://push.example.com/anna"
YES, NO = ConsentState.SUBSCRIBED, ConsentState.UNSUBSCRIBED
CART, CART_TEXT = "abandoned_checkout", "abandoned_checkout_text"


def _oracle(*answers: tuple[Medium, ConsentState, datetime], country: str = "FR") -> Oracle:
    """One that knows Anna and what she answered."""
    pockets = Pockets(numbers={PHONE: "anna"}, seen=[Seen(NOW - HOUR, BROWSER, "anna")])
    lives: Any = SimpleNamespace(pockets=pockets, store=SimpleNamespace(quiet_from=22 * 60), moved=set(), killed=[])
    oracle = Oracle(lives, ())
    long_ago = NOW - timedelta(days=30)
    account = CustomerRecord("c-anna", "anna@example.com", phone=PHONE, country=country, updated_at=long_ago)
    pages = [(at, at, ConsentRecord(medium, state, at, "form", "c-anna")) for medium, state, at in answers]
    oracle.people["anna"] = Known([(long_ago, long_ago, account), *pages])
    oracle.names[1] = "anna"
    return oracle


def _letter(medium: Medium, *, at: datetime = NOW, workflow: str = CART, purpose: str = "marketing") -> Letter:
    key = f"{workflow}:{at}"
    message = SimpleNamespace(key=key, id=key, medium=medium, workflow=workflow, purpose=purpose, customer_id=1)
    return Letter(at, "anna", message, way=None, since=at, address=BROWSER if medium is Medium.PUSH else PHONE)


def _wrong(oracle: Oracle, letter: Letter) -> list[str]:
    return [rule.__name__ for rule in media.OF_MEDIA if rule(oracle, letter)]


@pytest.mark.parametrize("medium", [Medium.EMAIL, Medium.SMS, Medium.PUSH])
def test_a_yes_holds_for_its_own_medium_until_a_no_is_known(medium: Medium) -> None:
    others = [(one, YES, NOW - 2 * HOUR) for one in (Medium.EMAIL, Medium.SMS, Medium.PUSH) if one is not medium]
    mine = (medium, YES, NOW - 2 * HOUR)
    # They were seen on the browser after it.
    no = (medium, NO, NOW - 1.5 * HOUR)
    assert _wrong(_oracle(mine), _letter(medium)) == []
    assert _wrong(_oracle(*others), _letter(medium)) == ["_without_consent"]
    assert _wrong(_oracle(mine, no), _letter(medium)) == ["_without_consent"]
    assert _wrong(_oracle(mine, (medium, NO, NOW)), _letter(medium)) == [], "in that very moment nobody can know"


def test_news_of_an_order_heeds_a_stop_on_a_phone_alone() -> None:
    for medium, wrong in ((Medium.EMAIL, []), (Medium.SMS, ["_without_consent"])):
        said = (medium, NO, NOW - HOUR)
        assert _wrong(_oracle(), _letter(medium, purpose="service")) == []
        assert _wrong(_oracle(said), _letter(medium, purpose="service")) == wrong


def test_a_browser_that_was_let_go_shows_nothing_until_it_is_seen_again() -> None:
    answers = [
        (Medium.PUSH, YES, NOW - 3 * HOUR),
        (Medium.PUSH, NO, NOW - 0.5 * HOUR),
        (Medium.PUSH, YES, NOW - HOUR / 4),
    ]
    assert _wrong(_oracle(*answers), _letter(Medium.PUSH)) == ["_on_a_browser_let_go"]


@pytest.mark.parametrize(
    ("at", "purpose", "wrong"),
    [
        (datetime(2026, 11, 24, 3, tzinfo=UTC), "service", ["_at_night"]),
        (datetime(2026, 11, 24, 6, 30, tzinfo=UTC), "marketing", ["_at_an_unlawful_hour"]),
        (datetime(2026, 11, 24, 6, 30, tzinfo=UTC), "service", []),
        (datetime(2026, 11, 22, 11, tzinfo=UTC), "marketing", ["_at_an_unlawful_hour"]),
    ],
)
def test_a_phone_is_quiet_at_night_and_a_text_asks_nobody_to_buy_at_an_unlawful_hour(
    at: datetime, purpose: str, wrong: list[str]
) -> None:
    oracle = _oracle((Medium.SMS, YES, at - HOUR))
    assert _wrong(oracle, _letter(Medium.SMS, at=at, purpose=purpose)) == wrong


def test_a_number_that_was_given_up_is_theirs_no_more() -> None:
    oracle, at = _oracle((Medium.SMS, YES, NOW - HOUR)), NOW - HOUR
    new = CustomerRecord("c-anna", "anna@example.com", phone="+33612300002", country="FR", updated_at=at)
    oracle.people["anna"].pages.append((at, at, new))
    assert _wrong(oracle, _letter(Medium.SMS)) == ["_on_a_number_given_up"]


def test_whoever_is_reached_is_whom_it_was_meant_for() -> None:
    oracle = _oracle((Medium.SMS, YES, NOW - HOUR))
    oracle.names[1] = "cleo"
    assert _wrong(oracle, _letter(Medium.SMS)) == ["_to_somebody_else"]


@pytest.mark.parametrize(
    ("medium", "apart", "wrong"),
    [(Medium.EMAIL, 15, 1), (Medium.EMAIL, 16, 0), (Medium.SMS, 23, 1), (Medium.SMS, 24, 0), (Medium.PUSH, 23, 1)],
)
def test_each_medium_has_its_own_measure(medium: Medium, apart: int, wrong: int) -> None:
    oracle = _oracle()
    oracle.letters = [_letter(medium), _letter(medium, at=NOW + apart * HOUR, workflow="win_back")]
    assert len(list(oracle._too_many())) == wrong


@pytest.mark.parametrize(("minutes", "wrong"), [(179, 1), (180, 0)])
def test_the_same_by_two_media_is_three_hours_apart(minutes: int, wrong: int) -> None:
    oracle = _oracle()
    later = _letter(Medium.SMS, at=NOW + timedelta(minutes=minutes), workflow=CART_TEXT)
    oracle.letters = [_letter(Medium.EMAIL), later]
    assert len(list(oracle._told_beside())) == wrong


def test_a_notification_shows_once_on_each_browser() -> None:
    oracle = _oracle()
    one = _letter(Medium.PUSH)
    other = Letter(one.at, one.name, one.message, way=SimpleNamespace(subject="product"), since=NOW, address="another")
    one.message.text = "back"
    oracle.letters = [other, Letter(one.at, one.name, one.message, other.way, NOW, BROWSER)]
    assert [*oracle._too_often(), *oracle._too_many()] == []
    oracle.letters.append(other)
    assert len(list(oracle._too_often())) == 2


@pytest.mark.parametrize(("held_out", "wrong"), [(0, 1), (20, 0), (30, 0), (150, 1)])
def test_about_one_of_ten_is_held_out(held_out: int, wrong: int) -> None:
    oracle, way = _oracle(), SimpleNamespace()
    oracle.lives.store.holdout_percent = 10
    for number in range(300 - held_out):
        message = SimpleNamespace(purpose="marketing", customer_id=number, workflow=CART)
        oracle.letters.append(Letter(NOW, "anna", message, way, NOW, ""))
    oracle.held_out = {(number, "win_back") for number in range(held_out)}
    assert len(list(oracle._held_back())) == wrong
