"""One customer: how they stand, and their whole story page by page; another store's is nobody's."""

from datetime import timedelta

import pytest

from app.model import DeedKind, Forecast
from app.pipeline import by_hand
from app.reports.customer import Kind, Moment, NoSuchCustomerError, because, header, timeline
from connectors.records import ConsentState
from tests.story import Story


def number_of(story: Story, name: str) -> int:
    """Our id of somebody, by what they did last."""
    return story.ways(name)[0].customer_id


def hand(story: Story) -> by_hand.Hand:
    return by_hand.Hand(story.store_id, "staff-7", story.now)


@pytest.fixture
def lived(stories: list[Story]) -> Story:
    """Anna joins, buys, gets her parcel, is written to, and is noted down."""
    for one in stories:
        one.on("welcome", "review_request")
        one.join("anna", last_name="Müller")
    ours = stories[0]
    ours.travel(days=1)
    order = ours.order("anna", price=4900)
    ours.ship(order)
    ours.travel(days=2)
    ours.arrive(order)
    ours.travel(days=10)
    ours.review("anna")
    ours.refund(order, 900)
    ours.travel(minutes=5)
    with ours.runtime.database.write() as session:
        anna = number_of(ours, "anna")
        by_hand.write_note(session, hand(ours), customer_id=anna, words=" Likes it strong.\n")
        by_hand.put_tag(session, hand(ours), customer_id=anna, word="vip")
    return ours


def story_of(story: Story, *, limit: int = 30) -> list[Moment]:
    """All pages of Anna's story, so many lines each."""
    moments: list[Moment] = []
    place = None
    with story.runtime.database.read() as session:
        while True:
            page = timeline(
                session, store_id=story.store_id, customer_id=number_of(story, "anna"), place=place, limit=limit
            )
            moments += page.moments
            if (place := page.following) is None:
                return moments


def test_everything_that_happened_stands_there_newest_first(lived: Story) -> None:
    whole = story_of(lived)
    kinds = [one.kind for one in whole]
    assert set(kinds) == set(Kind) - {Kind.DECISION} | ({Kind.DECISION} & set(kinds))
    assert [one.at for one in whole] == sorted((one.at for one in whole), reverse=True)
    assert kinds[:4] == [Kind.DEED, Kind.DEED, Kind.NOTE, Kind.TAG]
    assert whole[0].facts["kind"] == DeedKind.TAGGED
    assert whole[2].facts["words"] == "Likes it strong."
    sent = [one for one in whole if one.kind is Kind.MESSAGE]
    assert {one.facts["workflow"] for one in sent} == {"welcome", "review_request"}


def test_pages_of_any_length_tell_the_same_story(lived: Story) -> None:
    whole = story_of(lived)
    for limit in (1, 3):
        assert story_of(lived, limit=limit) == whole


def test_a_place_that_nobody_told_begins_at_the_beginning(lived: Story) -> None:
    anna = number_of(lived, "anna")
    with lived.runtime.database.read() as session:
        first = timeline(session, store_id=lived.store_id, customer_id=anna)
        for place in ("", "x", "W10", "WzEsOTksMV0", "WzEsMSwiYSJd", "a" * 500, "WzEsMiwxXQ"):
            assert timeline(session, store_id=lived.store_id, customer_id=anna, place=place) == first


def test_every_message_can_say_why(lived: Story) -> None:
    message = next(one for one in story_of(lived) if one.kind is Kind.MESSAGE)
    with lived.runtime.database.read() as session:
        told = because(
            session,
            store_id=lived.store_id,
            enrollment_id=message.facts["enrollment_id"],
            step=message.facts["step"],
        )
        assert [(one.what, one.reason) for one in told][-1] == ("sent", "left")
        wrong = {"enrollment_id": message.facts["enrollment_id"], "step": message.facts["step"]}
        assert because(session, store_id=lived.store_id + 1, **wrong) == []


def test_the_header_says_how_somebody_stands(lived: Story) -> None:
    anna = number_of(lived, "anna")
    with lived.runtime.database.read() as session:
        told = header(session, store_id=lived.store_id, customer_id=anna, now=lived.now)
    assert (told.name, told.email, told.orders) == ("Anna Müller", "anna@example.com", 1)
    assert [(one.currency, one.amount, one.orders) for one in told.spent] == [("EUR", 4000, 1)]
    assert [(one.medium, one.state, one.source) for one in told.consents] == [("email", "subscribed", "form")]
    assert (told.expected, told.tags, told.paused_until) == (None, ("vip",), None)


def test_what_is_expected_is_told_until_the_next_order_answers_it(lived: Story) -> None:
    anna, soon = number_of(lived, "anna"), lived.now + timedelta(days=20)
    row = Forecast(store_id=lived.store_id, customer_id=anna, likely_at=soon, from_at=soon, until_at=soon, alive=90)
    row.at = lived.now
    with lived.runtime.database.write() as session:
        session.add(row)
    with lived.runtime.database.read() as session:
        told = header(session, store_id=lived.store_id, customer_id=anna, now=lived.now)
        assert told.expected is not None
        assert told.expected.likely_at == soon
    lived.travel(days=1)
    lived.order("anna")
    with lived.runtime.database.read() as session:
        assert header(session, store_id=lived.store_id, customer_id=anna, now=lived.now).expected is None


def test_the_other_stores_anna_is_nobody_here(stories: list[Story], lived: Story) -> None:
    theirs = stories[1]
    stranger = number_of(theirs, "anna")
    with lived.runtime.database.read() as session:
        with pytest.raises(NoSuchCustomerError):
            header(session, store_id=lived.store_id, customer_id=stranger, now=lived.now)
        assert timeline(session, store_id=lived.store_id, customer_id=stranger).moments == ()


def test_what_is_to_come_is_told_with_its_time(stories: list[Story]) -> None:
    ours = stories[0]
    ours.on("welcome")
    ours.join("ben", consent=ConsentState.SUBSCRIBED)
    with ours.runtime.database.read() as session:
        told = header(session, store_id=ours.store_id, customer_id=number_of(ours, "ben"), now=ours.now)
    assert [(one.what, one.workflow, one.step, one.is_parked) for one in told.coming] == [
        ("enrollment", "welcome", "story", False)
    ]
