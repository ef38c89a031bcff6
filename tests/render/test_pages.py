"""The frame around every message: it holds in mail clients, is read in its own direction, and says who writes and why."""

import re
from dataclasses import replace

import pytest

from app.render import FOLDER, Voice, load, render, sample
from app.render.context import colours
from tests.render.cast import VOICE, facts, filled
from tests.render.reading import Page, read

TEXTS = sorted(path.stem for path in FOLDER.glob("*.md"))
ARABIC = "أهلا بك\nمرحبا {{ customer.first_name }}، شكرا لاشتراكك في {{ store.name }}\n\n[تصفح]({{ store.url }})"


def _page(name: str, voice: Voice = VOICE) -> Page:
    return read(render(load(name), facts(), voice=voice).html)


@pytest.mark.parametrize("name", TEXTS)
def test_a_page_holds_in_mail_clients(name: str) -> None:
    html = render(load(name), facts(), voice=VOICE).html
    page = read(html)
    assert page.torn == []
    assert [one.attributes for one in page.named("table") if one.attributes.get("role") != "presentation"] == []
    assert not {"script", "link", "form", "iframe", "svg", "video"} & {one.name for one in page.tags}
    assert "max-width: 600px" in html
    assert html.encode().index(b"<meta charset") < 1024, "a browser looks for it no further"
    assert "prefers-color-scheme: dark" in html
    assert len(html.encode()) < 102_400, "Gmail cuts what is longer"
    assert re.search(r"z[0-9a-f]{16}[oup]\d", html) is None
    assert [one.attributes for one in page.named("img") if not one.attributes.get("alt")] == []


@pytest.mark.parametrize("name", TEXTS)
def test_styles_stand_in_the_tags(name: str) -> None:
    page = _page(name)
    bare = [one.name for one in page.tags if one.name in {"p", "td", "a", "ul", "li"} and "style" not in one.attributes]
    assert bare == []


@pytest.mark.parametrize("name", TEXTS)
def test_a_message_says_who_writes_and_why_and_how_to_leave(name: str) -> None:
    rendered = render(load(name), facts(), voice=VOICE)
    for words in (rendered.text, read(rendered.html).said):
        assert VOICE.reason_line in words
        assert "The Corner Store, 1 Example Street, London EX1 1EX" in words
    assert f"Unsubscribe: {VOICE.unsubscribe_url}" in rendered.text
    assert VOICE.unsubscribe_url in [one.attributes["href"] for one in read(rendered.html).named("a")]


def test_a_service_message_has_no_way_to_unsubscribe_from_it() -> None:
    rendered = render(load("order_confirmation"), facts(), voice=sample.voice(is_marketing=False))
    assert "nsubscribe" not in rendered.text + rendered.html


@pytest.mark.parametrize("address", [None, "", " \n "])
def test_a_store_without_an_address_leaves_no_gap(address: str | None) -> None:
    rendered = filled("S\nbody", voice=replace(VOICE, postal_address=address))
    doors = f"Unsubscribe: {VOICE.unsubscribe_url}\nChoose what you get: {VOICE.preferences_url}\n"
    assert rendered.text == f"body\n\n--\n{VOICE.reason_line}\n{doors}"
    assert "The Corner Store," not in rendered.html


def test_an_inbox_line_stands_before_everything_that_is_seen() -> None:
    page = _page("welcome_hello")
    assert page.said.startswith("thank you for subscribing. It is good to have you with us. The Corner Store")
    assert "display: none" in next(
        one.attributes["style"] for one in page.tags if one.attributes.get("class") == "preview"
    )


@pytest.mark.parametrize(("locale", "lang"), [("ar-EG", "ar-EG"), ("he", "he"), ("fa_IR", "fa-IR"), ("ur-PK", "ur-PK")])
def test_a_text_that_is_read_from_right_to_left_says_so(locale: str, lang: str) -> None:
    page = read(filled(ARABIC, voice=replace(VOICE, locale=locale)).html)
    for name in ("html", "table"):
        first = next(page.named(name)).attributes
        assert (first["lang"], first["dir"]) == (lang, "rtl")
    frame = [one.attributes for one in page.named("td") if one.attributes.get("class") in {"brand", "card", "foot"}]
    aligned = {one.get("align") for one in frame}
    assert aligned == {"right"}


@pytest.mark.parametrize(
    ("locale", "lang"), [("en", "en"), ("de-AT", "de-AT"), ("zh-Hant-TW", "zh-Hant-TW"), ("xx", "en")]
)
def test_a_text_that_is_read_from_left_to_right_says_so(locale: str, lang: str) -> None:
    first = next(read(filled("S\nbody", voice=replace(VOICE, locale=locale)).html).named("html")).attributes
    assert first == {"lang": lang, "dir": "ltr"}


def test_an_english_text_of_an_arabic_store_is_read_as_english() -> None:
    first = next(_page("welcome_hello", replace(VOICE, locale="ar-EG")).named("html")).attributes
    assert first == {"lang": "", "dir": "ltr"}


def test_words_that_are_read_the_other_way_turn_nothing_round() -> None:
    hebrew = replace(VOICE, store_name="חנות")
    rendered = filled("News from {{ store.name }}!\nbody {{ store.name }}, here", voice=hebrew)
    assert rendered.subject == "News from \u2068חנות\u2069!"
    assert "body \u2068חנות\u2069, here" in rendered.text
    assert "\u2068" not in filled("S\n{{ store.name }}").text


@pytest.mark.parametrize(
    "colour", ["#1f5a4c", "#ffd166", "#FFFFFF", "#000000", "#777777", "#b3261e", "red;}", "", "#12345"]
)
def test_every_colour_is_readable(colour: str) -> None:
    made = {name: str(shade) for name, shade in colours(colour).items()}
    assert _contrast(made["ink"], made["colour"]) >= 4.5
    assert _contrast(made["on_light"], "#ffffff") >= 4.5
    assert _contrast(made["on_dark"], "#1f1f1f") >= 4.5


def _contrast(one: str, other: str) -> float:
    """WCAG 2.2's contrast, reckoned here on its own."""
    high, low = sorted((_light(one), _light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _light(colour: str) -> float:
    shares = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
