"""Becoming a store's guest: the address that a merchant typed, the wc-auth way to its keys, pairing, and launch tokens.

wc-auth sends the keys server to server, without signature and without the store's name. So the state is the only thread
back to whom we asked (the house makes it unguessable, single-use and expiring), and no key is believed before the store
itself has accepted it.
"""

import ipaddress
import re
import unicodedata
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import SplitResult, urlencode, urlsplit

import idna
import jwt
import msgspec

from connectors.base import Credentials, Visitor
from connectors.errors import Malformed, Permanent, Unauthorised
from connectors.records import StoreProfile
from connectors.stores.woocommerce.client import PAIRING, Client
from connectors.stores.woocommerce.look import profile

SCOPE = "read_write"
LONGEST_LIFE = timedelta(seconds=60)
LEEWAY = timedelta(seconds=10)

_STATE = re.compile(r"[A-Za-z0-9_-]{16,128}")
_KEY = re.compile(r"c[ks]_[0-9a-f]{40}")
_HOST = re.compile(r"(?=.{1,253}\Z)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*")
_PATH = re.compile(r"(?:/[A-Za-z0-9._~-]+)*")
# What people copy out of the address bar of their own shop's admin.
_ADMIN = re.compile(r"/(?:wp-admin|wp-login\.php|wp-json|index\.php)(?:/.*)?$")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


class LaunchOver(Unauthorised):
    """A launch token of the store at `address`, genuine but over."""

    def __init__(self, address: str) -> None:
        super().__init__("a launch token that is over, or lasts too long")
        self.address = address


def store_address(text: str, *, allow_private: bool) -> str:
    """What a merchant typed, as `https://host[/path]`; international names become their `xn--` form.

    Only the form is judged here; whether the name leads to a public machine is judged at every call. Raises Permanent
    with a sentence for the merchant.
    """
    typed = text.strip()
    if not typed or len(typed) > 300 or any(unicodedata.category(one)[0] in "CZ" for one in typed) or "\\" in typed:
        raise Permanent("Please type the address of your store, such as https://shop.example.")
    parts = _split(typed if _SCHEME.match(typed) else f"https://{typed}")
    if parts.scheme != "https" and not (allow_private and parts.scheme == "http"):
        raise Permanent("The address of your store has to begin with https://.")
    if "@" in parts.netloc:
        raise Permanent("Please leave user name and password out of the address.")
    if parts.query or parts.fragment:
        raise Permanent("Please leave out everything behind the question mark or hash of the address.")
    return f"{parts.scheme}://{_host(parts, allow_private)}{_port(parts, allow_private)}{_path(parts.path)}"


def _split(typed: str) -> SplitResult:
    try:
        parts = urlsplit(typed)
        parts.port  # noqa: B018 - reading it is what checks it.
    except ValueError:
        raise Permanent("This is not the address of a store.") from None
    return parts


def _host(parts: SplitResult, allow_private: bool) -> str:
    name = (parts.hostname or "").rstrip(".")
    if _is_number(name):
        if not allow_private:
            raise Permanent("Please type the name of your store, not its number.")
        return f"[{name}]" if ":" in name else name
    if not name.isascii():
        name = _international(name)
    if _HOST.fullmatch(name) is None:
        raise Permanent("This is not the address of a store.")
    last = name.rpartition(".")[2]
    if not allow_private and ("." not in name or not last[0].isalpha() or last in ("localhost", "local", "internal")):
        raise Permanent("The address of your store has to be one that the whole internet can reach.")
    return name


