"""Our texts in other languages: every one is there, names what the English one names, and is chosen by who reads it."""

import re

import pytest

from app import translations
from app.render import FOLDER, language_of, languages, load, source_of, tongue

OTHERS = languages()[1:]
TEXTS = sorted(path.stem for path in FOLDER.glob("*.md"))
VALUE = re.compile(r"{{ *(.*?) *}}")
TAG = re.compile(r"{% *(.*?) *%}")
TARGET = re.compile(r"\]\((.*?)\)")


def test_messages_and_pages_speak_the_same_languages() -> None:
    assert languages() == translations.languages()


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_there_and_no_other(language: str) -> None:
    assert sorted(path.stem for path in (FOLDER / language).iterdir()) == TEXTS


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("name", TEXTS)
def test_a_text_names_and_asks_what_the_english_one_does(name: str, language: str) -> None:
    english, other = source_of(name), source_of(name, language)
    assert set(VALUE.findall(other)) == set(VALUE.findall(english))
    assert TAG.findall(other) == TAG.findall(english)
    assert TARGET.findall(other) == TARGET.findall(english)
    assert len(other.splitlines()) == len(english.splitlines())
    assert other != english


@pytest.mark.parametrize("name", TEXTS)
def test_a_german_reader_is_addressed_with_respect(name: str) -> None:
    assert not re.search(r"\b(du|dir|dich|dein\w*|ihr|euch|euer\w*|eure\w*)\b", source_of(name, "de"))


@pytest.mark.parametrize(
    ("reader", "store", "locale"),
    [
        ("de", "en", "de"),
        ("de-AT", "en", "de-AT"),
        ("DE_ch", "en", "DE_ch"),
        ("en-GB", "de", "en-GB"),
        ("fr", "de", "de"),
        (None, "de-DE", "de-DE"),
        ("", "en", "en"),
        ("tlh", "de", "de"),
        ("../../etc", "de", "de"),
        ("fr", "fr-CA", "fr-CA"),
    ],
)
def test_a_message_is_said_as_its_reader_speaks_else_as_the_store_does(
    reader: str | None, store: str, locale: str
) -> None:
    assert tongue(reader, store=store) == locale


@pytest.mark.parametrize("language", ["", "fr", "..", "de/../de", "DE"])
def test_where_we_have_no_text_in_a_language_it_is_english(language: str) -> None:
    assert source_of("welcome_hello", language) == source_of("welcome_hello")


def test_the_language_of_a_tag_is_its_first_part() -> None:
    assert [language_of(tag) for tag in ("de-AT", "de_CH", "PT-br", "", None)] == ["de", "de", "pt", "", ""]
    assert load("welcome_hello", "de") is load("welcome_hello", "de")
