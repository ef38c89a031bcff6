"""From the rows of one batch to what a workflow may know, and how a person stands with the store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.addresses import email_key
from app.facts.asking import Ask, Home
from app.facts.pace import departures, elsewhere
from app.facts.people import Bought
from app.facts.rights import rights_of
from app.facts.seen import Seen
from app.model import Store
from app.policy import Standing
from app.policy.parcels import Parcel, lateness
from app.reachable import can_reach
from app.zones import clock_of, zone_of
from connectors.money import exponent
from workflows.language import (
    CheckoutFacts,
    CustomerFacts,
    Facts,
    ItemFacts,
    OrderFacts,
    ParcelFacts,
    ProductFacts,
)

SUBSCRIBED = "subscribed"


def home_of(store: Store) -> Home:
    return Home(store.zone, store.country, 10 ** exponent(store.currency))


@dataclass(frozen=True, slots=True)
class Shared:
    """What several asks of one batch are told alike: the people, and the orders as their buyers see them."""

    people: Mapping[int, CustomerFacts]
    orders: Mapping[tuple[str, int], OrderFacts]


def shared_of(seen: Seen, asks: Sequence[Ask]) -> Shared:
    pairs = {(ask.about.order, ask.customer_id) for ask in asks if ask.about.order in seen.orders}
    return Shared(
        {one: customer_facts(row) for one, row in seen.customers.items()},
        {
            (order, one): _order(seen, seen.orders[order], customer=seen.customers[one])
            for order, one in pairs
            if order is not None
        },
    )


def facts_of(seen: Seen, ask: Ask, *, shared: Shared, home: Home, now: datetime) -> Facts:
    """What a workflow may know of this ask."""
    row, about = seen.customers[ask.customer_id], ask.about
    order = seen.orders.get(about.order or "")
    checkout = seen.checkouts.get(about.checkout or "")
    zone = zone_of(row.country, row.region, store_zone=home.zone)
    return Facts(
        now=now,
        at=ask.event_at,
        customer=shared.people[row.id],
        is_subscribed=row.email_consent == SUBSCRIBED,
        orders_since=_orders_since(seen, ask, order=order, checkout=checkout),
        order=shared.orders.get((about.order or "", row.id)),
        has_reviewed=_has_reviewed(seen, ask, order=order),
        on=ask.event_at.astimezone(zone).date(),
        checkout=_checkout(checkout) if checkout is not None else None,
        product=_product(seen, ask) if about.product else None,
        parcel=_parcel(seen, about.parcel, home=home, now=now) if about.parcel else None,
        dials=ask.dials,
        minor=home.minor,
        code=seen.codes.get(ask.key),
        was_said=ask.said is not None and (ask.customer_id, *ask.said) in seen.said,
    )


def _orders_since(seen: Seen, ask: Ask, *, order: Any, checkout: Any) -> int:
    """An order is news about itself from the moment it was placed, however late the anchor of its enrollment lies; and a
    checkout is answered by any order since it began."""
    later = seen.later.get(ask.customer_id, ())
    if order is not None:
        # Of two orders of the same moment one is the later one, so that not each of them ends the way of the other.
        return sum(1 for one in later if (one.placed_at, one.external_id) > (order.placed_at, order.external_id))
    since = checkout.started_at if checkout is not None else ask.event_at
    return sum(1 for one in later if one.placed_at >= since)


def customer_facts(row: Any) -> CustomerFacts:
    return CustomerFacts(
        first_name=row.first_name,
        last_name=row.last_name,
        locale=row.locale,
        country=row.country,
        joined_at=row.joined_at,
        orders=row.orders_count,
        spent=row.spent,
        first_order_at=row.first_order_at,
        last_order_at=row.last_order_at,
        birthday=birthday_of(row.birthday),
    )


def birthday_of(text: str | None) -> tuple[int, int] | None:
    """(month, day) of "1990-02-28" or "--02-28"; None for a day that no year has."""
    if not text:
        return None
    try:
        # A leap year, so that 29 February is a day.
        day = date.fromisoformat(f"2000-{text[-5:]}")
    except ValueError:
        return None
    return day.month, day.day


def _order(seen: Seen, order: Any, *, customer: Any) -> OrderFacts:
    parcels = seen.parcels_of.get(order.external_id, ())
    before = [one for one in seen.history.get(order.customer_id, ()) if _is_before(one, order)]
    return OrderFacts(
        external_id=order.external_id,
        number=order.number,
        placed_at=order.placed_at,
        total=order.total,
        currency=order.currency,
        counts=order.counts and order.may_start,
        is_first=customer.first_order_at is not None and order.placed_at <= customer.first_order_at,
        is_cancelled=order.cancelled_at is not None,
        is_refunded=order.refunded >= order.total > 0,
        has_refund=order.refunded > 0,
        shipped_at=min((one.shipped_at for one in parcels if one.shipped_at), default=None),
        delivered_at=max((one.delivered_at for one in parcels if one.delivered_at), default=None),
        items=seen.items.get(order.external_id, ()),
        place=len(before) + 1,
        spent_before=sum(one.total for one in before),
    )


def _is_before(one: Bought, order: Any) -> bool:
    return (one.placed_at, one.external_id) < (order.placed_at, order.external_id)


def _checkout(row: Any) -> CheckoutFacts:
    return CheckoutFacts(
        external_id=row.external_id,
        is_open=row.completed_at is None and row.total > 0,
        updated_at=row.updated_at,
        total=row.total,
        currency=row.currency,
        url=row.url,
        items=tuple(_line(line) for line in row.lines or ()),
    )


def _line(line: Mapping[str, Any]) -> ItemFacts:
    return ItemFacts(line["title"], line["quantity"], line["price"], line.get("product_external_id"))


def _product(seen: Seen, ask: Ask) -> ProductFacts | None:
    row = seen.products.get(ask.about.product or "")
    if row is None:
        return None
    place = (ask.customer_id, row.external_id)
    interest = seen.interests.get(place)
    return ProductFacts(
        external_id=row.external_id,
        title=row.title,
        is_available=row.is_available and row.gone_at is None,
        price=row.price,
        currency=row.currency,
        url=row.url,
        image_url=row.image_url,
        asked_price=interest.price if interest is not None else None,
        bought_at=seen.bought_at.get(place),
        wanted_at=interest.at if interest is not None else None,
    )


def _parcel(seen: Seen, external_id: str, *, home: Home, now: datetime) -> ParcelFacts | None:
    row = seen.parcels.get(external_id)
    if row is None:
        return None
    parcel = parcel_of(row, country=row.country, home=home.country, tells=seen.carriers_tell)
    late = lateness(parcel, now=now)
    # Nobody waits for an order that was taken back.
    is_late = late.since is not None and bool(row.counts)
    return ParcelFacts(row.external_id, is_late, late.days(now), row.delivered_at is not None)


def parcel_of(row: Any, *, country: str | None, home: str | None, tells: bool = True) -> Parcel:
    """A parcel's row as the law reckons with it; `home` is the store's country."""
    return Parcel(
        status=row.status,
        shipped_at=row.shipped_at,
        picked_up_at=row.picked_up_at,
        scanned_at=row.scanned_at,
        delivered_at=row.delivered_at,
        promised_at=row.promised_at,
        is_abroad=bool(country and home and country != home),
        tells=tells,
    )


def _has_reviewed(seen: Seen, ask: Ask, *, order: Any) -> bool:
    """Whether the person reviewed something of this order since it was placed."""
    if order is None:
        return False
    bought = seen.bought.get(order.external_id, frozenset())
    return any(
        one.at >= order.placed_at and one.product_external_id in bought for one in seen.reviews.get(ask.customer_id, ())
    )


def standing_of(seen: Seen, ask: Ask, *, home: Home) -> Standing:
    """How the person stands with the store on the medium asked for."""
    row = seen.customers[ask.customer_id]
    address = _address_of(row, ask.medium)
    return Standing(
        customer_id=row.id,
        zone=clock_of(row.country, row.region, phone=row.phone, store_zone=home.zone),
        has_address=can_reach(ask.medium, address),
        consent=row.email_consent if ask.medium == "email" else None,
        rights=rights_of(row, ask.medium, store_zone=home.zone),
        suppressed=seen.suppressed.get((ask.medium, address)) if address else None,
        suspended=seen.suspended.get(row.id),
        paused_until=row.paused_until,
        is_resting=is_resting(row),
        is_staff=row.is_staff,
        is_gone=row.gone_at is not None,
        recent=departures(row.pace, ask.medium),
        elsewhere=elsewhere(row.pace, ask.medium),
    )


def _address_of(row: Any, medium: str) -> str | None:
    """Where they are reached. Their devices are looked up as a message leaves: whoever said yes to notifications has one."""
    if medium == "push":
        return medium
    return email_key(row.email) if medium == "email" else row.phone


def is_resting(row: Any) -> bool:
    """Whether the last goodbye went unanswered: no order and no new answer since."""
    if row.resting_since is None:
        return False
    stirred = [at for at in (row.last_order_at, row.email_consent_at) if at is not None]
    return all(at <= row.resting_since for at in stirred)
