"""The pains of today's products (facts, lifecycle 5.1), each by its number: what hurts merchants there does not happen here."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from app.pipeline.switch import Choice
from app.reports.never import never
from app.reports.why import why
from connectors.errors import Temporary
from connectors.records import ConsentState, CustomerRecord
from tests.story import Story, move_in


@pytest.mark.parametrize("heard", ["in time", "not at all", "as a guest", "only when asked"])
def test_pain_1_no_reminder_of_a_checkout_comes_after_the_order(story: Story, heard: str) -> None:
    """Pain 1, abandoned-cart mail after the purchase: also where the order's call was lost, or came under another name."""
    story.on("abandoned_checkout")
    story.join("anna")
    story.checkout("anna")
    story.travel(minutes=30)
    story.is_heard = heard in {"in time", "as a guest"}
    buyer = CustomerRecord(None, "ANNA@example.com") if heard == "as a guest" else None
    story.order("anna", buyer=buyer, checkout_keys=("cart",))
    if heard == "only when asked":
        story.world.village.trouble = [Temporary("not just now")] * 2
    if not story.is_heard:
        story.checkout("anna", completed_at=story.now)
    story.travel(days=10)
    assert story.sent == []


def test_pain_1_a_checkout_that_is_told_again_a_day_after_the_order_starts_nothing(story: Story) -> None:
    """Pain 1 as of November 2025: carts that were synced again as abandoned a day after their order."""
    story.on("abandoned_checkout")
    story.join("anna")
    story.checkout("anna")
    story.order("anna")
    story.travel(days=1)
    story.deliver(story.checkouts["cart"], again=1)
    story.checkout("anna")
    story.travel(days=10)
    assert story.sent == []
    assert set(story.reasons("anna")) == {"abandoned_checkout.reminder: ordered_again"}


def test_pain_2_nothing_is_said_twice_however_often_it_is_told_or_tried(story: Story) -> None:
    """Pain 2, the same mail sent twice or more: doubled calls, workers that die, a switch, a catch-up."""
    story.on("welcome", "order_confirmation", "abandoned_checkout")
    story.join("anna")
    story.order("ben")
    story.checkout("anna")
    for again in range(1, 4):
        for record in list(story.told):
            story.deliver(record, again=again)
        story.world.die()
        story.travel(hours=20)
    story.off("welcome")
    story.on("welcome")
    story.catch_up()
    story.travel(days=10)
    assert len(story.sent) == len(set(story.sent))
    assert {"anna: welcome_hello", "ben: order_confirmation"} <= set(story.sent)


def test_pain_2_one_address_that_refuses_makes_nobody_elses_mail_be_sent_again(story: Story) -> None:
    """Pain 2 as in mautic 7226: one rejected recipient made all others be resent endlessly."""
    story.on("welcome")
    story.worker_stops()
    for name in ("anna", "dora", "cleo"):
        story.join(name, email="nowhere" if name == "dora" else f"{name}@example.com")
    story.worker_starts()
    story.travel(days=1)
    assert sorted(story.sent) == ["anna: welcome_hello", "cleo: welcome_hello"]


def test_pain_3_after_a_pause_what_is_in_time_goes_on_and_what_is_late_is_dropped_with_its_reason(story: Story) -> None:
    """Pain 3, pause and resume is a trap: neither a burst of overdue mail, nor nothing that resumes."""
    story.on("welcome")
    story.join("anna")
    story.travel(days=1)
    story.off("welcome")
    story.join("ben")
    story.travel(days=6)
    story.on("welcome", choice=Choice.KEEP)
    story.join("cleo")
    story.travel(days=10)
    assert [line for line in story.sent if line.startswith("anna")] == ["anna: welcome_hello"]
    assert story.reasons("anna")[-2:] == ["welcome.story: stale", "welcome.favourites: stale"]
    assert [line for line in story.sent if line.startswith("cleo")] == [
        f"cleo: welcome_{word}" for word in ("hello", "story", "favourites")
    ]
    assert story.ways("ben") == []


