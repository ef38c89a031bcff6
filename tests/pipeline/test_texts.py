"""A merchant's own texts: refused with line and reason, kept in versions, said by the very next message, put back at will."""

import email
import email.policy
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

import workflows
from app.clock import FrozenClock
from app.model import StoreText
from app.pipeline.texts import names_of, restore_text, save_text, text_complaints, text_of
from app.render import source_of
from app.runtime import Runtime
from connectors.channels.outbox import Outbox
from tests.conftest import NOW
from tests.story import Story, village

OWN = "Back again, {{ customer.first_name }}?\nWe kept {{ store.name }} open for you.\n"
KNOWN = workflows.load()
STEPS = [(name, step.name) for name, one in KNOWN.items() for step in one.steps]


@pytest.fixture
def story(runtime: Runtime, clock: FrozenClock) -> Iterator[Story]:
    with village(runtime, clock) as made:
        yield made[0]


def save(story: Story, source: str, *, workflow: str = "welcome", step: str = "hello") -> list[tuple[int, str]]:
    with story.runtime.database.write() as session:
        found = save_text(
            session, store_id=story.store_id, workflow=KNOWN[workflow], step=step, source=source, now=story.now
        )
    return [(one.line, str(one.reason)) for one in found]


def subjects(story: Story) -> list[str]:
    outbox = Outbox(Path(story.runtime.config.outbox_dir))
    kept = sorted(outbox.kept(story.store.public_key, limit=10), key=lambda one: one.at)
    return [str(email.message_from_bytes(one.raw, policy=email.policy.default)["Subject"]) for one in kept]


@pytest.mark.parametrize(("workflow", "step"), STEPS)
def test_every_default_may_be_saved_as_it_is(workflow: str, step: str) -> None:
    source = source_of(KNOWN[workflow].step(step).send.text)
    assert text_complaints(KNOWN[workflow], step, source=source, now=NOW) == []


@pytest.mark.parametrize(
    ("written", "line", "reason"),
    [
        ("Hello {{ customer.shoe_size }}", 3, "has no “shoe_size”"),
        ("Your order {{ order.number }}", 3, "there is no “order”"),
        ("{% for item in item %}x{% endfor %}", 3, "there is no “item”"),
        ("{% for n in range(10) %}x{% endfor %}", 3, "nothing can be called"),
        ("{% for a in customer %}{% for b in customer %}x{% endfor %}{% endfor %}", 3, "a loop may not stand inside"),
        ("{{ customer.first_name", 3, "not understood"),
        ("{% if customer.first_name > 5 %}many{% endif %}", 1, "it cannot be filled in"),
    ],
)
def test_what_cannot_be_said_is_refused_with_line_and_reason(written: str, line: int, reason: str) -> None:
    found = text_complaints(KNOWN["welcome"], "hello", source=f"A subject\n\n{written}\n", now=NOW)
    assert [(one.line, reason in str(one.reason)) for one in found][:1] == [(line, True)], found


def test_what_is_refused_is_not_saved(story: Story) -> None:
    assert [line for line, _ in save(story, "A subject\n\n{{ order.number }}\n\n{{ x }}")] == [3, 5]
    with story.runtime.database.read() as session:
        assert session.scalars(sa.select(StoreText)).all() == []


def test_a_text_may_name_what_stands_behind_its_own_step_alone() -> None:
    assert {"order"} == names_of(KNOWN["review_request"], "ask").keys() - {"customer", "store", "unsubscribe_url"}
    assert {"checkout"} <= names_of(KNOWN["abandoned_checkout"], "last").keys()
    assert "code" in names_of(KNOWN["birthday"], "before")
    assert "code" not in names_of(KNOWN["birthday"], "today")
    assert "unsubscribe_url" not in names_of(KNOWN["shipping_update"], "shipped")


def test_the_next_message_says_the_stores_own_words(story: Story) -> None:
    story.on("welcome")
    assert save(story, OWN) == []
    story.join("anna")
    story.travel(days=2)
    assert subjects(story)[0] == "Back again, Anna?"
    assert "Back again" not in subjects(story)[1]


def test_versions_are_kept_and_the_default_comes_back(story: Story) -> None:
    for source in (OWN, OWN.replace("again", "soon"), OWN.replace("again", "soon")):
        save(story, source)
        story.travel(hours=1)
    welcome = KNOWN["welcome"]
    with story.runtime.database.write() as session:
        told = text_of(session, store_id=story.store_id, workflow=welcome, step="hello")
        assert (told.is_own, told.version, told.source) == (True, 2, OWN.replace("again", "soon"))
        restore_text(session, store_id=story.store_id, workflow=welcome, step="hello", now=story.now)
        told = text_of(session, store_id=story.store_id, workflow=welcome, step="hello")
    assert (told.is_own, told.source, [one.number for one in told.versions]) == (False, told.default, [3, 2, 1])
    assert "customer.first_name" in told.names
    story.on("welcome")
    story.join("anna")
    assert "Back" not in subjects(story)[0]


def test_one_that_slips_through_fails_alone_and_says_why(story: Story) -> None:
    story.on("welcome", "order_confirmation")
    bad = StoreText(
        store_id=story.store_id, workflow="welcome", step="hello", version=1, source="S\n{{ order.number }}"
    )
    bad.at = story.now - timedelta(days=1)
    with story.runtime.database.write() as session:
        session.add(bad)
    story.join("anna")
    story.order("anna")
    story.travel(days=3)
    assert "welcome.hello: bad_text" in story.reasons("anna")
    assert "line 1" in str(next(one for one in story.why("anna") if one.reason == "bad_text").seen["why"])
    assert story.sent == ["anna: order_confirmation"]


def test_another_stores_words_stay_its_own(runtime: Runtime, clock: FrozenClock) -> None:
    with village(runtime, clock, stores=2) as (mine, other):
        save(mine, OWN)
        other.on("welcome")
        other.join("anna")
        assert "Back again" not in subjects(other)[0]


def test_our_words_are_said_as_their_reader_speaks_and_the_merchants_as_they_were_written(story: Story) -> None:
    """Two readers in one batch: each gets their own language, date and way out."""
    story.on("welcome")
    story.join("anna", locale="de-AT")
    story.join("cleo", locale="fr")
    assert sorted(subjects(story)) == ["Welcome to Tea 0", "Willkommen bei Tea 0"]
    assert "Abmelden" in story.letter("anna")
    assert "Unsubscribe" in story.letter("cleo")
    save(story, OWN)
    story.join("erna", locale="de")
    assert "open for you" in story.letter("erna")
    assert "Unsubscribe" in story.letter("erna")


def test_a_stores_default_is_in_its_own_language(story: Story) -> None:
    story.set(locale="de-DE")
    with story.runtime.database.read() as session:
        told = text_of(session, store_id=story.store_id, workflow=KNOWN["welcome"], step="hello")
    assert told.source == told.default == source_of("welcome_hello", "de")
    story.on("welcome")
    story.join("cleo", locale="fr")
    assert subjects(story) == ["Willkommen bei Tea 0"]
