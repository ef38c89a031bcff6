"""The pages in German: every message has its translation, and the catalogs are as the pages speak today."""

import re

import pytest
from babel.messages.pofile import read_po

from app.translations import CATALOG, FOLDER, SOURCE, languages, said
from app.translations.catalogs import extracted, merged, written

OTHERS = [one for one in languages() if one != SOURCE]
# A percent sign alone is found as well: it would break the filling in.
PLACE = re.compile(r"%\(\w+\)s|%%|%")


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
        translated = _forms(found.string) if found is not None else []
        if not translated or not all(translated):
            missing.append(message.id)
        elif not _fills_alike(_forms(message.id), translated):
            unlike.append(message.id)
    assert (missing, unlike) == ([], []), "run `python -m app.translations` and fill in what is empty"


@pytest.mark.parametrize(
    ("source", "translated", "alike"),
    [
        (["%(num)s day", "%(num)s days"], ["Ein Tag", "%(num)s Tage"], True),
        (["%(num)s day", "%(num)s days"], ["%(num)s Tag", "Tage"], False),
        (["%(num)s day", "%(num)s days"], ["%(days)s Tag", "%(num)s Tage"], False),
        (["%(low)s to %(high)s"], ["%(low)s bis %(hoch)s"], False),
        (["%(low)s to %(high)s"], ["von %(low)s bis %(high)s, ab %(low)s"], False),
        (["95 %% of %(all)s"], ["95 % von %(all)s"], False),
        (["95 %% of %(all)s"], ["95 %% von %(all)s"], True),
    ],
)
def test_places_to_fill_are_compared_in_every_form(source: list[str], translated: list[str], alike: bool) -> None:
    assert _fills_alike(source, translated) is alike


def _forms(message: object) -> list[str]:
    """A message's text, and of a plural each of its forms."""
    return [message] if isinstance(message, str) else [str(form) for form in message or ()]  # type: ignore[attr-defined]  # what babel calls an id is either


def _fills_alike(source: list[str], translated: list[str]) -> bool:
    """Whether the last form fills what the source's last does; the ones before may say "one" in words, and add nothing."""
    wanted = sorted(PLACE.findall(source[-1]))
    *before, last = [sorted(PLACE.findall(form)) for form in translated]
    return last == wanted and all(set(form) <= set(wanted) for form in before)


@pytest.mark.parametrize("language", OTHERS)
def test_quotation_marks_are_those_of_the_language(language: str) -> None:
    opening, closing = {"de": ("„", "“")}[language]
    with (FOLDER / language / CATALOG).open("rb") as file:
        catalog = read_po(file, locale=language)
    said_in_it = [form for message in catalog if message.id for form in _forms(message.string)]
    assert any(opening in form for form in said_in_it)
    assert [form for form in said_in_it if re.search('["”]', form) or form.count(opening) != form.count(closing)] == []


@pytest.mark.parametrize("language", OTHERS)
def test_the_catalog_holds_what_the_pages_say_and_nothing_else(language: str) -> None:
    assert (FOLDER / language / CATALOG).read_bytes() == written(merged(language)), "run `python -m app.translations`"


def test_a_language_that_is_not_ours_is_said_as_it_is_written() -> None:
    assert said("fr", "Saved.") == "Saved."
    assert said("../de", "Saved.") == "Saved."
    assert said("de", "%(done)s of %(all)s done", done=3, all=6) == "3 von 6 erledigt"
