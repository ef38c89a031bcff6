"""The workflows' own sentences in German: on the page of all, on each one's own, and wherever the dials stand."""

import html
import re

import pytest
from flask.testing import FlaskClient

from app.reports.overview.words import labelled
from app.runtime import Runtime
from app.translations.phrases import messages, phrased
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
