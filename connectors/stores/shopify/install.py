"""The door of the install: what a browser or Shopify says about a store is judged here, without a call.

Facts: shop and host checks, the query's signature in both spellings, the ID token by the union of what Shopify's own
libraries check, and the paths that a bounce may lead to.
"""

import base64
import binascii
import hmac
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import jwt

from connectors.base import Visitor
from connectors.errors import Unauthorised
from connectors.stores.shopify import classic

SHOP = re.compile(r"[a-z0-9][a-z0-9-]{0,98}\.myshopify\.com")
RETRY_HEADER = ("X-Shopify-Retry-Invalid-Session-Request", "1")
WINDOW = timedelta(seconds=90)
LEEWAY = timedelta(seconds=10)

_HOST = re.compile(r"[A-Za-z0-9+/_-]{4,400}={0,2}")
_DECODED = re.compile(r"((?:[a-z0-9-]+\.)+(?:myshopify|shopify)\.com)(/[A-Za-z0-9/_-]*)?")
_PATH = re.compile(r"/(?![/\\])[!-\[\]-~]*")
_TEXTS = ("iss", "dest", "sub", "jti", "sid")
_TIMES = ("exp", "nbf", "iat")


def valid_shop(text: str) -> str | None:
    """The store's address in lower case, or None where `text` is not exactly one `<name>.myshopify.com`."""
    shop = text.lower()
    return shop if SHOP.fullmatch(shop) else None


def valid_host(text: str) -> str | None:
    """What the base64 `host` parameter says ("admin.shopify.com/store/demo"), or None where it is not Shopify's."""
    if not _HOST.fullmatch(text):
        return None
    plain = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        decoded = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True).decode("ascii")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return decoded if _DECODED.fullmatch(decoded) else None


def admin_app_url(host: str, client_id: str) -> str | None:
    """Where the app lives in the admin that the base64 `host` names; None where that is not Shopify's."""
    decoded = valid_host(host)
    return decoded and f"https://{decoded.rstrip('/')}/apps/{quote(client_id, safe='')}"


def store_app_url(shop: str, client_id: str) -> str:
    """Where the app lives in the admin of a validated shop."""
    return f"https://admin.shopify.com/store/{shop.removesuffix('.myshopify.com')}/apps/{quote(client_id, safe='')}"


def query_is_genuine(raw_query: str, secrets: Sequence[str], *, now: datetime, window: timedelta = WINDOW) -> bool:
    """Whether Shopify signed this query within `window` of `now`, in either of its libraries' spellings.

    It proves that Shopify made the URL, not who opened it: it can be replayed.
    """
    pairs = parse_qsl(raw_query, keep_blank_values=True)
    signed = [(key, value) for key, value in pairs if key not in ("hmac", "signature")]
    given = [value for key, value in pairs if key == "hmac"]
    stamps = [value for key, value in pairs if key == "timestamp"]
    if len(given) != 1 or len(stamps) != 1 or not _is_near(stamps[0], now, window=window):
        return False
    sent = given[0].encode()
    return any(
        hmac.compare_digest(expected.encode(), sent) for secret in secrets for expected in _signatures(signed, secret)
    )


def _is_near(stamp: str, now: datetime, *, window: timedelta) -> bool:
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        return False
    return abs(now.timestamp() - int(stamp)) <= window.total_seconds()


def _signatures(pairs: Sequence[tuple[str, str]], secret: str) -> list[str]:
    """The signatures that Shopify's Node library and its Python library would give this query."""
    plain = urlencode(sorted(pairs, key=lambda pair: pair[0]), quote_via=quote, safe="*").replace("~", "%7E")
    found = [hmac.new(secret.encode(), plain.encode(), sha256).hexdigest()]
    lists: dict[str, str | list[str]] = {}
    for key, value in pairs:
        if key.endswith("[]"):
            held = lists.setdefault(key, [])
            if isinstance(held, list):
                held.append(value)
        elif key in lists:
            return found
        else:
            lists[key] = value
    return [*found, classic.signature_of(lists, secret)]