def _is_number(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _international(name: str) -> str:
    """The `xn--` form. A label that mixes scripts looks like another name and is refused."""
    if any(len(_scripts(label)) > 1 for label in name.split(".")):
        raise Permanent(
            "The name of your store mixes letters of different alphabets; it cannot be told from another name."
        )
    try:
        return idna.encode(name, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        raise Permanent("This is not the address of a store.") from None


def _scripts(label: str) -> set[str]:
    """The alphabets of a label's letters, by the first word of their names; the ones of Japanese and Korean count as one."""
    words = {unicodedata.name(letter, "?").split()[0] for letter in label if letter.isalpha()}
    return {"CJK" if word in ("HIRAGANA", "KATAKANA", "HANGUL", "CJK") else word for word in words}


def _port(parts: SplitResult, allow_private: bool) -> str:
    usual = 443 if parts.scheme == "https" else 80
    if parts.port is None or parts.port == usual:
        return ""
    if not allow_private or parts.port == 0:
        raise Permanent("Please leave the port out of the address.")
    return f":{parts.port}"


def _path(path: str) -> str:
    kept = re.sub(r"/{2,}", "/", _ADMIN.sub("", path)).rstrip("/")
    if _PATH.fullmatch(kept) is None or any(part in (".", "..") for part in kept.split("/")):
        raise Permanent("This is not the address of a store.")
    return kept


def authorize_url(address: str, *, state: str, app_name: str, return_url: str, callback_url: str) -> str:
    """Where to send the merchant's browser to approve us.

    The store decodes `state` once on each of several hops, so only letters, digits, "_" and "-" survive; a real store wants
    `callback_url` to be https, and a "%" in it breaks the flow. Raises Permanent for either.
    """
    if _STATE.fullmatch(state) is None or "%" in callback_url or "+" in callback_url:
        raise Permanent("the state or the callback would not survive the store's way back")
    query = {
        "app_name": app_name,
        "scope": SCOPE,
        "user_id": state,
        "return_url": return_url,
        "callback_url": callback_url,
    }
    return f"{address}/wc-auth/v1/authorize?{urlencode(query)}"


class _Keys(msgspec.Struct):
    user_id: str
    consumer_key: str
    consumer_secret: str
    key_permissions: str


_keys = msgspec.json.Decoder(_Keys)


def read_keys(body: bytes) -> tuple[str, Credentials]:
    """What the store sent to the callback: (state, keys). Unsigned: believe it after `prove`. Raises Malformed."""
    try:
        found = _keys.decode(body)
    except (ValueError, RecursionError):
        raise Malformed("not the keys of a store") from None
    if _STATE.fullmatch(found.user_id) is None or found.key_permissions not in ("read", "write", SCOPE):
        raise Malformed("not the keys of a store")
    if not all(_KEY.fullmatch(key) for key in (found.consumer_key, found.consumer_secret)):
        raise Malformed("not the keys of a store")
    secrets = {"consumer_key": found.consumer_key, "consumer_secret": found.consumer_secret}
    return found.user_id, Credentials(secrets, frozenset({found.key_permissions}))


def prove(client: Client) -> StoreProfile:
    """Call the store with keys that just came, and learn what it is. Raises Unauthorised where they are not its keys,
    Permanent with a sentence where it cannot be connected."""
    if SCOPE not in client.credentials.scopes:
        raise Permanent("The store has to allow both reading and writing.")
    return profile(client)


def pair(client: Client, *, app_url: str, store_id: str, secret: str) -> bool:
    """Tell the companion plugin who we are; False where the store has none. `secret` signs its launch tokens."""
    body = {"app_url": app_url, "store_id": store_id, "secret": secret}
    return client.try_post("pair", body, version=PAIRING) is not None


def claimed_store(token: str) -> str:
    """Which store a launch token says it is of, to find that store's secret: unverified, so good for nothing else.

    Raises Unauthorised.
    """
    claims = _claims(lambda: jwt.decode(token, options={"verify_signature": False}))
    store = claims.get("store")
    if not isinstance(store, str) or not 0 < len(store) <= 100:
        raise Unauthorised("a launch token that names no store")
    return store


def read_launch(token: str, *, secret: str, address: str, audience: str, now: datetime) -> Visitor:
    """Who opened our page inside wp-admin, by a token that the companion plugin made (HS256, 60 seconds).

    `address` is the store's home, which is its issuer; `audience` our own address. That a `token_id` comes once is kept by
    the house. Raises Unauthorised.
    """
    claims = _claims(
        lambda: jwt.decode(
            token,
            secret,
            algorithms=["HS256"],
            audience=[audience.rstrip("/"), audience.rstrip("/") + "/"],
            issuer=[address, f"{address}/"],
            # Time is judged below, by the clock that was handed in.
            options={
                "require": ["exp", "iss", "aud", "sub", "jti", "store"],
                "verify_exp": False,
                "verify_nbf": False,
                "verify_iat": False,
            },
        )
    )
    expires = claims.get("exp")
    if isinstance(expires, bool) or not isinstance(expires, int | float):
        raise Unauthorised("a launch token without an end")
    left = expires - now.timestamp()
    if not -LEEWAY.total_seconds() <= left <= (LONGEST_LIFE + LEEWAY).total_seconds():
        raise LaunchOver(address)
    return Visitor(
        address=address,
        user_id=_claim(claims, "sub"),
        token_id=_claim(claims, "jti"),
        expires_at=now + timedelta(seconds=left),
        locale=_locale(claims.get("locale")),
    )


def _claims(decoded: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        return decoded()
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
        raise Unauthorised("a launch token that is not the store's") from None


def _claim(claims: dict[str, Any], name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= 200:
        raise Unauthorised("a launch token that lacks what it has to say")
    return value


def _locale(value: object) -> str | None:
    """WordPress says `de_DE`, we say `de-DE`."""
    return (
        value.replace("_", "-")
        if isinstance(value, str) and re.fullmatch(r"[A-Za-z]{2,3}(?:[_-]\w{2,8})*", value)
        else None
    )
