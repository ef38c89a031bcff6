"""What the pages say in other languages: gettext catalogs beside this file, read as they are written, without a build step."""

import io
from functools import cache
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

FOLDER = Path(__file__).parent
SOURCE = "en"
CATALOG = Path("LC_MESSAGES", "messages.po")


@cache
def languages() -> tuple[str, ...]:
    """The languages that the pages speak; the one that they are written in comes first."""
    return (SOURCE, *sorted(path.parts[-3] for path in FOLDER.glob(f"*/{CATALOG}")))


@cache
def translations(language: str) -> NullTranslations:
    """The catalog of one of our languages; of any other, the words as they are written."""
    path = FOLDER / language / CATALOG
    if language not in languages() or language == SOURCE:
        return NullTranslations()
    with path.open("rb") as written:
        catalog = read_po(written, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return Translations(compiled)


def marked(message: str) -> str:
    """Marks a message for translation where it is written; it is translated where it is said."""
    return message


def said(language: str, message: str, **values: object) -> str:
    """A message in a language, with its `%(name)s` filled in where there are values."""
    found = translations(language).ugettext(message)
    return found % values if values else found
