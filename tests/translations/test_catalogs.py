"""The pages in German: every message has its translation, and the catalogs are as the pages speak today."""

import re

import pytest
from babel.messages.pofile import read_po

from app.translations import CATALOG, FOLDER, SOURCE, languages, said
from app.translations.catalogs import extracted, merged, written

OTHERS = [one for one in languages() if one != SOURCE]
PLACE = re.compile(r"%\((\w+)\)s|%%")


def test_german_is_shipped() -> None:
    assert "de" in OTHERS


@pytest.mark.parametrize("language", OTHERS)
def test_every_message_is_translated_with_the_same_places_to_fill(language: str) -> None:
    with (FOLDER / language / CATALOG).open("rb") as file:
        catalog = read_po(file, locale=language)
    messages = list(extracted())
    assert len(messages) > 300
    missing, unlike = [], []
    for message in messages:
        if not message.id:
            continue
        found = catalog.get(message.id)
        forms = (
            [found.string]
            if found is not None and isinstance(found.string, str)
            else list(found.string if found else ())
        )
        if not forms or not all(forms):
            missing.append(message.id)
        elif set(PLACE.findall(forms[-1])) != set(PLACE.findall(_last(message.id))):
            unlike.append(message.id)
    assert (missing, unlike) == ([], []), "run `python -m app.translations` and fill in what is empty"


def _last(message: object) -> str:
    return message if isinstance(message, str) else str(tuple(message)[-1])  # type: ignore[call-overload]  # a plural's forms


@pytest.mark.parametrize("language", OTHERS)
def test_the_catalog_holds_what_the_pages_say_and_nothing_else(language: str) -> None:
    assert (FOLDER / language / CATALOG).read_bytes() == written(merged(language)), "run `python -m app.translations`"


def test_a_language_that_is_not_ours_is_said_as_it_is_written() -> None:
    assert said("fr", "Saved.", {}) == "Saved."
    assert said("../de", "Saved.", {}) == "Saved."
    assert said("de", "%(done)s of %(all)s done", {"done": 3, "all": 6}) == "3 von 6 erledigt"
