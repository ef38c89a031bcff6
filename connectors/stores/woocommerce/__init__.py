"""WooCommerce: one store over REST v3, wc-auth and its webhooks."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from connectors.base import (
    Ability,
    Access,
    CodeWish,
    Credentials,
    DeliveryHead,
    Healing,
    StoreConnector,
    StoreSettings,
    SyncKind,
)
from connectors.errors import Permanent, Unsupported
from connectors.http import Http
from connectors.records import ConsentRecord, Kind, Medium, Page, Reading, StoreProfile
from connectors.stores.woocommerce import codes, install, webhooks
from connectors.stores.woocommerce import look as looking
from connectors.stores.woocommerce import looks as several
from connectors.stores.woocommerce.changes import changes, recent
from connectors.stores.woocommerce.client import Client, connected
from connectors.stores.woocommerce.history import history
from connectors.stores.woocommerce.read import read
from connectors.stores.woocommerce.read.people import CONSENT_KEY

__all__ = ["WooCommerce", "connect"]


def connect(settings: StoreSettings) -> StoreConnector:
    """The connector for every WooCommerce store of this process."""
    return WooCommerce(settings)


class WooCommerce:
    """Ties this folder's files together; keeps the settings and the line, and nothing of any store."""

    platform = "woocommerce"
    topics = webhooks.TOPICS
    # Writing consent needs our companion plugin in the store; without it `write_consent` raises Unsupported.
    abilities = frozenset({Ability.HEAL_WEBHOOKS, Ability.WRITE_CONSENT, Ability.MAKE_CODES})

    def __init__(self, settings: StoreSettings) -> None:
        self._settings = settings
        self._http = Http(allow_private=settings.allow_private_stores, read_timeout=60)

    def head(self, headers: Mapping[str, str], body: bytes) -> DeliveryHead:
        return webhooks.head(headers, body)

    def is_genuine(self, headers: Mapping[str, str], body: bytes, *, credentials: Credentials | None) -> bool:
        return webhooks.is_genuine(headers, body, credentials=credentials)

    def read(self, topic: str, body: bytes, *, profile: StoreProfile, received_at: datetime) -> Reading:
        return read(topic, body, profile=profile, received_at=received_at)

    def profile(self, access: Access) -> StoreProfile:
        return looking.profile(self._client(access))

    def pages(
        self,
        access: Access,
        kind: SyncKind,
        *,
        profile: StoreProfile,
        cursor: Mapping[str, object] | None,
        since: datetime | None,
    ) -> Iterator[Page]:
        if kind is SyncKind.HISTORY:
            return history(lambda: self._client(access), profile=profile, cursor=cursor)
        if kind is SyncKind.LOOKS:
            raise Unsupported("named objects are read one by one, by `look`")
        if since is None:
            raise Permanent("a catch-up needs a moment to begin from")
        tell = recent if kind is SyncKind.RECENT else changes
        return tell(lambda: self._client(access), profile=profile, cursor=cursor, since=since)

    def look(self, access: Access, kind: Kind, *, external_id: str, profile: StoreProfile) -> Reading:
        return looking.look(self._client(access), kind, external_id=external_id, profile=profile)

    def look_each(
        self, access: Access, kind: Kind, *, external_ids: Sequence[str], profile: StoreProfile
    ) -> Iterator[tuple[str, Reading]]:
        return several.look_each(self._client(access), kind, external_ids=external_ids, profile=profile)

    def heal(self, access: Access, address: str) -> Healing:
        return webhooks.heal(self._client(access), address, app_url=self._settings.app_url)

    def keep_alive(self, access: Access) -> None:
        """WooCommerce's keys do not expire."""

    def make_code(self, access: Access, wish: CodeWish, *, profile: StoreProfile) -> str:
        return codes.make(self._client(access), wish, profile=profile)

    def remove_code(self, access: Access, external_id: str) -> None:
        codes.remove(self._client(access), external_id)

    def write_consent(self, access: Access, consent: ConsentRecord) -> None:
        """Into the customer's meta data, where the companion plugin shows it. Guests have no such place: Unsupported."""
        client = self._client(access)
        number = consent.customer_external_id or ""
        if "pairing_secret" not in client.credentials.secrets:
            raise Unsupported("WooCommerce keeps no consent without our companion plugin")
        if consent.medium is not Medium.EMAIL or not (number.isascii() and number.isdigit()):
            raise Unsupported("WooCommerce keeps consent for the e-mail of customers with an account only")
        value = {
            "state": consent.state,
            "at": consent.at.isoformat(),
            "source": consent.source,
            "wording": consent.wording,
        }
        client.put(f"customers/{number}", {"meta_data": [{"key": CONSENT_KEY, "value": value}]})

    def prove(self, address: str, credentials: Credentials) -> StoreProfile:
        """Call a store with keys that just came (`install.read_keys`), before they are trusted. Raises as `install.prove`."""
        return install.prove(self._stranger(address, credentials))

    def pair(self, access: Access, *, app_url: str, store_id: str, secret: str) -> bool:
        """Tell the companion plugin who we are; False where the store has none."""
        return install.pair(self._client(access), app_url=app_url, store_id=store_id, secret=secret)

    def _client(self, access: Access) -> Client:
        return connected(self._http, access, now=self._settings.now, allow_http=self._settings.allow_private_stores)

    def _stranger(self, address: str, credentials: Credentials) -> Client:
        if not self._settings.allow_private_stores and not address.startswith("https://"):
            raise Permanent("a store over plain http is called only with ALLOW_PRIVATE_STORES")
        return Client(self._http, address, credentials=credentials, now=self._settings.now)
