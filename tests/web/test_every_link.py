"""A store is walked by its own links, sheets and forms: no link leads nowhere, an empty page says what to do, and what is
refused comes back as it was typed."""

import re
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.runtime import Runtime
from app.web.admin import tabs
from tests.web.brackets import brackets, left_over
from tests.web.pages_town import Browser, live
from tests.web.visiting import House, id_token

LINK = re.compile(r'(?:href|hx-get)="(/admin/[^"#]*)"(?! hx-trigger="change")')
# Of links that are alike but for their numbers, places and seals the first few are followed.
NUMBER, FEW, MOST = re.compile(r"\d+|(?<=place=)[^&]+|(?<=q=)[^&]+"), 2, 250
ON_SQLITE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
EMPTY = {
    "/admin/customers": "Nobody here",
    "/admin/queue": "Nothing waits",
    "/admin/home": "No message yet",
    "/admin/reports/cohorts": "this report is drawn from them",
}
# What each form refuses, by where it goes; a new form needs a line here.
ALL_WRONG = {
    "number": "plenty",
    "email": "no mailbox",
    "url": "ftp://x",
    "time": "25:99",
    "date": "someday",
    "color": "reddish",
    "text": "?!" * 700,
    "textarea": "line\n" * 400,
}
REFUSED = {
    "admin_settings.save": ALL_WRONG,
    "admin_settings.block": ALL_WRONG | {"text": "no mailbox"},
    "admin_customers.keep": {"text": "long " * 30},
    "admin_customer.note": {"textarea": "long " * 2000},
    "admin_customer.tag": {"text": "long " * 50},
    "admin_customer_acts.erase": {"text": "somebody <else>"},
    "admin_workflow.turn_dials": {"number": "-77777"},
    "admin_texts.save": {"textarea": "Hello\n{{ nobody.here }} <script>"},
}
# Names, addresses, what was typed, days as Babel writes them, and the word by which a store says where an answer came from.
OF_THE_STORE = re.compile(
    r"(Anna|Ben|Cleo) Fuchs|The corner store|Shopify|\w+@example\.com|corner\.myshopify\.com|(long ?)+|line|EUR|^form$"
    r"|(Nov|Okt)\.( 2026)?|\w+\.\w+_?\w*$"
)
# What a preview shows of a message that is written in its reader's language.
SUBJECT = re.compile(r'(?<=<p class="preview-subject">)(?:<span [^>]*>[^<]*</span>) <strong>[^<]*</strong>')
# Whatever is looked for is an answer, and it stays in its field.
SOUGHT = {"admin_search.find", "admin_customers.find", "admin_customer_acts.find"}


class Forms(HTMLParser):
    """The forms of a page that somebody types into: where each goes, its kinds of fields, and what it sends along."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str], dict[str, str]]] = []
        self._open = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = given.get("method") == "post" or "hx-post" in given
            if self._open:
                self.found.append((given.get("hx-post") or given.get("action", ""), {}, {}))
        elif self._open and tag in ("input", "textarea") and given.get("name"):
            kind = "textarea" if tag == "textarea" else given.get("type", "text")
            _, kinds, along = self.found[-1]
            if kind in ("hidden", "radio", "checkbox"):
                along[given["name"]] = given.get("value", "")
            else:
                kinds[given["name"]] = kind

    def handle_endtag(self, tag: str) -> None:
        self._open = self._open and tag != "form"


def walked(browser: Browser) -> Iterator[tuple[str, str]]:
    """Each page and sheet that one click after the other leads to: its path and its HTML."""
    waiting = [*(tab.path for tab in tabs()), "/admin/search"]
    kinds = dict.fromkeys(waiting, 1)
    while waiting:
        path = waiting.pop(0)
        answer = browser.get(path, follow_redirects=True)
        assert answer.status_code == 200, path
        yield path, answer.text
        for found in dict.fromkeys(unescape(one) for one in LINK.findall(answer.text)):
            kind = NUMBER.sub("0", found)
            kinds[kind] = kinds.get(kind, 0) + 1
            if kinds[kind] <= (FEW if kind != found else 1):
                waiting.append(found)
        assert len(kinds) < MOST


@ON_SQLITE
def test_an_empty_store_is_walked_and_says_what_to_do(runtime: Runtime, client: FlaskClient, store: House) -> None:
    pages = dict(walked(Browser(client, runtime, store)))
    assert len(pages) > 60
    for path, html in pages.items():
        assert not re.search(r">None<|\bnan\b|Traceback|Undefined", html), path
    for path, said in EMPTY.items():
        assert said in pages[path], path


@ON_SQLITE
def test_every_page_that_is_reloaded_opens_whole(
    runtime: Runtime, web: Flask, client: FlaskClient, corner: House
) -> None:
    live(runtime, corner, secret="Fuchs")
    browser, doors = Browser(client, runtime, corner), web.url_map.bind("localhost")
    first = [tab.path for tab in tabs()]
    found = [*first, *(unescape(one) for path in first for one in LINK.findall(browser.get(path).text))]
    pages = {doors.match(one.partition("?")[0])[0]: one for one in found if "/switch" not in one}
    assert len(pages) >= 10
    for path in pages.values():
        token = {"embedded": "1", "id_token": id_token(runtime, corner)}
        answer = client.get(f"{path}{'&' if '?' in path else '?'}{urlencode(token)}")
        assert (answer.status_code, "<main" in answer.text) == (200, "<!doctype" in answer.text), path


@pytest.fixture
def in_brackets(tmp_path: Path) -> Iterator[None]:
    """German says everything in brackets meanwhile."""
    with brackets(tmp_path):
        yield


@ON_SQLITE
@pytest.mark.usefixtures("in_brackets")
def test_whatever_a_form_refuses_comes_back_as_it_was_typed_and_everything_can_be_said_in_another_language(
    runtime: Runtime, web: Flask, client: FlaskClient, corner: House
) -> None:
    live(runtime, corner, secret="Fuchs")
    browser, doors, asked = Browser(client, runtime, corner, "de"), web.url_map.bind("localhost"), dict[str, str]()
    unsaid: list[str] = []
    for page, html in walked(browser):
        unsaid += _unsaid(page, html)
        for action, kinds, along in Forms(html).found:
            where = action or page.partition("?")[0]
            endpoint = doors.match(where, method="POST")[0]
            if not kinds or endpoint in SOUGHT or where in asked:
                continue
            assert endpoint in REFUSED, f"what does the form to {where} refuse?"
            asked[where] = endpoint
            unsaid += _refused(browser, where, kinds=kinds, along=along, wrong=REFUSED[endpoint])
    assert set(asked.values()) == set(REFUSED)
    assert unsaid == []


def _refused(
    browser: Browser, where: str, *, kinds: dict[str, str], along: dict[str, str], wrong: dict[str, str]
) -> list[str]:
    """What stands outside of the brackets in a form that came back as it was typed."""
    typed = {name: wrong[kind] for name, kind in kinds.items()}
    answer = browser.post(where, **along, **typed)
    assert answer.status_code == 422, where
    shown = unescape(answer.text)
    for name, text in typed.items():
        assert text.strip()[:60] in shown, (where, name)
    assert 'role="alert"' in answer.text, where
    return _unsaid(where, answer.text)


def _unsaid(path: str, html: str) -> list[str]:
    """What no catalog could say otherwise; the text of a message is in the language of its reader."""
    return [f"{path}: {one}" for one in left_over(SUBJECT.sub("", html), but=OF_THE_STORE)]
