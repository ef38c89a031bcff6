"""What people of the store do by hand: the law judges as ever, what moved on is left alone, and each deed is written down."""

from zlib import crc32

import pytest
import sqlalchemy as sa

from app.model import Customer, Deed, Message, Note, Tag
from app.pipeline import by_hand
from app.pipeline.by_hand import Fate, Hand, Seen, What
from app.pipeline.by_hand.notes import BadWordsError
from app.pipeline.erase import work_off
from connectors.records import ConsentState
from tests.story import Story


@pytest.fixture
def backend(request: pytest.FixtureRequest) -> str:
    """Each act is told on one of the two databases, by the test's name; joining and erasing on both."""
    chosen = getattr(request, "param", None)
    return str(chosen or ("sqlite", "postgresql")[crc32(request.node.name.encode()) % 2])


def hand(story: Story) -> Hand:
    return Hand(story.store_id, "staff-7", story.now)


def way_of(story: Story, name: str) -> Seen:
    way = story.ways(name)[-1]
    return Seen(What.ENROLLMENT, way.id, way.step, way.tries)


def person(story: Story, name: str) -> int:
    with story.runtime.database.read() as session:
        query = sa.select(Customer.id).where(Customer.store_id == story.store_id, Customer.email == story.address(name))
        return session.scalars(query).one()


def deeds(story: Story) -> list[tuple[str, str, int | None]]:
    with story.runtime.database.read() as session:
        rows = session.scalars(sa.select(Deed).where(Deed.store_id == story.store_id).order_by(Deed.id))
        return [(one.kind, one.actor, one.customer_id) for one in rows]


def run_now(story: Story, seen: Seen) -> Fate:
    with story.runtime.database.write() as session:
        return by_hand.run_now(session, hand(story), seen=seen)


def cancel(story: Story, seen: Seen) -> Fate:
    with story.runtime.database.write() as session:
        return by_hand.cancel(session, hand(story), seen=seen)


def retry(story: Story, seen: Seen) -> Fate:
    with story.runtime.database.write() as session:
        return by_hand.retry(session, hand(story), seen=seen)


def test_what_is_due_later_leaves_now_and_the_rest_keeps_its_time(story: Story) -> None:
    story.on("welcome")
    story.join("anna")
    story.travel(days=1)
    assert run_now(story, way_of(story, "anna")) is Fate.DONE
    story.tick()
    assert story.sent == ["anna: welcome_hello", "anna: welcome_story"]
    assert story.ways("anna")[0].step == "favourites"
    story.travel(days=1)
    assert len(story.sent) == 2
    assert deeds(story) == [("run_now", "staff-7", person(story, "anna"))]


def test_the_law_judges_what_is_sent_now(story: Story) -> None:
    """Ten minutes after the first mail nobody gets a second one, whoever asks for it."""
    story.on("welcome")
    story.join("anna")
    story.travel(minutes=10)
    assert run_now(story, way_of(story, "anna")) is Fate.DONE
    story.tick()
    assert story.sent == ["anna: welcome_hello"]
    assert story.reasons("anna")[-1] == "welcome.story: capped"
    story.answer("anna", ConsentState.UNSUBSCRIBED)
    assert run_now(story, way_of(story, "anna")) is Fate.DONE
    story.tick()
    assert story.reasons("anna")[-1] == "welcome.story: no_longer_subscribed"


def test_what_moved_on_meanwhile_is_left_alone(story: Story) -> None:
    story.on("welcome")
    story.join("anna")
    seen = way_of(story, "anna")
    story.travel(days=3)
    assert [act(story, seen) for act in (run_now, cancel, retry)] == [Fate.MOVED_ON] * 3
    assert deeds(story) == []


def test_a_workflow_that_is_off_says_so(story: Story) -> None:
    story.on("welcome")
    story.join("anna")
    story.off("welcome")
    assert run_now(story, way_of(story, "anna")) is Fate.OFF


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"], indirect=True)
def test_what_was_cancelled_never_leaves_and_may_be_put_back(story: Story) -> None:
    story.on("welcome")
    for name in ("anna", "ben"):
        story.join(name)
        assert cancel(story, way_of(story, name)) is Fate.DONE
    assert story.reasons("anna")[-1] == "welcome.story: cancelled"
    assert retry(story, way_of(story, "ben")) is Fate.DONE
    story.travel(days=10)
    assert [line for line in story.sent if line.startswith("anna")] == ["anna: welcome_hello"]
    assert len([line for line in story.sent if line.startswith("ben")]) == 3


