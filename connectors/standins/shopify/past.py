"""Fills a stand-in store with a history of people and purchases, as if they had happened long ago."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from connectors.standins.shopify.actions import buying, customers, parcels
from connectors.standins.shopify.records import (
    Consent,
    Customer,
    Fulfillment,
    FulfillmentEvent,
    Order,
    Variant,
)

if TYPE_CHECKING:
    from connectors.standins.history import History, Person, Purchase
    from connectors.standins.shopify.shop import Shop

SENT_AFTER, DELIVERED_AFTER = timedelta(days=1), timedelta(days=4)


def fill(shop: "Shop", history: "History") -> None:
    """Products, people and orders of `history`; nobody is told, as nobody is told of what happened before an install."""
    first = min((one.at for one in history.purchases), default=shop.created_at)
    shelf = {
        item.key: buying.made_product(shop, item.title, price=item.price_minor, at=first, sku=item.key).variants[0]
        for item in history.items
    }
    people = {person.key: _person(shop, person) for person in history.people}
    for purchase in history.purchases:
        buyer = people.get(purchase.person) if purchase.person else None
        _purchase(shop, purchase, buyer=buyer, shelf=shelf)


def _person(shop: "Shop", person: "Person") -> Customer:
    one = customers.made(
        shop,
        {
            "email": person.email,
            "first_name": person.first_name,
            "last_name": person.last_name,
            "address": {"country": person.country, "country_code": person.country, "city": "Exampleton"},
        },
        at=person.joined_at,
    )
    if person.birthday is not None:
        customers.put_metafield(
            shop, one, name=customers.BIRTHDAY, value=person.birthday.isoformat(), at=person.joined_at
        )
    if person.accepts_marketing and person.email:
        one.email_consent = Consent(state="SUBSCRIBED", opt_in_level="SINGLE_OPT_IN", updated_at=person.joined_at)
    return one


def _purchase(shop: "Shop", purchase: "Purchase", *, buyer: Customer | None, shelf: Mapping[str, Variant]) -> None:
    source = "web" if buyer else "pos"
    one = buying.made_order(shop, {"source": source}, items=(), buyer=buyer, at=purchase.at)
    one.lines = [
        buying.bought(shop, one, variant=shelf[line.item], quantity=line.quantity, price=line.price_minor)
        for line in purchase.lines
        if line.item in shelf
    ]
    one.transactions.append(buying.paid(shop, one, at=purchase.at))
    if purchase.cancelled:
        _undo(shop, one)
    elif shop.state.clock() - purchase.at > DELIVERED_AFTER:
        _send(shop, one)
    if buyer is not None:
        buyer.updated_at = max(buyer.updated_at, one.updated_at)


def _undo(shop: "Shop", order: Order) -> None:
    at = order.processed_at
    order.cancelled_at = order.closed_at = at
    order.cancel_reason = "CUSTOMER"
    if order.total > 0:
        parcels.given_back(shop, order, amount=order.total, at=at)


def _send(shop: "Shop", order: Order) -> None:
    sent, arrived = order.processed_at + SENT_AFTER, order.processed_at + DELIVERED_AFTER
    parcel = Fulfillment(
        id=shop.state.number(),
        created_at=sent,
        updated_at=arrived,
        order=order,
        number=1,
        quantities={line: line.quantity for line in order.lines},
        tracking_number=f"SI{order.id % 10**9:09d}GB",
    )
    parcel.events.append(_delivered(shop, parcel, at=arrived))
    for line in order.lines:
        line.fulfilled = line.quantity
    order.fulfillments.append(parcel)
    order.closed_at = order.updated_at = arrived


def _delivered(shop: "Shop", parcel: Fulfillment, *, at: datetime) -> FulfillmentEvent:
    return FulfillmentEvent(
        id=shop.state.number(), created_at=at, updated_at=at, fulfillment=parcel, status="DELIVERED"
    )
