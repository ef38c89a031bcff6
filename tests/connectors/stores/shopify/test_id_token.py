"""Shopify's ID token: whom it names, and every forgery that is refused."""

from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest

from connectors.errors import Unauthorised
from connectors.stores.shopify import install

CLIENT = "0123456789abcdef"


SECRET = "shpss_" + "5" * 32


OLD_SECRET = "shpss_" + "0" * 32


NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)


def _claims(**changes: Any) -> dict[str, Any]:
    at = int(NOW.timestamp())
    claims: dict[str, Any] = {
        "iss": "https://demo.myshopify.com/admin",
        "dest": "https://demo.myshopify.com",
        "aud": CLIENT,
        "sub": "42",
        "exp": at + 60,
        "nbf": at,
        "iat": at,
        "jti": "f8912129-1af6-4cad-9ca3-76b0f7621087",
        "sid": "aaea182f2732d44c23057c0fea584021a4485b2bd25d3eb7fd349313ad24c685",
    }
    claims.update(changes)
    return {name: value for name, value in claims.items() if value is not None}


def _token(secret: str = SECRET, algorithm: str = "HS256", **changes: Any) -> str:
    return jwt.encode(_claims(**changes), secret, algorithm=algorithm)


def _read(token: str, *, now: datetime = NOW) -> Any:
    return install.read_id_token(token, client_id=CLIENT, secrets=[SECRET, OLD_SECRET], now=now)


def test_a_good_token_names_the_visitor() -> None:
    visitor = _read(_token())
    assert (visitor.address, visitor.user_id) == ("demo.myshopify.com", "42")
    assert visitor.expires_at == NOW + timedelta(seconds=60)
    assert _read(_token(OLD_SECRET)) == visitor


def test_clocks_may_differ_by_ten_seconds() -> None:
    assert _read(_token(), now=NOW - timedelta(seconds=9))
    assert _read(_token(), now=NOW + timedelta(seconds=69))
    for now in (NOW - timedelta(seconds=11), NOW + timedelta(seconds=71)):
        with pytest.raises(Unauthorised):
            _read(_token(), now=now)


@pytest.mark.parametrize("name", ["iss", "dest", "aud", "sub", "exp", "nbf", "iat", "jti", "sid"])
def test_every_claim_has_to_be_there(name: str) -> None:
    with pytest.raises(Unauthorised):
        _read(_token(**dict[str, Any]({name: None})))


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "another-app"},
        {"aud": [CLIENT, 7]},
        {"iss": "https://other.myshopify.com/admin"},
        {"dest": "https://other.myshopify.com"},
        {"dest": "https://evil.example", "iss": "https://evil.example/admin"},
        {"dest": "https://demo.myshopify.com.evil.example", "iss": "https://demo.myshopify.com.evil.example/admin"},
        {"dest": "http://demo.myshopify.com", "iss": "http://demo.myshopify.com/admin"},
        {"dest": "demo.myshopify.com", "iss": "demo.myshopify.com/admin"},
        {"dest": "https://demo.myshopify.com\n"},
        {"dest": ["https://demo.myshopify.com"]},
        {"iss": "https://evil.example/https://demo.myshopify.com/admin"},
        {"sub": 42},
        {"sub": ""},
        {"sid": ""},
        {"exp": "soon"},
        {"exp": 1e300},
        {"nbf": "x"},
    ],
)
def test_a_token_that_any_official_library_refuses_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(Unauthorised):
        _read(_token(**changes))


def test_only_hs256_by_our_secrets_counts() -> None:
    good = _token()
    forged = [
        _token("shpss_" + "9" * 32),
        _token(SECRET * 2, algorithm="HS512"),
        jwt.encode(_claims(), "", algorithm="none"),
        good[:-4] + "AAAA",
        good.rsplit(".", 1)[0] + ".",
        "a.b.c",
        "",
        "ü",
        "x" * 9000,
    ]
    for token in forged:
        with pytest.raises(Unauthorised):
            _read(token)


def test_a_refusal_holds_nothing_of_the_token() -> None:
    token = _token(sub="7777777", aud="another-app")
    with pytest.raises(Unauthorised) as told:
        _read(token)
    assert token not in str(told.value)
    assert told.value.__cause__ is None
