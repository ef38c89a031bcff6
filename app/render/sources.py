"""The texts as they were written: English beside the frame, every other language in a folder of its own."""

from functools import cache, lru_cache
from pathlib import Path

from app.render.values import BadTextError
from workflows.language import Phrase

FOLDER = Path(__file__).parents[2] / "templates" / "messages"
SOURCE = "en"


@cache
def languages() -> tuple[str, ...]:
    """The languages in which we have every text; English comes first."""
    return (SOURCE, *sorted(path.name for path in FOLDER.iterdir() if path.is_dir()))


def language_of(tag: str | None) -> str:
    """The language of a BCP 47 tag: "de" of "de-AT"; "" where there is none."""
    return (tag or "").replace("_", "-").partition("-")[0].lower()


@lru_cache(maxsize=4096)
def tongue(reader: str | None, *, store: str) -> str:
    """The locale in which a text of ours is said: the reader's where we have the texts in their language, else the store's."""
    return reader if reader and language_of(reader) in languages() else store


def source_of(name: str, language: str = SOURCE) -> str:
    """The default text of this name as it was written, in English where there is none in this language. Raises BadTextError
    where there is none at all."""
    folder = FOLDER / language if language in languages() and language != SOURCE else FOLDER
    path = folder / f"{name}.md"
    if not name.isidentifier() or name.startswith("_") or not path.is_file():
        raise BadTextError(name, 1, reason=Phrase("there is no such text"))
    return path.read_text("utf-8")
