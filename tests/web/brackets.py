"""A language that says everything in brackets, so that what is said on a page in no language is left over outside of them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from app import translations
from app.translations import CATALOG
from app.translations.catalogs import extracted

INNERMOST = re.compile(r"⟦[^⟦⟧]*⟧")
UNREAD = ("script", "style", "svg", "title", "textarea", "code", "pre")
SAID = ("aria-label", "placeholder", "title", "alt")


@contextmanager
def brackets(folder: Path) -> Iterator[None]:
    """German says everything in brackets meanwhile."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(translations, "FOLDER", folder)
        speak_in_brackets(folder, "de")
        translations.translations.cache_clear()
        yield
    translations.translations.cache_clear()


def speak_in_brackets(folder: Path, language: str) -> None:
    """The catalog of that language, written where catalogs are looked for."""
    catalog = Catalog(locale=language)
    for message in extracted():
        if message.id:
            forms = [message.id] if isinstance(message.id, str) else list(message.id)
            said = [f"⟦{form}⟧" for form in forms]
            catalog.add(message.id, said[0] if isinstance(message.id, str) else tuple(said))
    path = folder / language / CATALOG
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        write_po(file, catalog)


def left_over(html: str, *, but: re.Pattern[str]) -> list[str]:
    """The words of a page, and of its labels, that stand outside of brackets, `but` for what a store itself says."""
    return [one for one in Words(html).found if re.search(r"[A-Za-z]{2}", but.sub("", one))]


class Words(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._inside: list[str] = []
        self._text = ""
        self.feed(html)
        self._hear(self._text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside.append(tag) if tag in UNREAD else None
        for name, value in attrs:
            if name in SAID and value:
                self._hear(value)

    def handle_endtag(self, tag: str) -> None:
        if self._inside and tag == self._inside[-1]:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        if not self._inside:
            self._text += data

    def _hear(self, text: str) -> None:
        before = ""
        while text != before:
            before, text = text, INNERMOST.sub("\n", text)
        self.found += [line.strip() for line in text.split("\n") if line.strip()]
