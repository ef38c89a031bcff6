"""Texts of ours are cheap: one or two segments of the cheap alphabet, in every language; and what would make them dear is not
what a typographer likes."""

import pytest

import workflows
from app.render import languages, preview
from app.render.links import Way
from app.render.phone import first_link, led, thrifty
from connectors.texts import Alphabet, segments
from tests.conftest import NOW
from workflows.language import Step, Workflow

BY_PHONE = [(one, step) for one in workflows.load().values() for step in one.steps if step.send.medium != "email"]
EACH = pytest.mark.parametrize(("workflow", "step"), BY_PHONE, ids=[one.name for one, _ in BY_PHONE])


@pytest.mark.parametrize("language", languages())
@EACH
def test_what_a_phone_shows_is_short(workflow: Workflow, step: Step, language: str) -> None:
    message = preview(workflow, step.name, now=NOW, language=language)
    if step.send.medium == "sms":
        cost = segments(message.text)
        assert (cost.alphabet, cost.count <= 2, cost.strange) == (Alphabet.GSM_7, True, ())
        assert message.text.startswith("The Corner Store: ")
    else:
        assert len(message.subject) <= 60
        assert "http" not in message.text
        assert message.url.startswith("https://")


def test_a_dear_character_gives_way_to_a_cheap_one() -> None:
    assert thrifty("It’s “2 × tea” –\n\n\n 4,90\xa0€… ") == 'It\'s "2 x tea" -\n4,90 €...'
    assert segments(thrifty("It’s “2 × tea” – 4,90\xa0€ …")).alphabet is Alphabet.GSM_7


def test_a_tap_leads_to_where_the_first_link_leads() -> None:
    page = '<p>words</p><a class="x" href="https://store.example.com/a?b=1&amp;c=2">Go</a><a href="https://other.example">No</a>'
    assert first_link(page) == "https://store.example.com/a?b=1&c=2"
    assert first_link("<p>words</p>") == ""


WAY = Way("store.example.com", (("utm_medium", "sms"),), "https://app.example.com")


@pytest.mark.parametrize(
    ("words", "shown", "target"),
    [
        ("Go: https://store.example.com/a?b=1.", "Go: <>.", "https://store.example.com/a?b=1&utm_medium=sms"),
        ("Go (https://store.example.com/a)!", "Go (<>)!", "https://store.example.com/a?utm_medium=sms"),
        ("https://elsewhere.example.com/a_(b)\nand on", "<>\nand on", "https://elsewhere.example.com/a_%28b%29"),
        ('"https://elsewhere.example.com",', '"<>",', "https://elsewhere.example.com"),
        ("https://elsewhere.example.com/tee\u0301?", "<>?", "https://elsewhere.example.com/tee%CC%81"),
        ("Leave: https://app.example.com/u/1.2.sms", "Leave: https://app.example.com/u/1.2.sms", None),
        ("https://... or https://[x, or none", "https://... or https://[x, or none", None),
    ],
)
def test_an_address_in_a_text_gives_way_to_a_short_one_and_what_stands_around_it_stays(
    words: str, shown: str, target: str | None
) -> None:
    targets: list[str] = []

    def short(address: str) -> str:
        targets.append(address)
        return "<>"

    assert led(words, WAY, short=short) == shown
    assert targets == ([target] if target else [])
