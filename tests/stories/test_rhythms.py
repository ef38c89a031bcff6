"""Win-back by each customer's own rhythm of ordering; by the merchant's days where too little of it is known."""

from app.model import Customer, Forecast
from app.pipeline import rhythms
from app.pipeline.switch import Choice
from app.rehearsal import rehearse_in_parts
from tests.story import Story

MISSED = "anna: win_back_miss_you"


def know(story: Story, name: str, *, quiet_after: int) -> None:
    """What the night before found out about somebody."""
    with story.runtime.database.write() as session:
        who = session.query(Customer.id).filter_by(store_id=story.store_id, email=story.address(name)).scalar()
        row = Forecast(store_id=story.store_id, customer_id=who, alive=90, quiet_after=quiet_after, at=story.now)
        row.likely_at = row.from_at = row.until_at = story.now
        session.merge(row)


def test_each_is_missed_after_a_silence_that_is_longer_than_their_own_way(story: Story) -> None:
    story.on("win_back")
    for name, days in (("anna", 35), ("ben", 100)):
        story.join(name)
        know(story, name, quiet_after=days)
    story.join("cleo")
    for name in ("anna", "ben", "cleo"):
        story.order(name)
    ordered = story.now
    story.travel(days=140)
    fell = [((at - ordered).days, line) for at, line in story.left() if "miss_you" in line]
    assert fell == [(35, MISSED), (60, "cleo: win_back_miss_you"), (100, "ben: win_back_miss_you")]
    ben = [(at - ordered).days for at, line in story.left() if line.startswith("ben")]
    assert ben == [100, 107, 121], "three messages over three weeks, then peace"


def test_what_is_learnt_while_somebody_waits_counts(story: Story) -> None:
    story.on("win_back")
    story.join("anna")
    story.order("anna")
    story.travel(days=20)
    know(story, "anna", quiet_after=90)
    assert rhythms.follow(story.runtime, story.store) == 1
    assert rhythms.follow(story.runtime, story.store) == 0
    story.travel(days=69)
    assert story.sent == []
    story.travel(days=1, hours=1)
    assert story.sent == [MISSED]


def test_who_turns_out_to_be_quiet_for_long_is_missed_now_and_not_too_late(story: Story) -> None:
    story.on("win_back")
    story.join("anna")
    story.order("anna")
    story.travel(days=55)
    know(story, "anna", quiet_after=30)
    rhythms.follow(story.runtime, story.store)
    story.tick()
    assert story.sent == [MISSED]
    assert "win_back.miss_you: stale" not in story.reasons("anna")


def test_a_pause_is_not_ended_by_what_is_learnt(story: Story) -> None:
    story.on("win_back")
    story.join("anna")
    story.order("anna")
    story.off("win_back")
    know(story, "anna", quiet_after=30)
    rhythms.follow(story.runtime, story.store)
    story.travel(days=40)
    assert story.sent == []


def test_the_days_of_the_merchant_reach_those_who_are_moved_to_them(story: Story) -> None:
    story.on("win_back")
    story.join("anna")
    story.order("anna")
    assert story.turn("win_back", quiet=30, moves=True) == []
    assert rhythms.follow(story.runtime, story.store) == 0, "they were moved at once, and not by the night"
    story.travel(days=31)
    assert story.sent == [MISSED]


def test_what_a_pause_put_off_stays_put_off(story: Story) -> None:
    story.on("win_back")
    story.join("anna")
    story.order("anna")
    story.travel(days=20)
    story.off("win_back")
    story.travel(days=30)
    story.on("win_back", choice=Choice.SHIFT)
    assert rhythms.follow(story.runtime, story.store) == 0
    story.travel(days=39)
    assert story.sent == []
    story.travel(days=2)
    assert story.sent == [MISSED]


def test_a_rehearsal_says_that_it_knows_the_rhythms_of_today(story: Story) -> None:
    story.join("anna")
    begun = story.now
    story.order("anna")
    know(story, "anna", quiet_after=35)
    story.travel(days=36)
    told = rehearse_in_parts(
        story.runtime.database, store_id=story.store_id, workflow="win_back", dials={}, since=begun, now=story.now
    )
    assert [(one.step, (one.at - begun).days) for one in told.said] == [("miss_you", 35)]
    assert told.caveat is not None