def test_a_pause_holds_marketing_back_and_its_end_lets_it_go(story: Story) -> None:
    story.on("win_back", "order_confirmation")
    story.join("anna")
    anna = person(story, "anna")
    with story.runtime.database.write() as session:
        by_hand.pause(session, hand(story), customer_id=anna)
    story.order("anna")
    assert story.sent == ["anna: order_confirmation"]
    story.on("welcome")
    story.join("ben")
    ben = person(story, "ben")
    story.travel(days=1)
    with story.runtime.database.write() as session:
        until = by_hand.pause(session, hand(story), customer_id=ben)
    story.travel(days=1)
    # Four weeks later a second welcome would be stale: it is dropped, and the ledger says why.
    assert story.reasons("ben")[-1] == "welcome.story: paused"
    with story.runtime.database.write() as session:
        session.execute(sa.update(Message).values(alarm_at=until))
        by_hand.unpause(session, hand(story), customer_id=ben)
    story.travel(days=5)
    assert story.sent[-1] == "ben: welcome_favourites"
    assert [kind for kind, _, _ in deeds(story)] == ["paused", "paused", "unpaused"]


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"], indirect=True)
def test_two_that_are_one_person_become_one_with_all_they_have(story: Story) -> None:
    story.on("welcome")
    story.join("anna")
    story.guest_order("anne")
    kept, gone = person(story, "anne"), person(story, "anna")
    with story.runtime.database.write() as session:
        for one, word in ((kept, "tea"), (gone, "tea"), (gone, "vip")):
            by_hand.put_tag(session, hand(story), customer_id=one, word=word)
        by_hand.write_note(session, hand(story), customer_id=gone, words="Calls herself Anne")
        by_hand.join(session, hand(story), kept=kept, gone=gone, runtime=story.runtime)
    with story.runtime.database.read() as session:
        left = session.scalars(sa.select(Customer).where(Customer.store_id == story.store_id)).all()
        assert [(one.id, one.external_id, one.orders_count) for one in left] == [(kept, "c-anna", 1)]
        assert left[0].name_key == "anna"
        assert sorted(session.scalars(sa.select(Tag.word).where(Tag.customer_id == kept))) == ["tea", "vip"]
        assert session.scalars(sa.select(Note.customer_id)).all() == [kept]
    assert {customer for _, _, customer in deeds(story)} == {kept}
    # What the platform tells of the account later is about the one that they are.
    story.join("anna", first_name="Annabel")
    with story.runtime.database.read() as session:
        query = sa.select(Customer.first_name).where(Customer.store_id == story.store_id)
        assert session.scalars(query).all() == ["Annabel"]


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"], indirect=True)
def test_an_export_tells_everything_and_an_erasure_leaves_nothing_but_the_deed(story: Story) -> None:
    story.join("anna", last_name="Quixotemarsh")
    anna = person(story, "anna")
    with story.runtime.database.write() as session:
        by_hand.write_note(session, hand(story), customer_id=anna, words="Quixotemarsh, like the river")
        by_hand.put_tag(session, hand(story), customer_id=anna, word="river")
    told = by_hand.export(story.runtime, hand(story), customer_id=anna)
    assert told["note"][0]["words"] == "Quixotemarsh, like the river"
    assert [row["email"] for row in told["customer"]] == ["anna@example.com"]
    with story.runtime.database.write() as session:
        by_hand.erase(session, hand(story), customer_id=anna, runtime=story.runtime)
        by_hand.erase(session, hand(story), customer_id=anna, runtime=story.runtime)
    work_off(story.runtime)
    with story.runtime.database.read() as session:
        shell = session.get_one(Customer, anna)
        assert (shell.is_erased, shell.name_key, shell.back_key) == (True, None, None)
        assert [session.scalars(sa.select(one)).all() for one in (Note, Tag)] == [[], []]
    assert [kind for kind, _, _ in deeds(story)] == ["noted", "tagged", "exported", "erased", "erased"]


def test_an_erasure_holds_for_whoever_they_became_in_the_meantime(story: Story) -> None:
    story.join("anna")
    story.guest_order("anne")
    kept, gone = person(story, "anne"), person(story, "anna")
    with story.runtime.database.write() as session:
        by_hand.erase(session, hand(story), customer_id=gone, runtime=story.runtime)
        by_hand.join(session, hand(story), kept=kept, gone=gone, runtime=story.runtime)
    work_off(story.runtime)
    with story.runtime.database.read() as session:
        assert session.get_one(Customer, kept).is_erased


def test_nothing_is_done_to_another_stores_people(stories: list[Story]) -> None:
    ours, theirs = stories
    for one in stories:
        one.on("welcome")
        one.join("anna")
    stranger, stranger_way = person(theirs, "anna"), way_of(theirs, "anna")
    mine = hand(ours)
    with ours.runtime.database.write() as session:
        for act in (by_hand.run_now, by_hand.cancel, by_hand.retry):
            with pytest.raises(by_hand.NotTheirsError):
                act(session, mine, seen=stranger_way)
        for do in (by_hand.pause, by_hand.unpause):
            with pytest.raises(by_hand.NotTheirsError):
                do(session, mine, customer_id=stranger)
        with pytest.raises(by_hand.NotTheirsError):
            by_hand.write_note(session, mine, customer_id=stranger, words="x")
        with pytest.raises(by_hand.NotTheirsError):
            by_hand.put_tag(session, mine, customer_id=stranger, word="x")
        with pytest.raises(by_hand.NotTheirsError):
            by_hand.join(session, mine, kept=person(ours, "anna"), gone=stranger, runtime=ours.runtime)
        with pytest.raises(by_hand.NotTheirsError):
            by_hand.erase(session, mine, customer_id=stranger, runtime=ours.runtime)
    with pytest.raises(by_hand.NotTheirsError):
        by_hand.export(ours.runtime, mine, customer_id=stranger)
    assert deeds(ours) == deeds(theirs) == []


@pytest.mark.parametrize("words", ["", " \n", "x" * 2001])
def test_what_is_no_note_is_refused_in_a_sentence(story: Story, words: str) -> None:
    with story.runtime.database.write() as session, pytest.raises(BadWordsError, match="A note has between"):
        by_hand.write_note(session, hand(story), customer_id=1, words=words)
