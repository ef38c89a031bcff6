"""Queue and ledger: what waits and why, what came of what was decided; filtered, page by page, of one store alone."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from app.clock import FrozenClock
from app.pipeline import by_hand
from app.reports.keyset import Place
from app.reports.queue import Page, Tab, Wanted, ledger, waiting, words
from app.runtime import Runtime
from connectors.errors import Permanent, Temporary
from connectors.records import ConsentState
from tests.pipeline.deliver.moody import Moody
from tests.story import Story, village


@pytest.fixture
def channel() -> Moody:
    return Moody()


@pytest.fixture
def stories(runtime: Runtime, clock: FrozenClock, channel: Moody) -> Iterator[list[Story]]:
    """Two stores whose messages leave by a channel of many moods."""
    with village(runtime, clock, stores=2, channel=channel) as made:
        for one in made:
            one.on("welcome")
        yield made


def asked(story: Story, place: Place | None = None, **given: Any) -> Page:
    wanted = replace(Wanted(), **given)
    with story.runtime.database.read() as session:
        if wanted.tab in (Tab.WAITING, Tab.DEFERRED):
            return waiting(session, store_id=story.store_id, wanted=wanted, now=story.now, place=place)
        return ledger(session, store_id=story.store_id, wanted=wanted, place=place)


def told(page: Page) -> list[tuple[str, str, str | None]]:
    return [(one.who, one.step, one.reason) for one in page.lines]


def all_pages(story: Story, **given: Any) -> list[tuple[str, str, str | None]]:
    found, place = [], None
    for _ in range(50):
        page = asked(story, place, **given)
        found += told(page)
        if (place := page.following) is None:
            return found
    raise AssertionError("the pages have no end")


def test_each_tab_shows_what_its_name_says(stories: list[Story], channel: Moody) -> None:
    ours, theirs = stories
    ours.join("anna")
    channel.mood = Temporary("later")
    ours.join("ben")
    channel.mood = Permanent("never")
    ours.join("cleo")
    channel.mood = None
    ours.join("dora")
    ours.answer("dora", ConsentState.UNSUBSCRIBED)
    theirs.join("anna")
    assert told(asked(ours, tab=Tab.DEFERRED)) == [("Ben", "hello", "try_again")]
    assert sorted(told(asked(ours))) == [
        ("Anna", "story", None),
        ("Ben", "hello", "try_again"),
        ("Ben", "story", None),
        ("Cleo", "story", None),
        ("Dora", "story", None),
    ]
    assert told(asked(ours, tab=Tab.FAILED)) == [("Cleo", "hello", "refused")]
    ours.travel(days=3)
    assert ("Dora", "story", "no_longer_subscribed") in told(asked(ours, tab=Tab.ALL))
    assert {who for who, _, _ in told(asked(theirs, tab=Tab.ALL))} == {"Anna"}


def test_a_filter_leaves_the_rest_out(stories: list[Story], channel: Moody) -> None:
    ours = stories[0]
    channel.mood = Permanent("never")
    for name in ("anna", "ben"):
        ours.join(name)
    anna = ours.ways("anna")[0].customer_id
    assert told(asked(ours, tab=Tab.FAILED, customer_id=anna)) == [("Anna", "hello", "refused")]
    assert len(told(asked(ours, tab=Tab.FAILED, workflow="welcome", reason="refused"))) == 2
    assert told(asked(ours, tab=Tab.FAILED, reason="broken")) == []
    assert told(asked(ours, workflow="birthday")) == []
    assert told(asked(ours, tab=Tab.ALL, customer_id=anna, reason="due")) == [("Anna", "hello", "due")]


def test_pages_join_and_say_how_far_they_looked(stories: list[Story], monkeypatch: pytest.MonkeyPatch) -> None:
    ours = stories[0]
    for number in range(5):
        ours.join(f"p{number}")
    whole = {tab: all_pages(ours, tab=tab) for tab in (Tab.WAITING, Tab.ALL)}
    assert [len(rows) for rows in whole.values()] == [5, 10]
    for module in (words, sys.modules[waiting.__module__], sys.modules[ledger.__module__]):
        monkeypatch.setattr(module, "PAGE", 2)
        monkeypatch.setattr(module, "DEPTH", 3)
    assert {tab: all_pages(ours, tab=tab) for tab in whole} == whole
    assert all_pages(ours, tab=Tab.ALL, reason="due") == [row for row in whole[Tab.ALL] if row[2] == "due"]
    short = asked(ours, tab=Tab.ALL, reason="nothing")
    assert (short.lines, short.looked_until) == ((), ours.now)
    assert all_pages(ours, tab=Tab.ALL, reason="nothing") == all_pages(ours, reason="nothing") == []


def test_a_button_does_what_it_says_to_the_row_that_was_shown(stories: list[Story], channel: Moody) -> None:
    ours = stories[0]
    channel.mood = Permanent("never")
    ours.join("anna")
    channel.mood = None
    act = asked(ours, tab=Tab.FAILED).lines[0].act
    assert act is not None
    assert act.may == {"retry"}
    seen = by_hand.Seen(by_hand.What(act.what), act.id, act.step, act.tries)
    with ours.runtime.database.write() as session:
        hand = by_hand.Hand(ours.store_id, "7", ours.now)
        assert by_hand.retry(session, hand, seen=seen) is by_hand.Fate.DONE
    ours.tick()
    assert ours.messages("anna")[0].state == "sent"
    assert asked(ours, tab=Tab.FAILED).lines[0].act is None
    assert [one.act.may for one in asked(ours).lines if one.act] == [{"cancel", "run"}]
    ours.off("welcome")
    assert [(one.is_parked, set(one.act.may)) for one in asked(ours).lines if one.act] == [(True, {"cancel"})]
