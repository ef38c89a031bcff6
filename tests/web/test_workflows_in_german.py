"""The workflows' own sentences in German: on the page of all, on each one's own, and wherever the dials stand."""

import html
import re

import pytest
from flask.testing import FlaskClient

from app.reports.overview.words import labelled
from app.runtime import Runtime
from app.translations.phrases import messages, phrased
from tests.web.pages_town import Browser
from tests.web.visiting import House, staff_of
from workflows.language import Workflow, dial, email, hours, order_placed, step

PLACE = re.compile(r"%\(\w+\)s")
PAGES = ("", "/birthday", "/milestone", "/win_back", "/review_request", "/service_recovery")


def _english(workflow: Workflow) -> set[str]:
    """What is written between the places of its patterns, where it is more than a word."""
    found = (one for message in messages(workflow) for one in (message if isinstance(message, tuple) else (message,)))
    pieces = {piece.strip(" ,.;“”") for pattern in found for piece in PLACE.split(pattern)}
    return {piece for piece in pieces if " " in piece} | {labelled(workflow.name)}


@pytest.mark.parametrize("path", PAGES)
def test_a_german_page_says_nothing_of_a_workflow_in_english(
    runtime: Runtime, client: FlaskClient, corner: House, path: str
) -> None:
    headers = {**staff_of(runtime, corner), "Accept-Language": "de"}
    page = html.unescape(client.get(f"/admin/workflows{path}", headers=headers).text)
    known = [one for name, one in runtime.workflows.items() if not path or path == f"/{name}"]
    visible = " ".join(re.sub(r"<[^>]*>", " ", page).split())
    assert [piece for one in known for piece in _english(one) if piece in visible] == []
    assert all(phrased("de", phrase) in visible for one in known if not path for phrase in one.phrases({}))


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("welcome/dials", {"story": "99"}), "„Geschichte“ passt so nicht: mindestens 1 Tag, höchstens 7 Tage."),
        (("welcome/dials", {"story": "many"}), "„Geschichte“ muss eine ganze Zahl sein."),
        (("price_drop/rehearsal", {}), "Er beginnt, wenn"),
        (("welcome/switch", {"to": "off"}), "Er ist bereits ausgeschaltet."),
        (("price_drop/switch", {"to": "on", "recent": "7"}), "deshalb kann nichts einbezogen werden."),
        (("nobody/switch", {"to": "on"}), "Diesen Workflow gibt es nicht."),
    ],
)
def test_what_is_refused_is_refused_in_german(
    runtime: Runtime, client: FlaskClient, corner: House, asked: tuple[str, dict[str, str]], said: str
) -> None:
    page = Browser(client, runtime, corner, "de").post(f"/admin/workflows/{asked[0]}", **asked[1])
    visible = html.unescape(page.text if page.is_json is False else page.get_json()["sentence"])
    assert said in visible
    assert "It begins" not in visible


@pytest.mark.parametrize("typed", ["zurückgewinnen", "win back", "stille"])
def test_a_workflow_is_found_by_its_title_in_either_language(
    runtime: Runtime, client: FlaskClient, corner: House, typed: str
) -> None:
    browser = Browser(client, runtime, corner, "de")
    found = browser.get(browser.post("/admin/search", q=typed).headers["Location"]).text
    assert 'href="/admin/workflows/win_back"' in found


def test_every_sentence_is_said_with_its_numbers(runtime: Runtime) -> None:
    said = [phrased("de", phrase) for phrase in runtime.workflows["milestone"].phrases({"orders": 7, "orders_wait": 2})]
    assert said[0] == (
        "2 Stunden, nachdem eine Bestellung bezahlt wurde, wenn es die Bestellung Nummer 7 dieses Kunden ist: "
        "E-Mail „Meilenstein: Bestellungen“."
    )


def test_a_dial_that_reaches_before_and_after_needs_both_said() -> None:
    found = Workflow(
        order_placed, (step("x", after=dial("d", hours(0), low=hours(-5), high=hours(7)), send=email("y")),)
    )
    assert {"%(length)s before %(start)s", "%(length)s after %(start)s", "As soon as %(start)s"} <= set(messages(found))
