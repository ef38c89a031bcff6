"""A checkout that was left: three reminders, the first without a code, and none that comes after the order."""

from dataclasses import replace
from datetime import timedelta

import pytest

from connectors.records import CustomerRecord, GoneRecord, Kind, OrderStatus
from tests.story import Story

FIRST, *REST = (f"anna: abandoned_checkout_{word}" for word in ("reminder", "help", "last"))


@pytest.fixture(autouse=True)
def on(story: Story) -> None:
    story.on("abandoned_checkout")
    story.join("anna", phone="+49 30 1234567")


def test_they_are_reminded_after_an_hour_twenty_hours_and_three_days(story: Story) -> None:
    story.checkout("anna")
    story.travel(days=10)
    assert story.sent_at == [
        ("2026-11-20 13:00", FIRST),
        ("2026-11-21 08:00", REST[0]),
        ("2026-11-23 12:00", REST[1]),
    ]


def test_only_the_last_reminder_has_a_code_and_it_is_theirs_alone(story: Story) -> None:
    village = story.world.village
    village.makes_codes()
    story.checkout("anna")
    story.travel(days=2)
    assert (len(story.sent), village.codes) == (2, [])
    story.travel(days=2)
    (code,) = village.codes
    assert (code.percent, code.customer_external_id, code.expires_at) == (10, "c-anna", story.now + timedelta(days=6))
    assert code.code in story.letter("anna")


@pytest.mark.parametrize("by", ["id", "e-mail", "phone"])
def test_an_order_by_the_same_person_ends_it_however_they_are_named(story: Story, by: str) -> None:
    story.checkout("anna")
    story.travel(hours=2)
    buyers = {
        "id": CustomerRecord("c-anna", "another@example.com"),
        "e-mail": CustomerRecord(None, "Anna@Example.com"),
        "phone": CustomerRecord(None, "another@example.com", phone="0049 30 123 45 67"),
    }
    story.order("anna", buyer=buyers[by])
    story.travel(days=10)
    assert story.sent == [FIRST]
    assert story.reasons("anna")[-1] == "abandoned_checkout.help: ordered_again"


def test_a_guest_order_ends_what_somebody_signed_in_began_of_whom_only_the_checkout_tells(story: Story) -> None:
    story.join("emil", email=None)
    story.checkout("emil")
    story.travel(hours=2)
    assert story.sent == [FIRST.replace("anna", "emil")]
    story.guest_order("emil")
    story.travel(days=10)
    assert len(story.sent) == 1


def test_an_order_since_the_checkout_began_ends_it_also_where_they_came_back_later(story: Story) -> None:
    story.checkout("anna")
    story.travel(minutes=20)
    story.order("anna")
    story.travel(minutes=20)
    story.checkout("anna", total=9900)
    story.travel(days=10)
    assert story.sent == []


def test_what_they_ordered_before_does_not_end_it(story: Story) -> None:
    story.order("anna")
    story.travel(minutes=5)
    story.checkout("anna")
    story.travel(hours=2)
    assert story.sent == [FIRST]


def test_an_order_that_was_cancelled_does_not_end_it(story: Story) -> None:
    story.checkout("anna")
    story.travel(minutes=5)
    story.cancel(story.order("anna"))
    story.travel(hours=2)
    assert story.sent == [FIRST]


def test_the_hour_begins_anew_when_they_come_back(story: Story) -> None:
    story.checkout("anna")
    story.travel(minutes=50)
    story.checkout("anna", total=9900)
    story.travel(minutes=50)
    assert story.sent == []
    story.travel(minutes=20)
    assert story.sent == [FIRST]


def test_nobody_is_reminded_twice_within_seven_days(story: Story) -> None:
    story.checkout("anna", number="one")
    story.travel(days=4)
    story.checkout("anna", number="two")
    story.travel(days=3, hours=2)
    assert story.sent == [FIRST, *REST]
    story.checkout("anna", number="three")
    story.travel(hours=2)
    assert story.sent == [FIRST, *REST, FIRST]


@pytest.mark.parametrize("told", [("one", "two"), ("two", "one")])
def test_of_two_checkouts_the_one_left_last_is_spoken_of_whichever_call_comes_first(
    story: Story, told: tuple[str, str]
) -> None:
    """The calls of a quarter of an hour come in any order."""
    story.is_heard = False
    story.checkout("anna", number="one")
    story.travel(minutes=15)
    story.checkout("anna", number="two")
    for number in told:
        story.deliver(story.checkouts[number])
        story.tick()
    story.travel(days=10)
    assert {one.subject for one in story.ways("anna")} == {"checkout:two"}
    assert story.sent_at[0] == ("2026-11-20 13:15", FIRST)
    assert len(story.sent) == 3


def test_a_checkout_that_is_emptied_or_deleted_is_spoken_of_no_more(story: Story) -> None:
    story.checkout("anna")
    story.travel(hours=2)
    story.checkout("anna", total=0, lines=())
    story.join("cleo")
    story.checkout("cleo", number="hers")
    story.tell(GoneRecord(Kind.CHECKOUT, "hers", story.now + timedelta(seconds=1)))
    story.travel(days=10)
    assert story.sent == [FIRST]
    assert story.reasons("anna")[-1] == "abandoned_checkout.help: checkout_closed"
    assert story.reasons("cleo") == ["abandoned_checkout.reminder: checkout_closed"]


def test_a_woocommerce_order_that_is_not_paid_is_a_checkout_that_was_left_until_it_is_paid(story: Story) -> None:
    """WooCommerce has no abandoned carts: the unpaid order tells of itself as a checkout, under the same key."""
    order = story.order(
        "anna", status=OrderStatus.DRAFT, raw_status="pending", paid_at=None, checkout_keys=("draft-1",)
    )
    story.checkout("anna", number="draft-1")
    story.travel(hours=2)
    assert story.sent == [FIRST]
    story.change(order, status=OrderStatus.PAID, raw_status="processing", paid_at=story.now)
    story.travel(days=10)
    assert story.sent == [FIRST]
    assert story.reasons("anna")[-1] == "abandoned_checkout.help: ordered_again"


def test_whoever_never_consented_is_not_reminded(story: Story) -> None:
    story.join("ben", consent=None)
    story.checkout("ben")
    story.travel(days=10)
    assert story.sent == []
    assert story.reasons("ben")[0] == "abandoned_checkout.reminder: no_consent"


def test_a_reminder_that_could_not_be_sent_in_time_is_not_sent_late(story: Story) -> None:
    story.checkout("anna")
    story.worker_stops()
    story.travel(hours=14)
    story.worker_starts()
    assert story.sent == []
    assert story.reasons("anna") == ["abandoned_checkout.reminder: stale"]
    story.travel(days=5)
    assert story.sent == REST


def test_the_store_is_asked_just_before_each_reminder(story: Story) -> None:
    story.checkout("anna")
    story.travel(hours=2)
    story.is_heard = False
    paid = replace(story.checkouts["cart"], completed_at=story.now, updated_at=story.now)
    story.tell(paid)
    story.travel(days=10)
    assert story.sent == [FIRST]
    assert story.reasons("anna")[-1] == "abandoned_checkout.help: checkout_closed"
