"""The keys to a store: got for an ID token or a code, renewed with a refresh token, always through our own transport.

Shopify's library `shopifyapp` writes the requests; the calls themselves go through `Door`, which pins the shop, never
sleeps or repeats, and turns every refusal into our errors before the library sees it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
import msgspec
from shopify_app.exchange.refresh_token import refresh_access_token
from shopify_app.exchange.token_exchange import token_exchange
from shopify_app.types import IdTokenDetails

from connectors.base import Access, Credentials, StoreSettings
from connectors.errors import Malformed, Permanent, Temporary, Unauthorised
from connectors.http import Answer, Http, raise_for
from connectors.stores.shopify.install import valid_shop

PATH = "/admin/oauth/access_token"
MARGIN = timedelta(seconds=120)
FRESH_FOR = timedelta(days=1)
REFRESH_LIFE = timedelta(days=90)
DYING = timedelta(days=14)

# The library would ask the machine's clock whether a refresh is due; the caller has decided that already.
_LONG_AGO = "1970-01-02T00:00:00Z"


class StaleToken(Unauthorised):
    """The ID token was not accepted any more: the page has to ask App Bridge for a fresh one, once."""


class _Grant(msgspec.Struct):
    access_token: str
    scope: str = ""
    expires_in: int | None = None
    refresh_token: str | None = None
    refresh_token_expires_in: int | None = None


class _Refusal(msgspec.Struct):
    error: str = ""


@dataclass(frozen=True, slots=True)
class Wire:
    """Where the calls to a shop go: to the shop itself, or to the stand-in that answers for every shop."""

    http: Http
    settings: StoreSettings

    def place(self, shop: str, path: str) -> tuple[str, str | None]:
        """The URL to call and the Host header to send instead of the URL's own. Raises Permanent for no valid shop."""
        if valid_shop(shop) != shop:
            raise Permanent("not the address of a Shopify store")
        if self.settings.shopify_standin:
            return self.settings.shopify_standin.rstrip("/") + path, shop
        return f"https://{shop}{path}", None

    def result(self, shop: str, url: str) -> tuple[str, str | None]:
        """Where a file lies that Shopify named: as it says, or on the stand-in. Raises Permanent for a link without TLS."""
        standin = self.settings.shopify_standin
        if standin and url.startswith(f"https://{shop}/"):
            return standin.rstrip("/") + url.removeprefix(f"https://{shop}"), shop
        if not url.startswith("https://") and not standin:
            raise Permanent("Shopify named a file that is not behind TLS")
        return url, None

    def post(self, shop: str, path: str, *, body: bytes, headers: dict[str, str] | None = None) -> Answer:
        """One POST of JSON to the shop, whatever its status. Raises Temporary and Permanent as `Http` does."""
        url, host = self.place(shop, path)
        every = {"Content-Type": "application/json", "Accept": "application/json", **(headers or {})}
        return self.http.request("POST", url, data=body, headers=every, host=host)


class Door(httpx.BaseTransport):
    """What `shopifyapp` takes for its network: one call through `Wire`.

    What came of it is kept here and told by `grant`; the library, which would sleep, repeat and lose the reason, is told
    only that it is over.
    """

    def __init__(self, wire: Wire, *, refused: Callable[[str], Exception]) -> None:
        self._wire = wire
        self._refused = refused
        self._grant: _Grant | None = None
        self._error: Exception | None = None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        try:
            answer = self._wire.post(request.url.host, PATH, body=request.read())
            self._grant = _granted(answer, refused=self._refused)
        except FAILURES as error:
            self._error = error
            return httpx.Response(400, json={"error": "kept apart"}, request=request)
        return httpx.Response(200, json={"access_token": "kept apart"}, request=request)

    def grant(self) -> _Grant:
        """The token that the call brought. Raises what it failed with."""
        if self._error is not None:
            raise self._error
        if self._grant is None:
            raise Permanent("Shopify's library refused to ask for a token")
        return self._grant


FAILURES = (Temporary, Permanent, Unauthorised, Malformed)


def _granted(answer: Answer, *, refused: Callable[[str], Exception]) -> _Grant:
    """The token in the answer. Raises Temporary, Permanent, and for an OAuth refusal what `refused` makes of its word."""
    if answer.status in (400, 401, 403):
        raise refused(_word(answer))
    raise_for(answer.status, answer.headers)
    try:
        grant = msgspec.json.decode(answer.body, type=_Grant)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Malformed("the token endpoint did not answer with a token") from None
    if not grant.access_token or (grant.refresh_token is None) != (grant.expires_in is None):
        raise Malformed("the token endpoint answered with half a token")
    return grant


def _word(answer: Answer) -> str:
    try:
        return msgspec.json.decode(answer.body, type=_Refusal).error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""


