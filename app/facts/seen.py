"""The rows of one batch of asks, each found by what asks for it."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.facts import people, things
from app.facts.asking import Ask
from app.model import Store
from workflows.language import ItemFacts


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything read for one batch. `later` and `history` hold (placed at, external id, total) of orders that count, since the
    oldest moment asked about and since ever; `suspended` says why a person gets no marketing now."""

    customers: Mapping[int, Any]
    orders: Mapping[str, Any]
    parcels_of: Mapping[str, Sequence[Any]]
    parcels: Mapping[str, Any]
    carriers_tell: bool
    checkouts: Mapping[str, Any]
    products: Mapping[str, Any]
    items: Mapping[str, tuple[ItemFacts, ...]]
    later: Mapping[int, Sequence[people.Bought]]
    history: Mapping[int, Sequence[people.Bought]]
    reviews: Mapping[int, Sequence[Any]]
    bought: Mapping[str, frozenset[str]]
    bought_at: Mapping[tuple[int, str], datetime]
    interests: Mapping[tuple[int, str], Any]
    suppressed: Mapping[tuple[str, str], str]
    suspended: Mapping[int, str]
    codes: Mapping[int, str]
    said: Set[tuple[int, str, str]]


def look(session: Session, store: Store, *, asks: Sequence[Ask], now: datetime, with_items: bool) -> Seen:
    """Read what these asks need, each kind in one question."""
    abouts = [ask.about for ask in asks]
    ids = sorted({ask.customer_id for ask in asks})
    customers = people.customers(session, store, ids=ids)
    orders = things.orders(session, store, ids=_named(one.order for one in abouts))
    checkouts = things.checkouts(session, store, ids=_named(one.checkout for one in abouts))
    parcels = things.parcels(session, store, ids=_named(one.parcel for one in abouts))
    product_ids = _named(one.product for one in abouts)
    # Only of an order it is asked whether it was reviewed.
    reviews = people.reviews(session, ids=sorted({ask.customer_id for ask in asks if ask.about.order}))
    since = _oldest(asks, orders=orders, checkouts=checkouts)
    counting = [ask.customer_id for ask in asks if {"orders", "spent"} & set(ask.dials)]
    return Seen(
        customers=customers,
        orders=orders,
        parcels_of=things.parcels_of(session, store, order_ids=list(orders)),
        parcels=parcels,
        carriers_tell=not parcels or things.tells_movements(session, store, now=now),
        checkouts=checkouts,
        products=things.products(session, store, ids=product_ids),
        items=things.items(session, store, order_ids=list(orders)) if with_items else {},
        later=people.later_orders(session, customers, since=since, kin=_leavers(asks)),
        history=people.later_orders(session, {one: customers[one] for one in counting if one in customers}),
        reviews=reviews,
        bought=things.bought(session, store, order_ids=list(orders)) if reviews else {},
        bought_at=people.bought_at(session, store, ids=ids, products=product_ids) if product_ids else {},
        interests=people.interests(session, store, ids=ids, products=product_ids) if product_ids else {},
        suppressed=people.suppressed(session, store, customers=customers.values()),
        suspended=people.suspended(session, store, customers=customers.values(), now=now),
        said=people.said(session, ids=sorted({ask.customer_id for ask in asks if ask.said})),
        codes=things.codes(session, keys=[ask.key for ask in asks], now=now) if with_items else {},
    )


def _named(ids: Any) -> list[str]:
    return sorted({one for one in ids if one})


def _leavers(asks: Sequence[Ask]) -> list[int]:
    """Whoever left a checkout: an order under another name, but from the same phone, answers it too."""
    return sorted({ask.customer_id for ask in asks if ask.about.checkout})


def _oldest(asks: Sequence[Ask], *, orders: Mapping[str, Any], checkouts: Mapping[str, Any]) -> datetime | None:
    moments = [ask.event_at for ask in asks]
    moments += [row.placed_at for row in orders.values()]
    moments += [row.started_at for row in checkouts.values()]
    return min(moments, default=None)
