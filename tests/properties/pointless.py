"""What makes each workflow's messages pointless, asked of one of them and of what was known by then."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from connectors.records import (
    CheckoutRecord,
    CustomerRecord,
    FulfillmentRecord,
    OrderRecord,
    ProductRecord,
    RefundRecord,
    ReviewRecord,
)
from tests.properties.letters import Letter

if TYPE_CHECKING:
    from tests.properties.oracle import Oracle


def order_of(letter: Letter) -> str:
    """The order, or the checkout, that it is about; a parcel's name holds its order's."""
    kind, _, rest = str(letter.way.subject).partition(":")
    return rest.removeprefix("p-") if kind == "parcel" else rest.partition("~")[0]


def _placed(oracle: "Oracle", letter: Letter) -> datetime:
    orders: list[OrderRecord] = oracle.people[letter.name].happened(OrderRecord, until=letter.at)
    return min(one.placed_at for one in orders if one.external_id == order_of(letter))


def refunds_of(oracle: "Oracle", letter: Letter) -> list[int]:
    person = oracle.people[letter.name]
    refunds = {one.external_id: one for one in person.told(RefundRecord, before=letter.at)}
    return [one.amount for one in refunds.values() if one.order_external_id == order_of(letter)]


def _ordered(oracle: "Oracle", letter: Letter) -> bool:
    return oracle.stands(letter.name, at=letter.at, told=lambda _: True)


def _ordered_since(oracle: "Oracle", letter: Letter) -> bool:
    return oracle.stands(letter.name, at=letter.at, told=lambda one: one.placed_at > letter.since)


def _ordered_again(oracle: "Oracle", letter: Letter) -> bool:
    placed = _placed(oracle, letter)
    return oracle.stands(letter.name, at=letter.at, told=lambda one: one.placed_at > placed)


def _answered_checkout(oracle: "Oracle", letter: Letter) -> bool:
    person, number = oracle.people[letter.name], order_of(letter)
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
    return bool(refunds_of(oracle, letter))


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


def _costs_as_much(oracle: "Oracle", letter: Letter) -> bool:
    """It costs no less than it ever did, and no lower price was told of since."""
    told = oracle.shelf.told(ProductRecord, before=letter.at)
    last = max(told, key=lambda one: one.updated_at, default=None)
    happened = oracle.shelf.happened(ProductRecord, until=letter.at)
    later = [one.price for one in happened if last and one.updated_at >= last.updated_at]
    return bool(later) and min(later) >= max(one.price for one in happened)


def _arrived(oracle: "Oracle", letter: Letter) -> bool:
    """Its parcel is there, and that was known."""
    told = oracle.people[letter.name].told(FulfillmentRecord, before=letter.at)
    return any(one.delivered_at for one in told if one.order_external_id == order_of(letter))


def _not_late(oracle: "Oracle", letter: Letter) -> bool:
    """It arrived, or nothing that is known makes it late: no day that was promised has passed, and the carrier was heard of
    within three days."""
    told = [
        one
        for one in oracle.people[letter.name].happened(FulfillmentRecord, until=letter.at)
        if one.order_external_id == order_of(letter)
    ]
    is_broken = any(one.promised_at and one.promised_at + timedelta(days=1) <= letter.at for one in told)
    known = oracle.people[letter.name].told(FulfillmentRecord, before=letter.at)
    heard = [one.updated_at for one in known if one.order_external_id == order_of(letter)]
    is_silent = letter.at - max(heard, default=letter.at) >= timedelta(days=3)
    return _arrived(oracle, letter) or not (is_broken or is_silent)


def _another_birthday(oracle: "Oracle", letter: Letter) -> bool:
    """The last birthday known is another day, and no other was told since."""
    person = oracle.people[letter.name]
    days = {letter.since.astimezone(zone).date() for zone in person.zones(at=letter.at)}
    told = [one for one in person.told(CustomerRecord, before=letter.at) if one.birthday]
    last = max(told, key=lambda one: one.updated_at, default=None)
    later = [
        one for one in person.happened(CustomerRecord, until=letter.at) if last and one.updated_at >= last.updated_at
    ]
    born = {(one.birthday.month, one.birthday.day) for one in later if one.birthday}
    return bool(born) and not born & {*((day.month, day.day) for day in days), (2, 29)}


POINTLESS: "dict[str, Callable[[Oracle, Letter], bool]]" = {
    "welcome": _ordered,
    "win_back": _ordered_again,
    "post_purchase": lambda oracle, letter: _refunded(oracle, letter) or _ordered_again(oracle, letter),
    "review_request": _reviewed,
    "abandoned_checkout": _answered_checkout,
    "abandoned_checkout_text": _answered_checkout,
    "browse_abandonment": _gone_from_the_shelf,
    "back_in_stock": _gone_from_the_shelf,
    "back_in_stock_push": _gone_from_the_shelf,
    "price_drop": lambda oracle, letter: _gone_from_the_shelf(oracle, letter) or _costs_as_much(oracle, letter),
    "price_drop_push": lambda oracle, letter: _gone_from_the_shelf(oracle, letter) or _costs_as_much(oracle, letter),
    "birthday": _another_birthday,
    "shipping_update": _arrived,
    "shipping_text": _arrived,
    "delivery_delay": _not_late,
    "delivery_delay_text": _not_late,
    "service_recovery": _arrived,
}