def read_id_token(token: str, *, client_id: str, secrets: Sequence[str], now: datetime) -> Visitor:
    """Who opened the embedded page. Raises Unauthorised unless every check of every official library passes.

    Signature by any of `secrets` (rotation) with HS256 and nothing else; audience; exp, nbf and iat present and in force,
    give or take ten seconds; issuer, destination, subject, id and session present; issuer and destination one shop.
    """
    claims = _verified(token, client_id=client_id, secrets=secrets)
    if not all(isinstance(claims.get(name), str) and claims[name] for name in _TEXTS):
        raise Unauthorised("the ID token lacks a claim")
    begins, ends = _times(claims)
    if not begins - LEEWAY <= now < ends + LEEWAY:
        raise Unauthorised("the ID token is not in force now")
    shop = _shop_of(claims["dest"], path="")
    if shop is None or shop != _shop_of(claims["iss"], path="/admin"):
        raise Unauthorised("the ID token is not from a store of Shopify")
    return Visitor(address=shop, user_id=claims["sub"], token_id=claims["jti"], expires_at=ends)


def _verified(token: str, *, client_id: str, secrets: Sequence[str]) -> dict[str, Any]:
    if len(token) > 8192:
        raise Unauthorised("the ID token is too long")
    # The library would ask the machine's clock, so the times are judged by the caller's `now` instead.
    options = {"require": list(_TIMES), "verify_exp": False, "verify_nbf": False, "verify_iat": False}
    for secret in secrets:
        try:
            return dict(jwt.decode(token, secret, algorithms=["HS256"], audience=client_id, options=options))  # type: ignore[arg-type]  # its TypedDict of options is not exported
        except jwt.InvalidSignatureError:
            continue
        except (jwt.PyJWTError, ValueError):
            break
    raise Unauthorised("the ID token is not genuine")


def _times(claims: dict[str, Any]) -> tuple[datetime, datetime]:
    try:
        nbf, iat, exp = (float(claims[name]) for name in ("nbf", "iat", "exp"))
        return datetime.fromtimestamp(max(nbf, iat), UTC), datetime.fromtimestamp(exp, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        raise Unauthorised("the ID token's times are not numbers") from None


def _shop_of(url: str, *, path: str) -> str | None:
    return valid_shop(url.removeprefix("https://").removesuffix(path)) if url.startswith("https://") else None


def authorize_url(shop: str, state: str, *, client_id: str, scopes: Sequence[str], redirect_uri: str) -> str:
    """Where a custom app sends the merchant for the authorization-code grant; `shop` is validated, `state` hex."""
    asked = urlencode({"client_id": client_id, "scope": ",".join(scopes), "redirect_uri": redirect_uri, "state": state})
    return f"https://{shop}/admin/oauth/authorize?{asked}"


def safe_path(text: str) -> str | None:
    """`text` where it is a path of our own from the root, with or without a query; None for anything that could leave.

    Browsers drop tabs and line feeds and read a backslash as a slash, so only printable ASCII without backslash passes.
    """
    if len(text) > 2000 or not _PATH.fullmatch(text):
        return None
    parts = urlsplit(text)
    return text if not parts.scheme and not parts.netloc else None


def bounce_target(bounce_path: str, path: str, *, raw_query: str) -> str:
    """Where a document request without a good ID token is sent: our bounce page, told where to come back to.

    That page loads App Bridge and nothing else; App Bridge reads `shopify-reload` and comes back with a fresh token.
    """
    kept = "&".join(part for part in raw_query.split("&") if part and part.partition("=")[0] not in _DROPPED)
    back = f"{path}?{kept}" if kept else path
    return f"{bounce_path}?{kept}{'&' if kept else ''}shopify-reload={quote(back, safe='')}"


_DROPPED = ("id_token", "shopify-reload")
