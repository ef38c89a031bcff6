"""Facts and voice as the plain words, numbers and lists that a text may use: never an object, never None."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import NumberPattern

from app.render import clean
from app.render.values import COLOUR, Voice
from app.translations import marked, said
from connectors.money import major
from workflows.language import CheckoutFacts, Facts, ItemFacts, OrderFacts, ProductFacts

MOST_ITEMS = 50
Plain = dict[str, object]


def context(facts: Facts, voice: Voice, *, direction: str = "") -> Plain:
    """Everything a text can name: `customer`, `store`; `order`, `checkout`, `product`, `parcel` ({} where there is none);
    `code`, `unsubscribe_url`, and `mail` for the layout. Values are str, int, bool, or lists and dicts of these; lists hold
    at most 50. `direction` is the one in which the text itself is written, "" where it has no letters."""
    doors = {name: meaning(voice) for name, meaning in _DOORS.items()}
    shared = shared_context(voice, direction=direction)
    return {
        **{name: _all(name, facts, voice=voice) for name in _PERSONAL},
        **shared,
        "unsubscribe_url": doors.pop("unsubscribe_url"),
        "mail": {**shared["mail"], **doors},
    }


def shared_context(voice: Voice, *, direction: str) -> dict[str, Plain]:
    """What is the same in every message of one kind: the store, and the layout without its doors."""
    mail = _mail(voice.reason_line, voice.locale, direction=direction, colour=voice.colour)
    return {
        "store": _store(voice.store_name, voice.store_url, address=voice.postal_address),
        "mail": {**mail, "stop": voice.stop_line, "logo_url": clean.url(voice.logo_url)},
    }


def personal(name: str, facts: Facts, *, voice: Voice) -> Any:
    """What one name stands for in this message, such as "customer.first_name". Raises KeyError where there is no such thing."""
    return _meaning(name)(facts, voice)


@lru_cache(maxsize=256)
def _meaning(name: str) -> "_Meaning":
    """What tells this name of a message's facts: looked for once, and not once a message."""
    above, _, below = name.partition(".")
    if not below or above == "mail":
        door = _DOORS[below or above]
        return lambda _, voice: door(voice)
    about, meaning = _PERSONAL[above][0], _PERSONAL[above][1][below]

    def told(facts: Facts, voice: Voice) -> object:
        thing = about(facts)
        if thing is None:
            raise KeyError(above)
        return meaning(thing, voice)

    return told


def _all(above: str, facts: Facts, *, voice: Voice) -> Plain:
    about, meanings = _PERSONAL[above]
    thing = about(facts)
    return {} if thing is None else {name: meaning(thing, voice) for name, meaning in meanings.items()}


@lru_cache(maxsize=1024)
def _store(name: str, url: str, *, address: str | None) -> Plain:
    return {
        "name": clean.isolated(clean.line(name, 100)),
        "url": clean.url(url),
        "postal_address": _one_line_address(address),
    }


@lru_cache(maxsize=1024)
def _mail(reason: str, locale: str, *, direction: str, colour: str) -> Plain:
    return {
        "reason": clean.line(reason, 300),
        **_tongue(locale, direction),
        **colours(colour),
        **_service_words(locale),
    }


# What the frame itself says, in the language of the store's texts.
SERVICE_WORDS = {
    "leave": marked("Unsubscribe"),
    "choose": marked("Choose what you get"),
    "view": marked("Read this in your browser"),
}


@lru_cache(maxsize=1024)
def _service_words(locale: str) -> Plain:
    return {name: said(known_locale(locale).language, words) for name, words in SERVICE_WORDS.items()}


def _item(item: ItemFacts, order: OrderFacts | CheckoutFacts, *, voice: Voice) -> Plain:
    return _line(
        item.title,
        item.quantity,
        price=money(item.price, order.currency, locale=voice.locale),
        # A product without a page of its own is still found in the store.
        url=item.url or voice.store_url,
        otherwise=voice.store_url,
        image_url=item.image_url,
    )


@lru_cache(maxsize=16384)
def _line(title: str, quantity: int, *, price: str, url: str, otherwise: str, image_url: str | None) -> Plain:
    """One bought line; the same few products are bought by many, and no text can change what is kept here."""
    return {
        "title": clean.isolated(clean.line(title)),
        "quantity": quantity,
        "price": price,
        "url": clean.url(url) or clean.url(otherwise),
        "image_url": clean.url(image_url),
    }


def _price(amount: int | None, product: ProductFacts, *, voice: Voice) -> str:
    return "" if amount is None else money(amount, product.currency or voice.currency, locale=voice.locale)


@lru_cache(maxsize=16384)
def money(amount: int, currency: str, *, locale: str) -> str:
    """`amount` minor units as people of `locale` write it: (1250, "EUR", "de") is "12,50 €"."""
    spoken, pattern = _way_of_money(locale)
    return str(pattern.apply(major(amount, currency), spoken, currency=currency))


@lru_cache(maxsize=1024)
def _way_of_money(tag: str) -> tuple[Locale, NumberPattern]:
    # What Babel's format_currency looks up anew for every amount.
    locale = known_locale(tag)
    return locale, locale.currency_formats["standard"]


def day(at: datetime | None, voice: Voice) -> str:
    """A date in the voice's zone, in full: "20 November 2026"; "" for None."""
    return "" if at is None else _long_date(at.astimezone(_zone(voice.zone)).date(), voice.locale)


@lru_cache(maxsize=4096)
def _long_date(on: date, locale: str) -> str:
    return format_date(on, "long", locale=known_locale(locale))


