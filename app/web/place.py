"""In which language, zone and currency a page speaks: the visitor's language, the store's zone and money."""

from dataclasses import dataclass
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError
from flask import g, request

from app.translations import SOURCE, languages, said, translations
from app.web.visitors import Desk


@dataclass(frozen=True, slots=True)
class Place:
    """`language` is one of ours; `locale` says how numbers and dates are written in it, by the store's own country where the
    store speaks the same language."""

    language: str
    locale: Locale
    zone: ZoneInfo
    currency: str


def place() -> Place:
    """Where the answer to this request is read."""
    if "place" not in g:
        found = g.get("desk")
        g.place = _of_desk(found) if isinstance(found, Desk) else _of_stranger()
    kept: Place = g.place
    return kept


def say(message: str, **values: object) -> str:
    """A message in the visitor's language; extracted from where it stands."""
    return said(place().language, message, **values)


def plural(*said: Any) -> str:
    """The form of a message that fits a number, in the visitor's language: one, many and the number, handed over by position
    because that is how gettext is called."""
    one, many, number = said
    return str(translations(place().language).ungettext(one, many, number))


def _of_stranger() -> Place:
    """Whoever comes without a store of theirs reads what their browser asks for."""
    tags = (request.args.get("locale", ""), *request.accept_languages.values())
    language = next((one for one in map(_ours, tags) if one), SOURCE)
    return Place(language, Locale(language), ZoneInfo("UTC"), "USD")


def _of_desk(desk: Desk) -> Place:
    language = _language(desk)
    return Place(language, _locale(language, desk.language), _zone(desk.zone), desk.currency)


def _language(desk: Desk) -> str:
    """What the store's admin says first, then the browser, then the store."""
    if given := _ours(request.args.get("locale") or desk.visitor.locale or ""):
        return given
    accepted = (_ours(tag) for tag in request.accept_languages.values())
    return next((one for one in accepted if one), None) or _ours(desk.language) or SOURCE


def _ours(tag: str) -> str | None:
    language = tag.replace("_", "-").partition("-")[0].lower()
    return language if language in languages() else None


@cache
def _locale(language: str, store: str) -> Locale:
    try:
        found = Locale.parse(store.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale(language)
    return found if found.language == language else Locale(language)


@cache
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
