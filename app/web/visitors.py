"""Who stands at the door: a platform's token becomes the member of staff and the store that it speaks for, or nothing.

Both platforms hand out short-lived HS256 tokens. Which of the two a token is, its unverified claims say; that decides only
whose check it has to pass, and nothing else of it is believed.
"""

from dataclasses import dataclass

import jwt
import sqlalchemy as sa
from werkzeug.exceptions import Forbidden, Unauthorized

from app import connections
from app.model import Store, StoreState
from app.pipeline import arrival
from app.runtime import Runtime
from app.translations import marked
from app.web.house import runtime
from connectors.base import Visitor
from connectors.errors import Unauthorised
from connectors.stores.woocommerce import install as woocommerce


@dataclass(frozen=True, slots=True)
class Desk:
    """One store's admin, opened by a verified member of its staff. `language` is the store's own, as platforms write it."""

    store_id: int
    platform: str
    address: str
    visitor: Visitor
    name: str
    language: str
    zone: str
    currency: str


def by_bearer(header: str) -> Desk:
    """The desk that a Bearer token opens. Raises Unauthorized (ask for a fresh one), Forbidden (no such store here)."""
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthorized(marked("A token of the store's admin is missing."))
    try:
        found = _by_shopify(token) if _is_shopify(token) else by_woocommerce(token)
    except Unauthorised:
        raise Unauthorized(marked("The token of the store's admin is not valid (any more).")) from None
    if found is None:
        raise Forbidden(marked("This store is not connected. Open Perennial from your store's admin to connect it."))
    return found


def by_woocommerce(token: str) -> Desk | None:
    """The desk that a launch token opens, judged with the secret of the store it claims to be of. Raises Unauthorised."""
    return _by_plugin(token, audience=runtime().config.app_url)


def by_woocommerce_page(token: str) -> Desk | None:
    """A shopper on a page of the store, by a token of the plugin that opens no admin. Raises Unauthorised."""
    return _by_plugin(token, audience=f"{runtime().config.app_url}/storefront")


def _by_plugin(token: str, *, audience: str) -> Desk | None:
    house = runtime()
    claimed = woocommerce.claimed_store(token)
    store = _active(house, Store.platform == "woocommerce", Store.public_key == claimed)
    if store is None:
        return None
    with house.database.read() as session:
        held = connections.credentials_of(session, store_id=store.id, vault=house.vault)
    secret = held.secrets.get("pairing_secret") if held else None
    if not secret:
        raise Unauthorised("the store is not paired")
    visitor = woocommerce.read_launch(
        token, secret=secret, address=store.address, audience=audience, now=house.clock.now()
    )
    return desk_of(store, visitor)


def desk_of(store: Store, visitor: Visitor) -> Desk:
    return Desk(
        store_id=store.id,
        platform=store.platform,
        address=store.address,
        visitor=visitor,
        name=store.name or store.address,
        language=store.locale,
        zone=store.zone,
        currency=store.currency,
    )


def _by_shopify(token: str) -> Desk | None:
    visitor = arrival.shopify(runtime()).visitor(token)
    store = _active(runtime(), Store.platform == "shopify", Store.address == visitor.address)
    return None if store is None else desk_of(store, visitor)


def _active(house: Runtime, *conditions: sa.ColumnElement[bool]) -> Store | None:
    with house.database.read() as session:
        return session.scalars(sa.select(Store).where(*conditions, Store.state == StoreState.ACTIVE)).first()


def _is_shopify(token: str) -> bool:
    try:
        claims = jwt.decode(token, options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
        raise Unauthorised("not a token") from None
    return "dest" in claims