@lru_cache(maxsize=1024)
def known_locale(tag: str) -> Locale:
    """The locale of a BCP 47 tag, its language alone where the whole is unknown, English where that is too."""
    for one in (tag.replace("-", "_"), re.split("[-_]", tag)[0]):
        try:
            return Locale.parse(one)
        except (UnknownLocaleError, ValueError, TypeError):
            continue
    return Locale("en")


@lru_cache(maxsize=1024)
def _tongue(tag: str, direction: str) -> Plain:
    """The language of the page, the direction in which it is read, and the side where its lines begin.

    A text that is written against the locale's direction is in some other language, which HTML says as "".
    """
    locale = known_locale(tag)
    found = direction or locale.text_direction
    lang = str(locale).replace("_", "-") if found == locale.text_direction else ""
    return {"lang": lang, "dir": found, "start": "right" if found == "rtl" else "left"}


@lru_cache(maxsize=1024)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo(UTC.tzname(None))


@lru_cache(maxsize=1024)
def _one_line_address(address: str | None) -> str:
    rows = (clean.line(row).rstrip(", ") for row in (address or "").splitlines())
    return clean.isolated(", ".join(row for row in rows if row))


@lru_cache(maxsize=1024)
def colours(colour: str) -> Plain:
    """The accent, the ink that is readable on it, and a shade of it that is readable on a dark page."""
    accent = colour.lower() if re.fullmatch("#[0-9a-fA-F]{6}", colour) else COLOUR
    parts = [int(accent[place : place + 2], 16) for place in (1, 3, 5)]
    ink = "#ffffff" if _contrast(parts, [255] * 3) >= _contrast(parts, [0] * 3) else "#000000"
    return {
        "colour": accent,
        "ink": ink,
        "on_light": _until_readable(parts, [255] * 3),
        "on_dark": _until_readable(parts, [28] * 3),
    }


def _until_readable(parts: list[int], ground: list[int]) -> str:
    """The colour, moved away from the ground until its contrast is at least 4.5 to 1 (WCAG 2.2, 1.4.3)."""
    goal = 0 if sum(ground) > 384 else 255
    while _contrast(parts, ground) < 4.5:
        parts = [part + (goal - part) // 8 + (1 if goal > part else -1) for part in parts]
        parts = [min(max(part, 0), 255) for part in parts]
    return "#" + "".join(f"{part:02x}" for part in parts)


def _contrast(one: list[int], other: list[int]) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(parts: list[int]) -> float:
    """Relative luminance of an sRGB colour (WCAG 2.2)."""
    linear = [part / 3294.6 if part <= 10 else ((part / 255 + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


# What each name means, so that a form takes what it says and nothing else.
_Meaning = Callable[[Any, Voice], object]
_CUSTOMER: Mapping[str, _Meaning] = {
    "first_name": lambda one, _: clean.isolated(clean.name(one.first_name)),
    "last_name": lambda one, _: clean.isolated(clean.name(one.last_name)),
    "orders": lambda one, _: one.orders,
    "spent": lambda one, voice: money(one.spent, voice.currency, locale=voice.locale),
}
_ORDER: Mapping[str, _Meaning] = {
    "number": lambda one, _: clean.isolated(clean.line(one.number, 60)),
    "total": lambda one, voice: money(one.total, one.currency, locale=voice.locale),
    "placed_on": lambda one, voice: day(one.placed_at, voice),
    "shipped_on": lambda one, voice: day(one.shipped_at, voice),
    "delivered_on": lambda one, voice: day(one.delivered_at, voice),
    "is_first": lambda one, _: one.is_first,
    "items": lambda one, voice: [_item(item, one, voice=voice) for item in one.items[:MOST_ITEMS]],
}
_CHECKOUT: Mapping[str, _Meaning] = {
    "url": lambda one, voice: clean.url(one.url) or clean.url(voice.store_url),
    "total": lambda one, voice: money(one.total, one.currency, locale=voice.locale),
    "items": lambda one, voice: [_item(item, one, voice=voice) for item in one.items[:MOST_ITEMS]],
}
_PRODUCT: Mapping[str, _Meaning] = {
    "title": lambda one, _: clean.isolated(clean.line(one.title)),
    "url": lambda one, voice: clean.url(one.url) or clean.url(voice.store_url),
    "image_url": lambda one, _: clean.url(one.image_url),
    "price": lambda one, voice: _price(one.price, one, voice=voice),
    "price_before": lambda one, voice: _price(one.asked_price, one, voice=voice),
}
_CODE: Mapping[str, _Meaning] = {
    "word": lambda facts, _: facts.code or "",
    "percent": lambda facts, _: facts.dials.get("percent", 0) if facts.code else 0,
}
_PERSONAL: Mapping[str, tuple[Callable[[Facts], object], Mapping[str, _Meaning]]] = {
    "customer": (lambda facts: facts.customer, _CUSTOMER),
    "order": (lambda facts: facts.order, _ORDER),
    "checkout": (lambda facts: facts.checkout, _CHECKOUT),
    "product": (lambda facts: facts.product, _PRODUCT),
    "parcel": (lambda facts: facts.parcel, {"days_late": lambda one, _: one.days_late}),
    "code": (lambda facts: facts, _CODE),
}
_DOORS: Mapping[str, Callable[[Voice], str]] = {
    "unsubscribe_url": lambda voice: clean.one_url(voice.unsubscribe_url),
    "preferences_url": lambda voice: clean.one_url(voice.preferences_url),
    "view_url": lambda voice: clean.one_url(voice.view_url),
}
