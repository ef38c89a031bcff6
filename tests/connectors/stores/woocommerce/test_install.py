"""Becoming a store's guest: what a merchant may type, which keys are keys, and which launch tokens open our page."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import Malformed, Permanent, Unauthorised
from connectors.stores.woocommerce.install import (
    authorize_url,
    claimed_store,
    read_keys,
    read_launch,
    store_address,
)

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SECRET = "s" * 43
STATE = "st-ate_0123456789"


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("shop.example", "https://shop.example"),
        ("  https://Shop.Example/  ", "https://shop.example"),
        ("https://shop.example:443/", "https://shop.example"),
        ("https://shop.example./", "https://shop.example"),
        ("shop.example/de/", "https://shop.example/de"),
        ("https://shop.example/wp-admin/admin.php", "https://shop.example"),
        ("https://shop.example/de/wp-login.php", "https://shop.example/de"),
        ("münchen.example", "https://xn--mnchen-3ya.example"),
        ("https://xn--mnchen-3ya.example", "https://xn--mnchen-3ya.example"),
    ],
)
def test_what_a_merchant_types_becomes_one_address(typed: str, address: str) -> None:
    assert store_address(typed, allow_private=False) == address


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "shop",
        "localhost",
        "printer.local",
        "metadata.google.internal",
        "http://shop.example",
        "ftp://shop.example",
        "javascript://shop.example",
        "https://user:secret@shop.example",
        "https://shop.example@evil.example",
        "https://shop.example:8443",
        "https://shop.example:0",
        "https://shop.example:99999",
        "https://shop.example/?page_id=1",
        "https://shop.example/#top",
        "https://shop.example\\@evil.example",
        "https://shop.example/../admin",
        "https://shop.example/%2e%2e/x",
        "https://127.0.0.1",
        "https://[::1]",
        "https://2130706433",
        "https://127.1",
        "https://0x7f.1",
        "https://shop..example",
        "https://-shop.example",
        "https://shop_1.example",
        "https://shop.example\nHost: evil.example",
        "shop.ex ample",
        "https://" + "a" * 300 + ".example",
        # A Cyrillic "а" among Latin letters.
        "https://p\u0430ypal.example",
        "https://shop\u200b.example",
        "https://[",
    ],
)
def test_what_is_no_public_address_is_refused_with_a_sentence(typed: str) -> None:
    with pytest.raises(Permanent, match=r"[A-Z].*\."):
        store_address(typed, allow_private=False)


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("http://127.0.0.1:8088", "http://127.0.0.1:8088"),
        ("http://localhost:8088/shop/", "http://localhost:8088/shop"),
        ("http://[::1]:8088", "http://[::1]:8088"),
        ("shop.example", "https://shop.example"),
    ],
)
def test_a_store_on_this_machine_is_taken_when_private_ones_are_allowed(typed: str, address: str) -> None:
    assert store_address(typed, allow_private=True) == address


@given(st.text(max_size=80), st.booleans())
def test_whatever_is_typed_is_an_address_or_a_sentence(typed: str, allow_private: bool) -> None:
    try:
        address = store_address(typed, allow_private=allow_private)
    except Permanent:
        return
    parts = urlsplit(address)
    assert parts.scheme in ("https", "http")
    assert address.isascii()
    assert not {*"?#@\\ "} & set(address)
    assert store_address(address, allow_private=allow_private) == address


def test_the_way_to_the_approval_names_all_five() -> None:
    url = authorize_url(
        "https://shop.example/de",
        state=STATE,
        app_name="Perennial",
        return_url="https://app.example/back?x=1",
        callback_url="https://app.example/keys",
    )
    assert url.startswith("https://shop.example/de/wc-auth/v1/authorize?")
    assert parse_qs(urlsplit(url).query) == {
        "app_name": ["Perennial"],
        "scope": ["read_write"],
        "user_id": [STATE],
        "return_url": ["https://app.example/back?x=1"],
        "callback_url": ["https://app.example/keys"],
    }


@pytest.mark.parametrize("state", ["short", "a+b" * 8, "a&b=c" * 8, "a.b~c" * 8, "ä" * 20, "x" * 129])
def test_a_state_that_would_not_survive_the_way_is_not_sent(state: str) -> None:
    with pytest.raises(Permanent):
        authorize_url(
            "https://s.example",
            state=state,
            app_name="P",
            return_url="https://a.example",
            callback_url="https://a.example",
        )


def test_a_callback_that_would_not_survive_the_way_is_not_sent() -> None:
    with pytest.raises(Permanent):
        authorize_url(
            "https://s.example",
            state=STATE,
            app_name="P",
            return_url="https://a.example",
            callback_url="https://a.example/?x=%2B",
        )


def keys(**changed: Any) -> bytes:
    body = {
        "key_id": 3,
        "user_id": STATE,
        "consumer_key": "ck_" + "a1" * 20,
        "consumer_secret": "cs_" + "b2" * 20,
        "key_permissions": "read_write",
        **changed,
    }
    return json.dumps(body).encode()


def test_the_store_s_keys_are_read() -> None:
    state, credentials = read_keys(keys())
    assert state == STATE
    assert dict(credentials.secrets) == {"consumer_key": "ck_" + "a1" * 20, "consumer_secret": "cs_" + "b2" * 20}
    assert credentials.scopes == {"read_write"}
    assert "a1a1" not in repr(credentials)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"user_id=x",
        b"\xff",
        b"[" * 100_000,
        keys(user_id=""),
        keys(user_id=7),
        keys(user_id="x" * 15),
        keys(consumer_key="ck_short"),
        keys(consumer_key="ck_" + "g" * 40),
        keys(consumer_secret=None),
        keys(key_permissions="admin"),
    ],
)
def test_what_is_no_set_of_keys_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        read_keys(body)


def token(secret: str = SECRET, algorithm: str = "HS256", **changed: Any) -> str:
    claims = {
        "iss": "https://shop.example",
        "aud": "https://app.example",
        "store": "17",
        "sub": "1",
        "jti": "j-1",
        "iat": int(NOW.timestamp()),
        "exp": int(NOW.timestamp()) + 60,
        "locale": "de_DE",
        **changed,
    }
    return jwt.encode({name: value for name, value in claims.items() if value is not None}, secret, algorithm=algorithm)


def opened(text: str) -> Any:
    return read_launch(text, secret=SECRET, address="https://shop.example", audience="https://app.example", now=NOW)


def test_a_launch_token_names_its_visitor() -> None:
    visitor = opened(token())
    assert (visitor.address, visitor.user_id, visitor.token_id, visitor.locale) == (
        "https://shop.example",
        "1",
        "j-1",
        "de-DE",
    )
    assert visitor.expires_at == NOW + timedelta(seconds=60)
    assert claimed_store(token()) == "17"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a.b.c",
        token(secret="t" * 43),
        token(secret="", algorithm="none"),
        token(algorithm="HS512", secret="s" * 64),
        token(iss="https://other.example"),
        token(aud="https://other.example"),
        token(exp=int(NOW.timestamp()) - 11),
        token(exp=int(NOW.timestamp()) + 3600),
        token(exp="tomorrow"),
        token(sub=None),
        token(sub=""),
        token(jti=None),
        token(aud=None),
        token(exp=None),
        token(store=None),
        token(jti="x" * 201),
    ],
)
def test_any_other_token_opens_nothing(text: str) -> None:
    with pytest.raises(Unauthorised):
        opened(text)


def test_a_clock_ten_seconds_off_is_forgiven() -> None:
    assert opened(token(exp=int(NOW.timestamp()) - 9)).user_id == "1"
    assert opened(token(exp=int(NOW.timestamp()) + 69)).user_id == "1"


@pytest.mark.parametrize("text", ["", "x", "a.b.c", token(store=None), token(store=7), token(store="")])
def test_a_token_that_names_no_store_leads_to_none(text: str) -> None:
    with pytest.raises(Unauthorised):
        claimed_store(text)
