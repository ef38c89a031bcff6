"""What a letter must not be: each rule in plain words, asked of one letter and what was known of its person."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from app.policy.holdout import is_held_out
from connectors.records import (
    CheckoutRecord,
    ConsentRecord,
    ConsentState,
    CustomerRecord,
    OrderRecord,
    ProductRecord,
    RefundRecord,
    ReviewRecord,
)

if TYPE_CHECKING:
    from tests.properties.oracle import Oracle

BERLIN = ZoneInfo("Europe/Berlin")


@dataclass(frozen=True)
class Letter:
    """One letter that was taken, with the rows that it comes from."""

    at: datetime
    name: str
    message: Any
    way: Any

    def __str__(self) -> str:
        return f"{self.message.text} to {self.name} about {self.way.subject} at {self.at:%Y-%m-%d %H:%M}"


@dataclass
class Known:
    """What one person's pages say, each with when it happened and when the house knew."""

    pages: list[tuple[datetime, datetime, Any]] = field(default_factory=list)

    def told(self, kind: type[Any], *, before: datetime) -> list[Any]:
        return [record for _, known, record in self.pages if known < before and isinstance(record, kind)]

    def happened(self, kind: type[Any], *, until: datetime) -> list[Any]:
        return [record for at, _, record in self.pages if at <= until and isinstance(record, kind)]


def _without_consent(oracle: "Oracle", letter: Letter) -> bool:
    if letter.message.purpose != "marketing":
        return False
    person = oracle.people[letter.name]
    known = sorted(person.told(ConsentRecord, before=letter.at), key=lambda one: (one.at, one.state != "subscribed"))
    if known and known[-1].state is ConsentState.SUBSCRIBED:
        return False
    later = [one for one in person.happened(ConsentRecord, until=letter.at) if not known or one.at >= known[-1].at]
    return all(one.state is not ConsentState.SUBSCRIBED for one in later)


def _after_it_was_pointless(oracle: "Oracle", letter: Letter) -> bool:
    rule = POINTLESS.get(letter.message.workflow)
    return rule is not None and rule(oracle, letter)


def _about_an_order_that_does_not_stand(oracle: "Oracle", letter: Letter) -> bool:
    if not letter.way.subject.startswith("order:"):
        return False
    person, number = oracle.people[letter.name], _order(letter)
    cancelled = any(one.cancelled_at for one in person.told(OrderRecord, before=letter.at) if one.external_id == number)
    return cancelled or sum(_refunds(oracle, letter)) >= 4900


def _while_money_goes_back(oracle: "Oracle", letter: Letter) -> bool:
    if letter.message.purpose != "marketing" or letter.message.workflow == "service_recovery":
        return False
    person, week = oracle.people[letter.name], letter.at - timedelta(days=7)
    # Whose money it is only the order tells.
    theirs = {one.external_id for one in person.told(OrderRecord, before=letter.at)}
    # What is told of one refund with two times is one refund, of the earlier time.
    refunds: dict[str, RefundRecord] = {}
    for one in sorted(person.told(RefundRecord, before=letter.at), key=lambda told: told.at):
        refunds.setdefault(one.external_id, one)
    return any(one.at > week and one.order_external_id in theirs for one in refunds.values())


def _past_its_time(oracle: "Oracle", letter: Letter) -> bool:
    workflow = oracle.lives.runtime.workflows[letter.message.workflow]
    step = workflow.step(letter.message.step)
    # Where everybody was moved by a pause, the message's own time is the one that was moved.
    is_moved = letter.message.workflow in oracle.lives.moved
    due = letter.message.due_at if is_moved else step.due(letter.way.event_at, {})
    return not due <= letter.at <= due + step.stale


def _at_night(oracle: "Oracle", letter: Letter) -> bool:
    local = letter.at.astimezone(BERLIN)
    is_night = local.hour >= 22 or local.hour < 7
    return is_night and letter.message.purpose == "marketing" and oracle.lives.store.quiet_from is not None


def _held_out(oracle: "Oracle", letter: Letter) -> bool:
    store = oracle.lives.store
    who = {"customer_id": letter.message.customer_id, "workflow": letter.message.workflow}
    return letter.message.purpose == "marketing" and is_held_out(
        store_key=store.public_key, percent=store.holdout_percent, **who
    )