def exchange(wire: Wire, shop: str, *, id_token: str) -> Credentials:
    """An expiring offline token for a verified ID token (token exchange).

    Raises StaleToken where the page has to fetch a fresh ID token, Permanent where the app's id or secret is wrong or the
    app is not installed, Temporary.
    """
    began = wire.settings.now()
    door = Door(wire, refused=_exchange_refused)
    claims = {"dest": f"https://{shop}"}
    _through(
        door,
        lambda client: token_exchange(
            access_mode="offline",
            app_config=_config(wire.settings),
            id_token=IdTokenDetails(exchangeable=True, token=id_token, claims=claims),
            expiring=True,
            http_client=client,
        ),
    )
    return _credentials(door.grant(), began)


def _exchange_refused(word: str) -> Exception:
    if word == "invalid_subject_token":
        return StaleToken("the ID token is stale")
    return Permanent("Shopify does not accept the app: check SHOPIFY_CLIENT_ID, SHOPIFY_CLIENT_SECRET and the install")


def credentials_from_code(wire: Wire, shop: str, *, code: str) -> Credentials:
    """An expiring offline token for the code of the authorization-code grant (custom apps).

    Raises Unauthorised for a used or foreign code, Permanent, Temporary.
    """
    began = wire.settings.now()
    asked = {**_config(wire.settings), "code": code, "expiring": "1"}
    asked.pop("old_client_secret")
    answer = wire.post(shop, PATH, body=msgspec.json.encode(asked))
    return _credentials(_granted(answer, refused=_code_refused), began)


def _code_refused(word: str) -> Exception:
    if word == "invalid_client":
        return _exchange_refused(word)
    return Unauthorised("the authorization code is not accepted: start the install again")


def refreshed(wire: Wire, shop: str, *, credentials: Credentials) -> Credentials:
    """A new pair for the refresh token of `credentials`; the old pair is dead from its first use on.

    Raises Unauthorised where the refresh token is dead or missing (the merchant has to open the app), Temporary, Permanent.
    """
    token = credentials.secrets.get("refresh_token")
    if not token:
        raise Unauthorised("there is nothing to renew the access token with")
    began = wire.settings.now()
    door = Door(wire, refused=lambda _word: Unauthorised("the refresh token is not accepted any more"))
    known = {"shop": shop.removesuffix(".myshopify.com"), "refresh_token": token, "access_mode": "offline"}
    known["expires"] = _LONG_AGO
    _through(door, lambda client: refresh_access_token(known, _config(wire.settings), http_client=client))
    return _credentials(door.grant(), began)


def _through(door: Door, call: Callable[[httpx.Client], Any]) -> None:
    with httpx.Client(transport=door, trust_env=False) as client:
        call(client)


def _config(settings: StoreSettings) -> Any:
    if not settings.shopify_client_id or not settings.shopify_client_secrets:
        raise Permanent("SHOPIFY_CLIENT_ID and SHOPIFY_CLIENT_SECRET are not set")
    newest = settings.shopify_client_secrets[0]
    return {"client_id": settings.shopify_client_id, "client_secret": newest, "old_client_secret": None}


def _credentials(grant: _Grant, began: datetime) -> Credentials:
    secrets = {"access_token": grant.access_token}
    if grant.refresh_token:
        secrets["refresh_token"] = grant.refresh_token
    return Credentials(
        secrets=secrets,
        scopes=frozenset(filter(None, grant.scope.replace(" ", "").split(","))),
        expires_at=_after(began, grant.expires_in),
        refresh_expires_at=_after(began, grant.refresh_token_expires_in),
    )


def _after(began: datetime, seconds: int | None) -> datetime | None:
    return None if seconds is None else began + timedelta(seconds=seconds)


def token_of(credentials: Credentials) -> str:
    return credentials.secrets.get("access_token", "")


def in_force(wire: Wire, access: Access) -> Credentials:
    """The store's credentials, renewed where they end within two minutes.

    Where the renewal does not work just now and the old token still has some life, the old token is given.
    """
    held = access.current()
    now = wire.settings.now()
    if held.expires_at is None or now + MARGIN < held.expires_at:
        return held
    try:
        return renewed(wire, access, stale=held)
    except Temporary:
        if now + MARGIN / 4 < held.expires_at:
            return held
        raise


def renewed(wire: Wire, access: Access, *, stale: Credentials) -> Credentials:
    """Credentials newer than `stale`; of many callers one asks Shopify."""
    return access.renew(stale, lambda held: refreshed(wire, access.address, credentials=held))


def keep_alive(wire: Wire, access: Access) -> None:
    """Renew a pair that is older than a day, so that no refresh token dies of disuse after its 90 days."""
    held = access.current()
    if held.refresh_expires_at is None:
        return
    left = held.refresh_expires_at - wire.settings.now()
    if left < DYING or left < REFRESH_LIFE - FRESH_FOR:
        renewed(wire, access, stale=held)
