"""A store of Shopify arrives: keys for a verified visitor or for a code, what the store says of itself, the install."""

from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa

from app.model import Connection, ConnectionState, Store, StoreState
from app.pipeline.install import install
from app.runtime import Runtime
from connectors.base import Credentials, Visitor
from connectors.errors import Unauthorised
from connectors.stores.shopify import Shopify


@dataclass(frozen=True, slots=True)
class _JustCame:
    """Access with keys that are not kept yet: `connectors.base.Access` for the one call that asks the store's profile."""

    address: str
    credentials: Credentials

    def current(self) -> Credentials:
        return self.credentials

    def renew(self, stale: Credentials, fetch: Callable[[Credentials], Credentials]) -> Credentials:
        """Keys that are refused a moment after they came are not renewed. Raises Unauthorised."""
        del stale, fetch
        raise Unauthorised("the store refuses keys that it gave a moment ago")


def shopify(runtime: Runtime) -> Shopify:
    """The connector, with what only this platform can do."""
    connector = runtime.connectors[Shopify.platform]
    if not isinstance(connector, Shopify):
        raise TypeError("another connector took the name of Shopify")
    return connector


def welcome(runtime: Runtime, visitor: Visitor, *, id_token: str) -> int:
    """The id of the store of a verified visitor; a store that is new, was gone or lost its connection is installed first.

    Raises StaleToken (an Unauthorised) where a fresh ID token is needed, and what else the calls raise.
    """
    known = _connected(runtime, visitor.address)
    if known is not None:
        return known
    return _move_in(runtime, visitor.address, credentials=shopify(runtime).exchange(visitor.address, id_token))


def redeem(runtime: Runtime, shop: str, *, code: str) -> int:
    """The id of the store that a code of the authorization-code grant opens. Raises as `Shopify.redeem` and the calls."""
    return _move_in(runtime, shop, credentials=shopify(runtime).redeem(shop, code))


def _move_in(runtime: Runtime, shop: str, *, credentials: Credentials) -> int:
    profile = shopify(runtime).profile(_JustCame(shop, credentials))
    return install(runtime, platform=Shopify.platform, address=shop, profile=profile, credentials=credentials)


def _connected(runtime: Runtime, shop: str) -> int | None:
    query = (
        sa.select(Store.id)
        .join(Connection, Connection.store_id == Store.id)
        .where(Store.platform == Shopify.platform, Store.address == shop)
        .where(Store.state == StoreState.ACTIVE, Connection.state == ConnectionState.CONNECTED)
    )
    with runtime.database.read() as session:
        return session.scalars(query).first()
