"""Who calls the REST API: Basic or query keys where PHP sees HTTPS, OAuth 1.0a one-legged otherwise."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from flask import Request

from connectors.standins.woocommerce.model import ApiKey, User
from connectors.standins.woocommerce.rest import query
from connectors.standins.woocommerce.rest.errors import RestError, unauthenticated
from connectors.standins.woocommerce.store import Store

WINDOW_SECONDS = 15 * 60
_OAUTH = ("oauth_consumer_key", "oauth_timestamp", "oauth_nonce", "oauth_signature", "oauth_signature_method")
_HASHES = {"HMAC-SHA1": hashlib.sha1, "HMAC-SHA256": hashlib.sha256}
_READING = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True)
class Caller:
    """Whom a call acts for, by which key."""

    user: User
    key: ApiKey


def authenticate(store: Store, request: Request) -> Caller | None:
    """Who calls, or None for a call without keys that count. Raises RestError (401) as a real store does.

    Over plain HTTP Basic and query keys are ignored, so such a call is nobody's.
    """
    raw = query.parse(request.query_string.decode())
    tls = store.behind_tls or request.is_secure
    caller = _basic(store, request, raw=raw) if tls else None
    caller = caller or _oauth(store, request, raw=raw, tls=tls)
    if caller is not None:
        _check_scope(caller.key, request.method)
        caller.key.last_used_at = store.state.now()
    return caller


def _basic(store: Store, request: Request, *, raw: Mapping[str, Any]) -> Caller | None:
    key, secret = raw.get("consumer_key"), raw.get("consumer_secret")
    if not key or not secret:
        basic = request.authorization
        key, secret = (basic.username, basic.password) if basic is not None and basic.type == "basic" else (None, None)
    caller = _caller(store, key)
    if caller is None or not isinstance(secret, str) or not secret:
        return None
    if not hmac.compare_digest(caller.key.secret.encode(), secret.encode()):
        raise unauthenticated("Consumer secret is invalid.")
    return caller


def _oauth(store: Store, request: Request, *, raw: Mapping[str, Any], tls: bool) -> Caller | None:
    missing = [name for name in _OAUTH if not raw.get(name)]
    if len(missing) == len(_OAUTH):
        return None
    if missing:
        plural = "s" if len(missing) > 1 else ""
        message = f"Missing OAuth parameter{plural} {', '.join(missing)}"
        raise RestError("woocommerce_rest_authentication_missing_parameter", message, status=401)
    caller = _caller(store, raw["oauth_consumer_key"])
    if caller is None:
        raise unauthenticated("Consumer key is invalid.")
    _check_signature(store, request, raw=raw, secret=caller.key.secret, tls=tls)
    _check_freshness(store, caller.key, stamp=str(raw["oauth_timestamp"]), nonce=str(raw["oauth_nonce"]))
    return caller


def _caller(store: Store, consumer_key: object) -> Caller | None:
    key = next((one for one in store.state.keys.values() if one.key == consumer_key), None)
    user = store.state.users.get(key.user_id) if key is not None else None
    return Caller(user, key) if key is not None and user is not None else None


def _check_signature(store: Store, request: Request, *, raw: Mapping[str, Any], secret: str, tls: bool) -> None:
    method = str(raw["oauth_signature_method"])
    if method not in _HASHES:
        raise unauthenticated("Invalid signature - signature method is invalid.")
    # The address is the store's own home URL, not the one that was called.
    host = store.state.url.split("://", 1)[1]
    signed = base_string(f"{'https' if tls else 'http'}://{host}{request.path}", request.method, raw=raw)
    wanted = hmac.new(f"{secret}&".encode(), signed.encode(), _HASHES[method]).digest()
    given = unquote(str(raw["oauth_signature"]).replace(" ", "+"))
    if not hmac.compare_digest(base64.b64encode(wanted), given.encode()):
        raise unauthenticated("Invalid signature - provided signature does not match.")


def base_string(address: str, method: str, *, raw: Mapping[str, Any]) -> str:
    """OAuth's signature base string."""
    # PHP sorts the outer names by their bytes and leaves what is inside a list in its order.
    kept = {name: raw[name] for name in sorted(raw) if name != "oauth_signature"}
    pairs = "&".join(f"{_encoded(name)}={_encoded(value)}" for name, value in query.flat(kept))
    return f"{method}&{_encoded(address)}&{_encoded(pairs)}"


def _encoded(text: str) -> str:
    return quote(text, safe="~")


def _check_freshness(store: Store, key: ApiKey, *, stamp: str, nonce: str) -> None:
    now = int(store.machine_now().timestamp())
    if not stamp.isdecimal() or abs(now - int(stamp)) > WINDOW_SECONDS:
        raise unauthenticated("Invalid timestamp.")
    used = store.state.used_nonces[key.key]
    if nonce in used:
        raise unauthenticated("Invalid nonce - nonce has already been used.")
    for old in [one for one, second in used.items() if second < now - WINDOW_SECONDS]:
        del used[old]
    used[nonce] = int(stamp)


def _check_scope(key: ApiKey, method: str) -> None:
    needed = "read" if method in _READING else "write"
    if needed not in key.scope:
        raise unauthenticated(f"The API key provided does not have {needed} permissions.")