def test_pain_11_a_store_that_moves_in_with_its_history_writes_to_nobody(story: Story) -> None:
    """Pain 11, an import triggers mail to old customers: every workflow is on, and the past stays silent."""
    past = story.now - timedelta(days=20)
    story.join("anna")
    story.arrive(story.order("anna", placed_at=past, paid_at=past))
    story.checkout("anna")
    story.world.village.stores["https://tea-8.example.com"] = story.world.village.stores[story.home]
    story.travel(hours=1)
    late = move_in(story.world, 8)
    late.on(*late.runtime.workflows)
    late.catch_up()
    late.live(days=20, every=24)
    assert (late.sent, late.ways("anna")) == ([], [])


def test_pain_12_workflows_that_overlap_take_turns_and_the_ledger_names_who_had_the_way(story: Story) -> None:
    """Pain 12, overlapping automations flood one person: the checkout goes before the look, and each waits its turn."""
    story.on("abandoned_checkout", "browse_abandonment", "welcome", "first_order_thanks", "price_drop")
    story.shelve()
    story.join("anna")
    story.look("anna")
    story.checkout("anna")
    story.travel(hours=2)
    story.shelve(price=3900)
    story.travel(days=12)
    times = [at for at, _ in story.left()]
    assert len(times) >= 3
    assert all(later - earlier >= timedelta(hours=16) for earlier, later in pairwise(times))
    assert all(later - first >= timedelta(days=7) for first, later in zip(times, times[3:], strict=False))
    capped = [one for one in story.why("anna") if one.reason == "capped"]
    assert capped
    assert all(one.seen["winner"] in story.runtime.workflows for one in capped)


def test_pain_13_why_was_this_sent_or_not_has_an_answer_for_everything(story: Story) -> None:
    """Pain 13: of what was sent, of what was not, and of what somebody never entered."""
    story.on("welcome", "win_back")
    story.join("cleo")
    story.order("cleo")
    story.travel(days=3)
    with story.runtime.database.read() as session:
        told = why(session, store_id=story.store_id, customer="cleo@example.com")
        customer_id = story.ways("cleo")[0].customer_id
        others = never(session, store_id=story.store_id, customer_id=customer_id, workflows=story.runtime.workflows)
    assert [(one.what, one.workflow, one.step) for one in told] == [
        ("queued", "welcome", "hello"),
        ("sent", "welcome", "hello"),
        ("stopped", "welcome", "story"),
        ("waiting", "win_back", "miss_you"),
    ]
    assert told[2].sentence == "They have ordered, so there was nothing more to say."
    assert {one.workflow for one in others} == set(story.runtime.workflows) - {"welcome", "win_back"}
    assert all(one.sentence for one in others)


def test_pain_13_a_message_that_a_switch_dropped_says_so(story: Story) -> None:
    """Pain 13 as in a community thread: silently not sent after a workflow went from draft to live."""
    story.on("welcome")
    story.join("anna")
    story.off("welcome", choice=Choice.DROP)
    assert story.why("anna")[-1].reason == "switched_off"


def test_pain_14_who_may_enter_again_is_one_rule_and_the_same_each_time(story: Story) -> None:
    """Pain 14, re-entry rules not understood: once per occasion. A second yes is none, a second order is one."""
    story.on("welcome", "win_back")
    story.join("anna")
    for state in (ConsentState.UNSUBSCRIBED, ConsentState.SUBSCRIBED):
        story.travel(days=10)
        story.answer("anna", state)
    first = story.order("anna")
    story.deliver(replace(story.orders[first], updated_at=story.now), again=1)
    story.travel(days=61)
    story.order("anna")
    story.travel(days=61)
    assert sorted((one.workflow, one.subject) for one in story.ways("anna")) == [
        ("welcome", "self"),
        ("win_back", "order:1001"),
        ("win_back", "order:1002"),
    ]
    assert story.sent.count("anna: welcome_hello") == 1
    assert story.sent.count("anna: win_back_miss_you") == 2
