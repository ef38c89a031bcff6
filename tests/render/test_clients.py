"""The frame against what mail clients can show, by the facts of caniemail.com (MIT, Rémi Parmentier; as of September 2025).

Each property that the pages use is looked up; what a client does not show is named here with what its reader sees instead.
"""

import json
import re
from functools import cache

from app.render import FOLDER, load, render
from tests.conftest import ROOT
from tests.render.cast import VOICE, facts

FACTS = ROOT / "tests/payloads/caniemail.json"
TEXTS = sorted(path.stem for path in FOLDER.glob("*.md"))
# What is lost where a client does not know it; everything else must be known to every one of them.
DEGRADES = {
    "border-radius": "corners are square",
    "display": "Outlook for Windows knows it in part; the hidden line before the text is hidden by its size as well",
    "height": "a picture keeps its own height",
    "margin": "a margin that is auto does not centre; the table's own alignment does",
    "max-height": "the hidden line is hidden by display: none",
    "max-width": "Outlook for Windows gets a table of 600 pixels of its own",
    "opacity": "the hidden line is hidden by display: none",
    "overflow": "the hidden line is hidden by display: none",
    "overflow-wrap": "a long word is broken by word-break, or makes the page wider",
    "padding": "Outlook for Windows takes it on cells alone; a button is smaller and still a link",
    "width": "Outlook for Windows takes it on tables and pictures, which is where it stands",
    "word-break": "a long word makes the page wider",
}
AT_RULES = {"@media (max-width: 480px)", "@media (prefers-color-scheme: dark)"}


@cache
def _facts() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads(FACTS.read_text("utf-8"))
    return found


@cache
def _pages() -> str:
    return "".join(render(load(name), facts(), voice=VOICE).html for name in TEXTS)


def _properties(css: str) -> set[str]:
    return {found.strip() for found in re.findall(r"(?:^|[;{])\s*([a-z-]+)\s*:", css)}


def _used() -> set[str]:
    inline = re.findall(r'style="([^"]*)"', _pages())
    return {name for css in inline for name in _properties(css.replace("&quot;", "'"))}


def test_every_property_is_shown_by_every_client_or_its_loss_is_known() -> None:
    lost = {
        name
        for name in _used()
        for shown in [_facts().get(f"css-{name}", {})]
        if "n" in shown.values() or (name in DEGRADES and "a" in shown.values())
    }
    assert lost <= set(DEGRADES), f"a mail client does not show {sorted(lost - set(DEGRADES))}"
    assert set(DEGRADES) <= _used(), "nothing is excused that is not used"


def test_what_nobody_looked_up_is_as_old_as_the_web() -> None:
    """caniemail tests no property that every client has known since the nineties."""
    unknown = {name for name in _used() if f"css-{name}" not in _facts()}
    for_word_alone = {"mso-padding-alt"}
    assert unknown - for_word_alone <= {"color", "border", "border-top", "font", "text-decoration", "text-align"}


def test_only_rules_for_small_and_for_dark_screens_stand_in_the_head() -> None:
    assert set(re.findall(r"@[a-z-]+ [^{]*?\)", _pages())) == AT_RULES
    dark = _facts()["css-at-media-prefers-color-scheme"]
    assert {dark[client] for client in ("apple-mail ios", "apple-mail macos")} == {"y"}


def test_nothing_moves_floats_or_flexes() -> None:
    """Layout is tables alone: what Word's engine does not know would fall apart."""
    assert not {
        name for name in _used() if re.match(r"flex|grid|float|position|transform|animation|background-image", name)
    }
