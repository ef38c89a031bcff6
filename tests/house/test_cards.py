"""The cards at the doors of the rooms are true: whatever file or folder they name is there."""

import re
from pathlib import Path

import pytest

from tests.house.sources import ROOT

FIRST = ROOT / "README.md"
ROOMS = ("app", "connectors", "migrations", "templates", "tests", "workflows")
CARDS = [FIRST, *sorted(card for room in ROOMS for card in (ROOT / room).rglob("README.md"))]
# A file with a known ending, or a folder, that stands alone between backticks; `<name>` stands for any.
NAMED = re.compile(r"`((?:[\w.-]+/)*[\w-]+\.(?:py|js|md|html|txt|toml)|(?:[\w.-]+/)+)`")
# What is not in the repository, or is a word of a text and no file.
ELSEWHERE = {"var/", "../shared/"}


def _is_there(name: str, card: Path) -> bool:
    beside = (ROOT, ROOT / "app", card.parent, card.parent.parent)
    return any((one / name).exists() for one in beside) or (card != FIRST and any(card.parent.rglob(name.rstrip("/"))))


def test_every_room_of_the_first_page_has_a_card() -> None:
    linked = re.findall(r"\]\(([\w/]+/README\.md)\)", FIRST.read_text(encoding="utf-8"))
    assert len(linked) >= 10
    assert [one for one in linked if not (ROOT / one).exists()] == []


@pytest.mark.parametrize("card", CARDS, ids=[str(one.parent.relative_to(ROOT)) for one in CARDS])
def test_a_card_names_nothing_that_is_gone(card: Path) -> None:
    named = set(NAMED.findall(card.read_text(encoding="utf-8"))) - ELSEWHERE
    assert sorted(name for name in named if not _is_there(name, card)) == []
