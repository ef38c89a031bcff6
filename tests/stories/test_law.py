"""The law of the house in the merchant's words: consent, caps, quiet hours, holdout, staleness, pauses, one store's own."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest

from app.model.consent import SuppressionReason
from app.pipeline.suppress import Refusal, suppress
from app.pipeline.switch import Choice, counts
from connectors.records import ConsentState, CustomerRecord
from tests.story import Story


@pytest.mark.parametrize("answer", [None, ConsentState.PENDING, ConsentState.NEVER, ConsentState.UNSUBSCRIBED])
def test_nobody_gets_marketing_who_did_not_say_yes(story: Story, answer: ConsentState | None) -> None:
    story.on("win_back")
    story.join("ben", consent=answer)
    story.order("ben")
    story.travel(days=100)
    assert story.sent == []
    assert story.reasons("ben")[0] == "win_back.miss_you: no_consent"


def test_consent_is_asked_at_the_moment_of_leaving(story: Story) -> None:
    story.on("win_back")
    story.join("cleo")
    story.order("cleo")
    story.travel(days=59)
    story.answer("cleo", ConsentState.UNSUBSCRIBED)
    story.travel(days=30)
    assert story.sent == []


def test_the_later_answer_holds_whichever_comes_last(story: Story) -> None:
    story.on("win_back")
    story.join("cleo")
    yes = story.told[-1]
    story.order("cleo")
    story.travel(days=1)
    story.answer("cleo", ConsentState.UNSUBSCRIBED)
    story.deliver(yes, again=1)
    story.travel(days=100)
    assert story.sent == []


def test_what_belongs_to_an_order_needs_no_consent(story: Story) -> None:
    story.on("order_confirmation")
    story.join("ben", consent=ConsentState.UNSUBSCRIBED)
    story.order("ben")
    assert story.sent == ["ben: order_confirmation"]


def test_pain_12_workflows_that_overlap_do_not_flood_anybody(story: Story) -> None:
    story.on("welcome", "win_back", "review_request", "post_purchase", "first_order_thanks", "milestone")
    story.turn("win_back", quiet=30)
    story.join("anna")
    for _ in range(6):
        story.arrive(story.order("anna", price=20_000))
        story.travel(days=8)
    times = [at for at, _ in story.left()]
    assert len(times) > 4
    hours = [(later - earlier).total_seconds() / 3600 for earlier, later in pairwise(times)]
    assert min(hours) >= 16
    weeks = [(fourth - first).total_seconds() / 86_400 for first, fourth in zip(times, times[3:], strict=False)]
    assert min(weeks, default=7) >= 7


def test_the_ledger_names_the_winner_of_a_conflict(story: Story) -> None:
    story.on("welcome", "first_order_thanks")
    story.join("anna")
    story.order("anna")
    story.travel(hours=2)
    assert story.sent == ["anna: welcome_hello"]
    capped = [one for one in story.why("anna") if one.reason == "capped"]
    assert capped[0].seen["winner"] == "welcome"
    story.travel(days=1)
    assert story.sent == ["anna: welcome_hello", "anna: first_order_thanks"]


def test_at_night_marketing_rests_until_the_morning_of_the_recipient(story: Story) -> None:
    story.set(quiet_from=22 * 60, quiet_until=7 * 60)
    story.clock.set(datetime(2026, 11, 24, 22, 30, tzinfo=UTC))
    story.on("welcome")
    story.join("anna")
    assert story.sent == []
    story.travel(hours=7)
    assert story.sent == []
    story.travel(hours=1)
    assert story.sent == ["anna: welcome_hello"]
    assert story.reasons("anna")[0] == "welcome.hello: quiet_hours"


def test_night_is_where_the_recipient_lives(story: Story) -> None:
    story.set(quiet_from=22 * 60, quiet_until=7 * 60)
    story.clock.set(datetime(2026, 11, 24, 22, 30, tzinfo=UTC))
    story.on("welcome")
    story.join("anna", country="US", region="CA")
    assert story.sent == ["anna: welcome_hello"]


def test_the_held_out_get_nothing_and_are_counted_and_stay_so(story: Story) -> None:
    story.set(holdout_percent=50)
    story.on("welcome")
    people = [f"person{number}" for number in range(40)]
    story.worker_stops()
    for who in people:
        story.join(who)
    story.worker_starts()
    story.travel(days=6)
    held = [who for who in people if "welcome.hello: holdout" in story.reasons(who)]
    assert 8 < len(held) < 32
    assert not [line for line in story.sent if line.split(":")[0] in held]
    assert all(story.reasons(who).count("welcome.story: holdout") == 1 for who in held)


def test_pain_3_a_pause_ends_without_a_burst(story: Story) -> None:
    story.on("welcome")
    for number in range(5):
        story.join(f"person{number}")
    story.off("welcome")
    story.travel(days=30)
    assert len(story.sent) == 5
    story.on("welcome")
    story.travel(days=30)
    assert len(story.sent) == 5
    assert "welcome.story: stale" in story.reasons("person0")


def test_pain_3_a_pause_may_shift_everybody(story: Story) -> None:
    story.on("welcome")
    story.join("anna")
    story.travel(days=1)
    story.off("welcome")
    story.travel(days=30)
    workflow = story.runtime.workflows["welcome"]
    with story.runtime.database.read() as session:
        choices = counts(
            session,
            store_id=story.store.id,
            workflow=workflow,
            now=story.clock.now(),
            pause=story.clock.now() - story.clock.now().replace(day=21),
        )
    assert (choices[Choice.KEEP].waiting, choices[Choice.KEEP].stale) == (1, 1)
    story.on("welcome", choice=Choice.SHIFT)
    story.travel(hours=23)
    assert story.sent == ["anna: welcome_hello"]
    story.travel(days=4)
    assert story.sent == ["anna: welcome_hello", "anna: welcome_story", "anna: welcome_favourites"]


def test_switching_off_may_let_everybody_go_and_the_ledger_says_so(story: Story) -> None:
    story.on("welcome")
    story.join("anna")
    story.off("welcome", choice=Choice.DROP)
    story.on("welcome")
    story.travel(days=30)
    assert story.sent == ["anna: welcome_hello"]
    assert story.reasons("anna")[-1] == "welcome.story: switched_off"


def test_people_finish_on_the_dials_with_which_they_came_in(story: Story) -> None:
    story.on("welcome")
    story.join("anna")
    assert story.turn("welcome", story=6, favourites=10) == []
    story.join("ben")
    story.travel(days=3)
    assert story.sent == ["anna: welcome_hello", "ben: welcome_hello", "anna: welcome_story"]
    assert story.turn("welcome", moves=True, story=3, favourites=4) == []
    story.travel(hours=1)
    assert story.sent[-1] == "ben: welcome_story"


def test_a_dial_outside_its_stops_or_out_of_order_saves_nothing(story: Story) -> None:
    assert story.turn("welcome", story=99) == ["“story” must lie between 1 day and 7 days."]
    assert story.turn("welcome", story=7, favourites=3) == ["“favourites” must come after “story”, which is at 7 days."]
    story.on("welcome")
    story.join("anna")
    story.travel(days=2)
    assert story.sent[-1] == "anna: welcome_story"


def test_pain_11_history_starts_nothing(story: Story) -> None:
    story.on("welcome", "win_back", "review_request")
    story.join("anna", consent=None)
    past = story.clock.now().replace(year=2025)
    story.order("anna", placed_at=past, paid_at=past)
    story.travel(days=400)
    assert story.sent == []
    assert story.why("anna") == []


def test_an_address_that_bounced_is_not_written_to(story: Story) -> None:
    story.on("win_back")
    story.join("dora")
    story.order("dora")
    refusal = Refusal(story.store.id, "email", story.address("dora"), SuppressionReason.BOUNCED, "smtp")
    with story.runtime.database.write() as session:
        suppress(session, [refusal], now=story.clock.now())
    story.travel(days=61)
    assert story.sent == []
    assert story.reasons("dora") == ["win_back.miss_you: suppressed"]


def test_money_back_lately_suspends_marketing_and_then_no_more(story: Story) -> None:
    story.on("welcome")
    story.join("anna")
    story.refund(story.order("anna", price=1000), 1000)
    story.travel(days=3)
    assert story.sent == ["anna: welcome_hello"]
    assert "welcome.story: suspended" in story.reasons("anna")


def test_whoever_did_not_answer_the_goodbye_is_left_in_peace_until_they_stir(story: Story) -> None:
    story.on("win_back")
    story.join("anna")
    story.order("anna")
    story.travel(days=90)
    assert story.sent[-1] == "anna: win_back_goodbye"
    story.on("welcome")
    story.join("anna", consent=None)
    story.on("first_order_thanks", "milestone")
    story.turn("milestone", orders=2)
    story.order("anna")
    story.travel(days=3)
    assert story.sent[-1] == "anna: milestone_orders"


def test_a_guest_who_opens_an_account_is_one_person_and_nothing_is_said_twice(story: Story) -> None:
    story.on("order_confirmation", "win_back")
    story.order("anna", buyer=CustomerRecord(None, story.address("anna")))
    story.join("anna")
    story.order("anna")
    story.travel(days=100)
    assert story.sent.count("anna: order_confirmation") == 2
    assert story.sent.count("anna: win_back_miss_you") == 1


def test_the_other_store_s_anna_is_never_seen(stories: list[Story]) -> None:
    ours, theirs = stories
    ours.on("welcome")
    theirs.on("order_confirmation")
    ours.join("anna")
    theirs.order("anna")
    ours.travel(days=5)
    assert ours.sent == ["anna: welcome_hello", "anna: welcome_story", "anna: welcome_favourites"]
    assert theirs.sent == ["anna: order_confirmation"]
    assert {one.workflow for one in ours.why("anna")} == {"welcome"}
    assert {one.workflow for one in theirs.why("anna")} == {"order_confirmation"}
