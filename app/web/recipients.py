"""In which language a recipient's page speaks, and which store it is of: the same for every door that a message has."""

from functools import cache

from babel import Locale
from flask import g, request

from app.model import Customer, Store
from app.render.context import known_locale
from app.translations import SOURCE, languages
from app.web.house import runtime
from app.web.place import Place
from app.zones import zone_of

NO_STORE = "this store"


def speak(store: Store | None, customer: Customer | None, *, chosen: str | None = None) -> None:
    """Let the answer to this request speak the recipient's language: what they chose, what is known of them, what their
    browser asks for, what the store speaks; the first of these that we do."""
    tags = [chosen, customer.locale if customer else None, *request.accept_languages.values()]
    tags.append(store.locale if store else None)
    language = next((one for tag in tags if tag and (one := _ours(tag))), SOURCE)
    zone = zone_of(None, None, store_zone=store.zone if store else "UTC")
    g.place = Place(language, _locale(language), zone, store.currency if store else "USD")


def store_name(store: Store | None) -> str:
    return (store.sender_name or store.name or store.address) if store else NO_STORE


def asked_from() -> str | None:
    """The network address of this request, which proves a consent as long as that is needed."""
    return request.remote_addr[:45] if request.remote_addr else None


def store_of(store_id: int) -> Store | None:
    with runtime().database.read() as session:
        return session.get(Store, store_id)


def _ours(tag: str) -> str | None:
    language = known_locale(tag).language
    return language if language in languages() and tag[:2].lower() == language else None


@cache
def _locale(language: str) -> Locale:
    return Locale(language)
