"""Shopify: installs, webhooks, history, changes, looks and consents of every `*.myshopify.com` store, GraphQL only."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

import msgspec

from connectors.base import (
    Ability,
    Access,
    CodeWish,
    Credentials,
    DeliveryHead,
    Healing,
    StoreSettings,
    SyncKind,
    Visitor,
)
from connectors.errors import Malformed, Unsupported
from connectors.http import Http
from connectors.records import ConsentRecord, Kind, Page, Reading, StoreProfile
from connectors.stores.shopify import changes, codes, consent, history, install, look, looks, queries, tokens, webhooks
from connectors.stores.shopify.client import Client
from connectors.stores.shopify.read import read
from connectors.stores.shopify.tokens import Wire

__all__ = ["Shopify", "connect"]


class _Localization(msgspec.Struct, rename="camel"):
    default_locale: str


class _Domain(msgspec.Struct):
    url: str | None = None
    localization: _Localization | None = None


class _Address(msgspec.Struct, rename="camel"):
    country_code_v2: str | None = msgspec.field(default=None, name="countryCodeV2")
    formatted: list[str] = []


class _Shop(msgspec.Struct, rename="camel"):
    name: str
    currency_code: str
    iana_timezone: str
    contact_email: str | None = None
    url: str | None = None
    primary_domain: _Domain | None = None
    shop_address: _Address | None = None


class Shopify:
    """The contract of `StoreConnector`, and what an install needs besides. Holds settings and one HTTP session."""

    platform = "shopify"
    topics = webhooks.TOPICS
    abilities = frozenset({Ability.WRITE_CONSENT, Ability.REFRESH_TOKENS, Ability.MAKE_CODES})

    def __init__(
        self, settings: StoreSettings, *, http: Http | None = None, pause: Callable[[float], None] | None = None
    ) -> None:
        private = settings.allow_private_stores and settings.shopify_standin is not None
        self.settings = settings
        self.wire = Wire(http or Http(allow_private=private), settings)
        self.client = Client(self.wire, pause=pause)

    def head(self, headers: Mapping[str, str], body: bytes) -> DeliveryHead:
        return webhooks.head(headers, body)

    def is_genuine(self, headers: Mapping[str, str], body: bytes, *, credentials: Credentials | None) -> bool:
        """By the app's own secrets, which sign for every store: `credentials` play no part."""
        del credentials
        return webhooks.is_genuine(headers, body, secrets=self.settings.shopify_client_secrets)

    def read(self, topic: str, body: bytes, *, profile: StoreProfile, received_at: datetime) -> Reading:
        return read(topic, body, profile=profile, received_at=received_at)

    def profile(self, access: Access) -> StoreProfile:
        """What the store says of itself. Raises what `Client.call` raises."""
        shop = self.client.call(access, queries.PROFILE).get("shop", _Shop)
        if shop is None:
            raise Malformed("the store says nothing of itself")
        domain, address = shop.primary_domain or _Domain(), shop.shop_address or _Address()
        return StoreProfile(
            name=shop.name,
            currency=shop.currency_code,
            zone=shop.iana_timezone,
            country=address.country_code_v2,
            locale=domain.localization.default_locale if domain.localization else "en",
            email=shop.contact_email or None,
            url=domain.url or shop.url or f"https://{access.address}",
            postal_address=", ".join(filter(None, address.formatted)) or None,
        )

    def pages(
        self,
        access: Access,
        kind: SyncKind,
        *,
        profile: StoreProfile,
        cursor: Mapping[str, object] | None,
        since: datetime | None,
    ) -> Iterator[Page]:
        """History by bulk operations or changes by pages; ends after a page with `wait_seconds`, to be called again then.

        Raises Unsupported for SyncKind.LOOKS: named objects are looked at one by one with `look`.
        """
        del profile
        if kind is SyncKind.HISTORY:
            return history.pages(self.client, access, cursor=cursor)
        if kind in (SyncKind.CHANGES, SyncKind.RECENT) and since is not None:
            return changes.pages(self.client, access, since=since, cursor=cursor)
        raise Unsupported("Shopify reads a history, or changes since a moment")

    def look(self, access: Access, kind: Kind, *, external_id: str, profile: StoreProfile) -> Reading:
        del profile
        return look.look(self.client, access, kind=kind, external_id=external_id)

    def look_each(
        self, access: Access, kind: Kind, *, external_ids: Sequence[str], profile: StoreProfile
    ) -> Iterator[tuple[str, Reading]]:
        del profile
        return looks.look_each(self.client, access, kind=kind, external_ids=external_ids)

    def heal(self, access: Access, address: str) -> Healing:
        """Raises Unsupported: the app's subscriptions are in shopify.app.toml and Shopify keeps them for every store."""
        del access, address
        raise Unsupported("Shopify keeps the app's webhooks itself, as shopify.app.toml says")

    def keep_alive(self, access: Access) -> None:
        tokens.keep_alive(self.wire, access)

    def write_consent(self, access: Access, consent_: ConsentRecord) -> None:
        consent.write_consent(self.client, access, consent=consent_)

    def make_code(self, access: Access, wish: CodeWish, *, profile: StoreProfile) -> str:
        del profile
        return codes.make(self.client, access, wish=wish)

    def remove_code(self, access: Access, external_id: str) -> None:
        codes.remove(self.client, access, external_id=external_id)

    def visitor(self, id_token: str) -> Visitor:
        """Who opened the embedded page. Raises Unauthorised."""
        return install.read_id_token(
            id_token,
            client_id=self.settings.shopify_client_id,
            secrets=self.settings.shopify_client_secrets,
            now=self.settings.now(),
        )

    def exchange(self, shop: str, id_token: str) -> Credentials:
        """Keys to a store for a verified ID token. Raises tokens.StaleToken, Permanent, Temporary."""
        return tokens.exchange(self.wire, shop, id_token=id_token)

    def redeem(self, shop: str, code: str) -> Credentials:
        """Keys to a store for the code of the authorization-code grant. Raises Unauthorised, Permanent, Temporary."""
        return tokens.credentials_from_code(self.wire, shop, code=code)

    def is_signed(self, raw_query: str) -> bool:
        """Whether Shopify signed this query a moment ago."""
        return install.query_is_genuine(raw_query, self.settings.shopify_client_secrets, now=self.settings.now())

    def authorize_url(
        self, shop: str, state: str, *, redirect_uri: str, scopes: Sequence[str] = webhooks.SCOPES
    ) -> str:
        """Where a custom app sends the merchant to grant `scopes`."""
        return install.authorize_url(
            shop, state, client_id=self.settings.shopify_client_id, scopes=scopes, redirect_uri=redirect_uri
        )


def connect(settings: StoreSettings) -> Shopify:
    """Raises ValueError where SHOPIFY_API_VERSION is not a version."""
    return Shopify(settings)
