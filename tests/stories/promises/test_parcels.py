"""Parcels that are late: said first, once, by the carrier's silence or the broken promise; and made up for within a budget."""

from datetime import timedelta

import pytest

from connectors.records import ConsentState
from tests.story import Story

LATE = ["anna: delivery_delay"]


def scanned(story: Story) -> None:
    """Two parcels that went as they should: this store's carrier tells where parcels are."""
    for name in ("emil", "frida"):
        order = story.order(name)
        story.ship(order, picked_up_at=story.now, scanned_at=story.now)
        story.arrive(order)


def test_a_parcel_that_nobody_picked_up_for_four_working_days_is_told_of_once(story: Story) -> None:
    """Sent on a Friday at noon: the weekend does not count, and what is service needs no consent."""
    story.on("delivery_delay")
    scanned(story)
    story.join("anna", consent=ConsentState.UNSUBSCRIBED)
    story.ship(story.order("anna"), status="label_printed")
    story.live(days=5.75, every=24)
    assert story.sent == []
    story.live(days=0.5)
    assert story.sent == LATE
    story.live(days=5, every=24)
    assert story.sent == LATE


@pytest.mark.parametrize(("country", "working_days"), [("DE", 5), ("FR", 7)])
def test_three_working_days_without_a_scan_are_late_at_home_and_five_abroad(
    story: Story, country: str, working_days: int
) -> None:
    """Picked up on a Friday: three working days end on Wednesday, five on the Friday after."""
    story.on("delivery_delay")
    scanned(story)
    story.ship(story.order("anna", country=country), picked_up_at=story.now, scanned_at=story.now)
    story.live(days=working_days - 0.25, every=24)
    assert story.sent == []
    story.live(days=0.5)
    assert story.sent == LATE


def test_a_broken_promise_is_told_of_also_where_no_carrier_tells_anything(story: Story) -> None:
    story.on("delivery_delay")
    story.ship(story.order("anna"), promised_at=story.now + timedelta(days=10))
    story.live(days=10.75, every=24)
    assert story.sent == []
    story.live(days=0.5)
    assert story.sent == LATE


def test_a_promise_that_was_renewed_in_time_is_not_broken(story: Story) -> None:
    """The carrier tells nothing, so only the promise counts, also in the moment of leaving."""
    story.on("service_recovery")
    story.join("anna")
    order = story.order("anna", price=30_000)
    story.ship(order, promised_at=story.now + timedelta(days=10))
    story.live(days=11.25, every=24)
    assert [one.workflow for one in story.ways("anna")] == ["service_recovery"]
    story.ship(order, promised_at=story.now + timedelta(days=5), shipped_at=story.now - timedelta(days=11))
    story.live(days=3, every=24)
    assert story.sent == []
    assert story.reasons("anna") == ["service_recovery.sorry: not_late"]


def test_a_parcel_is_told_of_once_however_often_it_rests(story: Story) -> None:
    story.on("delivery_delay")
    scanned(story)
    order = story.order("anna")
    story.ship(order, picked_up_at=story.now, scanned_at=story.now)
    story.live(days=6, every=24)
    assert story.sent == LATE
    story.ship(order, picked_up_at=story.now, scanned_at=story.now)
    story.live(days=8, every=24)
    assert story.sent == LATE


def test_a_parcel_that_came_in_time_or_of_which_nobody_tells_is_not_called_late(story: Story) -> None:
    story.on("delivery_delay")
    story.ship(story.order("anna"))
    order = story.order("ben")
    story.ship(order, promised_at=story.now + timedelta(days=2))
    story.live(days=1)
    story.arrive(order)
    story.live(days=9, every=24)
    assert story.sent == []


def test_a_late_order_of_a_good_customer_is_made_up_for_two_days_later_with_a_code(story: Story) -> None:
    story.world.village.makes_codes()
    story.on("service_recovery")
    for name, price in (("anna", 30_000), ("ben", 3_000)):
        story.join(name)
        story.ship(story.order(name, price=price), promised_at=story.now)
    story.live(days=2.75, every=24)
    assert story.sent == []
    story.live(days=1)
    assert story.sent == ["anna: service_recovery"]
    assert story.world.village.codes[0].code in story.letter("anna")
    assert story.reasons("ben") == ["service_recovery.sorry: not_a_good_customer"]


def test_a_parcel_that_came_meanwhile_needs_no_apology(story: Story) -> None:
    story.on("service_recovery")
    story.join("anna")
    order = story.order("anna", price=30_000)
    story.ship(order, promised_at=story.now)
    story.live(days=2, every=24)
    story.arrive(order)
    story.live(days=3, every=24)
    assert story.sent == []
    assert story.reasons("anna") == ["service_recovery.sorry: not_late"]


def test_no_more_is_given_away_than_the_months_budget_also_to_many_at_once(story: Story) -> None:
    """Ten percent of 300 euros is 30: a budget of 70 is enough for two of five."""
    story.world.village.makes_codes()
    story.on("service_recovery")
    story.turn("service_recovery", budget=70)
    names = [f"anna{number}" for number in range(5)]
    for name in names:
        story.join(name)
        story.ship(story.order(name, price=30_000), promised_at=story.now)
    story.live(days=4, every=24)
    assert len(story.sent) == len(story.world.village.codes) == 2
    assert sum("service_recovery.sorry: over_budget" in story.reasons(name) for name in names) == 3


def test_the_parcel_of_an_order_that_was_taken_back_is_late_for_nobody(story: Story) -> None:
    story.world.village.makes_codes()
    story.on("service_recovery")
    story.join("anna")
    story.order("anna", price=30_000)
    order = story.order("anna")
    story.ship(order, promised_at=story.now)
    story.live(days=2)
    assert [one.workflow for one in story.ways("anna")] == ["service_recovery"]
    story.cancel(order)
    story.live(days=3)
    assert story.sent == []
    assert story.reasons("anna") == ["service_recovery.sorry: not_late"]


def test_nobody_is_told_that_an_order_is_on_its_way_which_has_arrived(story: Story) -> None:
    story.on("shipping_update")
    order = story.order("anna")
    story.worker_stops()
    story.ship(order)
    story.travel(hours=20)
    story.arrive(order)
    story.worker_starts()
    assert story.sent == []
    assert story.reasons("anna") == ["shipping_update.shipped: arrived"]