def _switched_off(oracle: "Oracle", letter: Letter) -> bool:
    """What waited may leave in the very moment of the switch that lets it go."""
    told = [(at, on) for at, name, on in oracle.lives.switched if name == letter.message.workflow]
    known = [on for at, on in told if at < letter.at or (on and at == letter.at)]
    return bool(known) and not known[-1]


EACH = (
    _without_consent,
    _after_it_was_pointless,
    _about_an_order_that_does_not_stand,
    _while_money_goes_back,
    _past_its_time,
    _at_night,
    _held_out,
    _switched_off,
)


def _order(letter: Letter) -> str:
    return str(letter.way.subject).partition(":")[2].partition("~")[0]


def _placed(oracle: "Oracle", letter: Letter) -> datetime:
    orders: list[OrderRecord] = oracle.people[letter.name].happened(OrderRecord, until=letter.at)
    return min(one.placed_at for one in orders if one.external_id == _order(letter))


def _refunds(oracle: "Oracle", letter: Letter) -> list[int]:
    person = oracle.people[letter.name]
    refunds = {one.external_id: one for one in person.told(RefundRecord, before=letter.at)}
    return [one.amount for one in refunds.values() if one.order_external_id == _order(letter)]


def _ordered(oracle: "Oracle", letter: Letter) -> bool:
    return oracle.stands(letter.name, at=letter.at, told=lambda _: True)


def _ordered_since(oracle: "Oracle", letter: Letter) -> bool:
    since = letter.way.event_at
    return oracle.stands(letter.name, at=letter.at, told=lambda one: one.placed_at > since)


def _ordered_again(oracle: "Oracle", letter: Letter) -> bool:
    placed = _placed(oracle, letter)
    return oracle.stands(letter.name, at=letter.at, told=lambda one: one.placed_at > placed)


def _answered_checkout(oracle: "Oracle", letter: Letter) -> bool:
    person, number = oracle.people[letter.name], _order(letter)
    seen = [one for one in person.told(CheckoutRecord, before=letter.at) if one.external_id == number]
    if not seen:
        return False
    last = max(
        person.happened(CheckoutRecord, until=letter.at), key=lambda one: (one.external_id == number, one.updated_at)
    )
    is_closed = any(one.completed_at for one in seen) and last.completed_at is not None
    began = seen[0].started_at
    return is_closed or oracle.stands(letter.name, at=letter.at, told=lambda one: one.placed_at > began)


def _refunded(oracle: "Oracle", letter: Letter) -> bool:
    return bool(_refunds(oracle, letter))


def _reviewed(oracle: "Oracle", letter: Letter) -> bool:
    person = oracle.people[letter.name]
    placed = _placed(oracle, letter)
    return _refunded(oracle, letter) or any(one.at > placed for one in person.told(ReviewRecord, before=letter.at))


def _gone_from_the_shelf(oracle: "Oracle", letter: Letter) -> bool:
    told = oracle.shelf.told(ProductRecord, before=letter.at)
    last = max(told, key=lambda one: one.updated_at, default=None)
    later = [
        one
        for one in oracle.shelf.happened(ProductRecord, until=letter.at)
        if last and one.updated_at >= last.updated_at
    ]
    return _ordered_since(oracle, letter) or (bool(later) and not any(one.is_available for one in later))


def _another_birthday(oracle: "Oracle", letter: Letter) -> bool:
    """The last birthday known is another day, and no other was told since."""
    person, day = oracle.people[letter.name], letter.way.event_at.astimezone(BERLIN).date()
    told = [one for one in person.told(CustomerRecord, before=letter.at) if one.birthday]
    last = max(told, key=lambda one: one.updated_at, default=None)
    later = [
        one for one in person.happened(CustomerRecord, until=letter.at) if last and one.updated_at >= last.updated_at
    ]
    days = {(one.birthday.month, one.birthday.day) for one in later if one.birthday}
    return bool(days) and not days & {(day.month, day.day), (2, 29)}


POINTLESS: "dict[str, Callable[[Oracle, Letter], bool]]" = {
    "welcome": _ordered,
    "win_back": _ordered_again,
    "post_purchase": lambda oracle, letter: _refunded(oracle, letter) or _ordered_again(oracle, letter),
    "review_request": _reviewed,
    "abandoned_checkout": _answered_checkout,
    "browse_abandonment": _gone_from_the_shelf,
    "back_in_stock": _gone_from_the_shelf,
    "price_drop": _gone_from_the_shelf,
    "birthday": _another_birthday,
}
