"""What happens to an order once it is paid: parcels, refunds, cancelling."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from connectors.standins.shopify.actions import customers
from connectors.standins.shopify.payloads import orders as order_bodies
from connectors.standins.shopify.payloads import parcels as parcel_bodies
from connectors.standins.shopify.payloads import people
from connectors.standins.shopify.records import (
    Fulfillment,
    FulfillmentEvent,
    LineItem,
    Order,
    Refund,
    RefundLine,
    Transaction,
)

if TYPE_CHECKING:
    from connectors.standins.shopify.news import News
    from connectors.standins.shopify.shop import Shop


def _touch(news: "News", order: Order) -> None:
    order.updated_at = news.at
    news.say("orders/updated", lambda: order_bodies.order(news.shop, order))


def _summarise(news: "News", order: Order) -> None:
    buyer = order.customer
    if buyer is not None:
        customers.touch(news, buyer)
        news.say("customers/purchasing_summary", lambda: people.purchasing_summary(news.shop, buyer, at=news.at))


def cancel(shop: "Shop", order: Order, *, reason: str, refund: bool) -> None:
    """orders/cancelled and updated, with a refund also refunds/create. A cancelled order stays so."""
    if order.cancelled_at is not None:
        raise ValueError("the order is cancelled already")
    with shop.news() as news:
        order.cancelled_at, order.cancel_reason, order.closed_at = news.at, reason, news.at
        if refund and order.current_total:
            _give_back(news, order, amount=order.current_total, lines=None, note="Order cancelled")
        news.say("orders/cancelled", lambda: order_bodies.order(shop, order))
        _touch(news, order)
        _summarise(news, order)


def refund(
    shop: "Shop", order: Order, *, amount: int | None, lines: Mapping[LineItem, int] | None, note: str
) -> Refund:
    """refunds/create and orders/updated. Raises ValueError for more than what is left."""
    left = order.current_total
    given = left if amount is None else amount
    if given <= 0 or given > left:
        raise ValueError(f"{given} cannot be refunded, {left} is left")
    with shop.news() as news:
        one = _give_back(news, order, amount=given, lines=lines, note=note)
        _touch(news, order)
        _summarise(news, order)
        return one


def _give_back(news: "News", order: Order, *, amount: int, lines: Mapping[LineItem, int] | None, note: str) -> Refund:
    shop = news.shop
    one = given_back(shop, order, amount=amount, at=news.at)
    one.note = note or None
    for line, quantity in (lines or {}).items():
        line.refunded = min(line.quantity, line.refunded + quantity)
        share = line.total * quantity // line.quantity
        one.lines.append(RefundLine(id=shop.state.number(), line=line, quantity=quantity, amount=share))
    news.say("refunds/create", lambda: order_bodies.refund(shop, one))
    return one


def given_back(shop: "Shop", order: Order, *, amount: int, at: datetime) -> Refund:
    """A refund with its movement of money, without a word to anybody."""
    one = Refund(id=shop.state.number(), created_at=at, updated_at=at, order=order, amount=amount)
    moved = Transaction(id=shop.state.number(), created_at=at, updated_at=at, order=order, kind="REFUND", amount=amount)
    moved.parent = order.transactions[0] if order.transactions else None
    one.transactions.append(moved)
    order.transactions.append(moved)
    order.refunds.append(one)
    return one


def fulfil(shop: "Shop", order: Order, *, tracking_number: str | None) -> Fulfillment:
    """fulfillments/create, orders/fulfilled and updated. Raises ValueError with nothing left to send."""
    rest = {part: part.current_quantity - part.fulfilled for part in order.lines}
    rest = {part: count for part, count in rest.items() if count > 0}
    if not rest or order.cancelled_at is not None:
        raise ValueError("nothing is left to send")
    with shop.news() as news:
        one = Fulfillment(
            id=shop.state.number(),
            created_at=news.at,
            updated_at=news.at,
            order=order,
            number=len(order.fulfillments) + 1,
            quantities=rest,
            tracking_number=tracking_number,
            estimated_delivery_at=news.at + timedelta(days=3) if tracking_number else None,
        )
        for part, count in rest.items():
            part.fulfilled += count
        order.fulfillments.append(one)
        news.say("fulfillments/create", lambda: order_bodies.fulfillment(shop, one))
        news.say("orders/fulfilled", lambda: order_bodies.order(shop, order))
        _touch(news, order)
        return one


def deliver(shop: "Shop", order: Order) -> None:
    """A `delivered` event for each parcel that is still on its way."""
    if not order.fulfillments:
        raise ValueError("nothing was sent")
    for parcel in order.fulfillments:
        if parcel.reached("DELIVERED") is None:
            track(shop, parcel, status="DELIVERED", message="Delivered")


def track(shop: "Shop", parcel: Fulfillment, *, status: str, message: str | None) -> None:
    """fulfillment_events/create, fulfillments/update and orders/updated."""
    with shop.news() as news:
        one = FulfillmentEvent(
            id=shop.state.number(),
            created_at=news.at,
            updated_at=news.at,
            fulfillment=parcel,
            status=status,
            message=message,
        )
        parcel.events.append(one)
        parcel.updated_at = news.at
        news.say("fulfillment_events/create", lambda: parcel_bodies.event(shop, one))
        news.say("fulfillments/update", lambda: order_bodies.fulfillment(shop, parcel))
        _touch(news, parcel.order)


def delete(shop: "Shop", order: Order) -> None:
    """orders/delete, which carries the id alone."""
    with shop.news() as news:
        del shop.orders[order.id]
        if order.customer is not None:
            order.customer.orders.remove(order)
        news.say("orders/delete", lambda: {"id": order.id})
