"""What follows an order: confirmed, sent, thanked for, looked after, reviewed; each once, and counted from the right moment."""

import pytest

from app.model.message import ReceiptKind
from connectors.records import ConsentState, FulfillmentRecord, OrderStatus
from tests.story import Story

CARED_FOR = ["anna: post_purchase_howto", "anna: post_purchase_next"]


def test_an_order_is_looked_after_from_its_arrival_and_not_from_its_payment(story: Story) -> None:
    story.on("post_purchase")
    story.join("anna")
    order = story.order("anna")
    story.travel(days=25)
    assert story.sent == []
    story.arrive(order)
    story.travel(days=30)
    assert story.sent_at == [("2026-12-17 12:00", CARED_FOR[0]), ("2027-01-05 12:00", CARED_FOR[1])]


def test_who_ordered_again_or_gave_it_back_is_not_looked_after(story: Story) -> None:
    story.on("post_purchase")
    for name in ("anna", "cleo"):
        story.join(name)
    orders = [story.order(name) for name in ("anna", "cleo")]
    for order in orders:
        story.arrive(order)
    story.travel(days=3)
    story.order("anna")
    story.refund(orders[1], 900)
    story.travel(days=30)
    assert sorted(story.sent) == [CARED_FOR[0], CARED_FOR[0].replace("anna", "cleo")]
    assert story.reasons("anna")[-1] == "post_purchase.next: ordered_again"
    assert story.reasons("cleo")[-1] == "post_purchase.next: refunded"


def test_where_no_carrier_tells_a_review_is_asked_for_three_weeks_after_sending_abroad(story: Story) -> None:
    story.on("review_request")
    story.join("anna")
    story.ship(story.order("anna", country="FR"))
    story.travel(days=20, hours=23)
    assert story.sent == []
    story.travel(hours=2)
    assert story.sent == ["anna: review_request"]


def test_one_reminder_and_no_more_is_sent_where_no_review_came_opened_or_not(story: Story) -> None:
    story.on("review_request")
    for name in ("anna", "cleo"):
        story.join(name)
        story.arrive(story.order(name))
    story.travel(days=8)
    story.receipt("anna", ReceiptKind.OPENED)
    story.travel(days=60)
    assert sorted(story.sent) == [
        f"{who}: review_{what}" for who in ("anna", "cleo") for what in ("reminder", "request")
    ]


@pytest.mark.parametrize("consent", [None, ConsentState.UNSUBSCRIBED])
def test_an_order_is_confirmed_and_its_sending_told_once_and_at_once_without_consent(
    story: Story, consent: ConsentState | None
) -> None:
    story.on("order_confirmation", "shipping_update")
    story.join("ben", consent=consent)
    order = story.order("ben")
    assert story.sent == ["ben: order_confirmation"]
    story.travel(days=1)
    story.ship(order)
    story.tell(FulfillmentRecord("another", order, story.now, "in_transit", shipped_at=story.now))
    story.travel(days=1)
    assert story.sent == ["ben: order_confirmation", "ben: shipping_update"]
    story.change(order, status=OrderStatus.COMPLETED, raw_status="completed")
    story.travel(days=5)
    assert len(story.sent) == 2


def test_what_was_cancelled_before_it_was_said_is_not_confirmed(story: Story) -> None:
    story.on("order_confirmation", "shipping_update")
    story.worker_stops()
    order = story.order("ben")
    story.cancel(order)
    story.ship(order)
    story.worker_starts()
    assert story.sent == []


def test_the_first_paid_order_is_thanked_for_and_not_one_that_was_never_paid(story: Story) -> None:
    story.on("first_order_thanks")
    story.join("anna")
    order = story.order("anna", status=OrderStatus.OPEN, paid_at=None)
    story.travel(days=3)
    assert story.sent == []
    story.change(order, status=OrderStatus.PAID, paid_at=story.now)
    story.travel(hours=2)
    assert story.sent == ["anna: first_order_thanks"]


def test_a_milestone_is_reached_once_and_a_first_order_is_thanked_for_once_whatever_is_taken_back_later(
    story: Story,
) -> None:
    story.on("milestone", "first_order_thanks")
    story.turn("milestone", orders=3, spent=10_000)
    story.join("anna")
    orders = []
    for _ in range(3):
        orders.append(story.order("anna"))
        story.travel(days=3)
    said = ["anna: first_order_thanks", "anna: milestone_orders"]
    assert story.sent == said
    for order in orders:
        story.cancel(order)
    story.travel(days=8)
    for _ in range(3):
        story.order("anna")
        story.travel(days=3)
    assert story.sent == said
    assert "milestone.orders: not_this_milestone" in story.reasons("anna")


def test_money_that_went_back_before_the_order_was_told_is_known_when_it_is(story: Story) -> None:
    story.on("shipping_update")
    story.is_heard = False
    order = story.order("anna")
    story.refund(order)
    story.ship(order)
    for record in (story.told[1], story.orders[order], story.parcels[order]):
        story.deliver(record)
        story.tick()
    assert story.sent == []
    assert story.reasons("anna") == ["shipping_update.shipped: order_no_longer_stands"]
