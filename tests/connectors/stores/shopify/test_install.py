"""The install's door: shops, hosts, signed queries, ID tokens and ways back, with every trap that the facts name."""

import base64
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest

from connectors.errors import Unauthorised
from connectors.stores.shopify import classic, install

SECRET = "shpss_" + "5" * 32
OLD_SECRET = "shpss_" + "0" * 32
NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
CLIENT = "0123456789abcdef"
SIGNED_AT = datetime.fromtimestamp(1337178173, UTC)


@pytest.mark.parametrize("text", ["demo.myshopify.com", "DEMO.MyShopify.com", "1-2.myshopify.com"])
def test_a_shop_is_a_name_below_myshopify(text: str) -> None:
    assert install.valid_shop(text) == text.lower()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "demo",
        ".myshopify.com",
        "-a.myshopify.com",
        "a.b.myshopify.com",
        "a_b.myshopify.com",
        "demo.myshopify.com\n",
        "demo.myshopify.com/",
        "demo.myshopify.com.evil.example",
        "demo.myshopify.com:443",
        "evil.example/demo.myshopify.com",
        "evil.example?.myshopify.com",
        "demo.myshopify.com#",
        "https://demo.myshopify.com",
        "user@demo.myshopify.com",
        "demo.shopify.com",
        "dеmo.myshopify.com",
        "a" * 300 + ".myshopify.com",
    ],
)
def test_nothing_else_is_a_shop(text: str) -> None:
    assert install.valid_shop(text) is None


def _host(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize("text", ["admin.shopify.com/store/demo", "demo.myshopify.com/admin", "demo.myshopify.com"])
def test_a_host_is_shopifys_padded_or_not(text: str) -> None:
    assert install.valid_host(_host(text)) == text
    assert install.valid_host(_host(text).rstrip("=")) == text


@pytest.mark.parametrize(
    "text",
    [
        "notshopify.com",
        "admin.shopify.com.evil.com",
        "evil.com/admin.shopify.com",
        "evil.com#.shopify.com",
        "user@admin.shopify.com",
        "admin.shopify.com\\@evil.com",
        "admin.shopify.com:444/store/x",
        "admin.shopify.com/store/x?y",
        "shopify.com",
        "",
    ],
)
def test_a_host_of_anybody_else_is_refused(text: str) -> None:
    assert install.valid_host(_host(text)) is None


@pytest.mark.parametrize("text", ["%%%", "a b", "YWRtaW4uc2hvcGlmeS5jb20=\n", "ÿÿÿÿ", "A"])
def test_a_host_that_is_no_base64_is_refused(text: str) -> None:
    assert install.valid_host(text) is None


def test_the_app_lives_in_the_admin_that_the_host_names() -> None:
    host = _host("admin.shopify.com/store/demo")
    assert install.admin_app_url(host, CLIENT) == f"https://admin.shopify.com/store/demo/apps/{CLIENT}"
    assert install.store_app_url("demo.myshopify.com", CLIENT) == f"https://admin.shopify.com/store/demo/apps/{CLIENT}"
    assert install.admin_app_url(_host("evil.com"), CLIENT) is None


GOLDEN = [
    (
        "code=0907a61c0c8d55e99db179b68161bc00&shop=some-shop.myshopify.com&state=0.6784241404160823&timestamp=1337178173",
        "700e2dadb827fcc8609e9d5ce208b2e9cdaab9df07390d2cbca10d7c328fc4bf",
    ),
    (
        "code=0907a61c0c8d55e99db179b68161bc00&shop=some-shop.myshopify.com&timestamp=1337178173",
        "4712bf92ffc2917d15a2f5a273e39f0116667419aa4b6ac0b3baaf26fa3c4d20",
    ),
]


@pytest.mark.parametrize(("query", "signature"), GOLDEN)
def test_the_published_signatures_are_genuine(query: str, signature: str) -> None:
    assert install.query_is_genuine(f"hmac={signature}&{query}", ["hush"], now=SIGNED_AT)
    assert install.query_is_genuine(f"{query}&hmac={signature}", ["new", "hush"], now=SIGNED_AT)


@pytest.mark.parametrize(("query", "signature"), GOLDEN)
def test_a_changed_query_is_not_genuine(query: str, signature: str) -> None:
    for changed in (
        f"{query}x&hmac={signature}",
        f"{query}&hmac={signature[::-1]}",
        f"{query}&shop=evil.myshopify.com&hmac={signature}",
        f"{query}&hmac={signature}&hmac={signature}",
        f"{query}&hmac=ü",
        query,
        "",
    ):
        assert not install.query_is_genuine(changed, ["hush"], now=SIGNED_AT)
    assert not install.query_is_genuine(f"{query}&hmac={signature}", ["other"], now=SIGNED_AT)
    assert not install.query_is_genuine(f"{query}&hmac={signature}", [], now=SIGNED_AT)


@pytest.mark.parametrize("away", [timedelta(seconds=-91), timedelta(seconds=91), timedelta(days=365)])
def test_an_old_query_is_not_genuine(away: timedelta) -> None:
    query, signature = GOLDEN[0]
    assert not install.query_is_genuine(f"{query}&hmac={signature}", ["hush"], now=SIGNED_AT + away)


@pytest.mark.parametrize("stamp", ["999999999999", "-1", "1e9", "\u0661", ""])
def test_a_query_of_no_era_is_not_genuine_and_nothing_worse(stamp: str) -> None:
    query = f"hmac=00&shop=a.myshopify.com&timestamp={stamp}"
    assert not install.query_is_genuine(query, ["hush"], now=SIGNED_AT)


def test_both_spellings_of_shopifys_libraries_are_accepted() -> None:
    """They disagree as soon as a value holds one of `=/+`, a space or a letter beyond ASCII."""
    query = "host=YWRt%3D%2F%2B&name=J%C3%BCrgen%20%26%20S%C3%B6hne%25&shop=a.myshopify.com&timestamp=1337178173"
    pairs = {"host": "YWRt=/+", "name": "Jürgen & Söhne%", "shop": "a.myshopify.com", "timestamp": "1337178173"}
    python = classic.signature_of(pairs, "hush")
    node = install._signatures(list(pairs.items()), "hush")[0]
    assert python != node
    for signature in (python, node):
        assert install.query_is_genuine(f"{query}&hmac={signature}", ["hush"], now=SIGNED_AT)


def test_lists_in_a_query_keep_all_their_values() -> None:
    pairs = {"ids[]": ["1", "2"], "shop": "a.myshopify.com", "timestamp": "1337178173"}
    signature = classic.signature_of(pairs, "hush")
    query = "ids%5B%5D=1&ids%5B%5D=2&shop=a.myshopify.com&timestamp=1337178173"
    assert install.query_is_genuine(f"{query}&hmac={signature}", ["hush"], now=SIGNED_AT)
    assert not install.query_is_genuine(f"{query}&ids[]=3&hmac={signature}", ["hush"], now=SIGNED_AT)


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


@pytest.mark.parametrize("text", ["/", "/settings", "/settings?shop=a.myshopify.com&host=x%3D", "/a/b#c"])
def test_own_paths_are_safe(text: str) -> None:
    assert install.safe_path(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "settings",
        "//evil.example",
        "/\\evil.example",
        "\\/evil",
        "https://evil.example",
        "/\t/evil",
        "/a\r\nX: y",
        "/ö",
        "/a b",
        "/a\\b",
        "/" + "a" * 3000,
        "javascript:alert(1)",
        " /a",
    ],
)
def test_paths_that_could_leave_are_not(text: str) -> None:
    assert install.safe_path(text) is None


def test_a_bounce_comes_back_without_the_stale_token() -> None:
    target = install.bounce_target("/bounce", "/settings", raw_query="shop=a.myshopify.com&id_token=abc.def&embedded=1")
    query = parse_qs(urlsplit(target).query)
    assert urlsplit(target).path == "/bounce"
    assert query["shopify-reload"] == ["/settings?shop=a.myshopify.com&embedded=1"]
    assert query["shop"] == ["a.myshopify.com"]
    assert "abc.def" not in target
    assert install.safe_path(query["shopify-reload"][0])
    assert install.bounce_target("/bounce", "/", raw_query="") == "/bounce?shopify-reload=%2F"


def test_the_way_to_the_grant_of_a_custom_app() -> None:
    url = install.authorize_url(
        "demo.myshopify.com",
        "ab" * 16,
        client_id=CLIENT,
        scopes=("read_orders", "x"),
        redirect_uri="https://a.example/c",
    )
    query = parse_qs(urlsplit(url).query)
    assert url.startswith("https://demo.myshopify.com/admin/oauth/authorize?")
    assert query == {
        "client_id": [CLIENT],
        "scope": ["read_orders,x"],
        "redirect_uri": ["https://a.example/c"],
        "state": ["ab" * 16],
    }


def test_a_page_may_be_framed_by_its_own_store_only() -> None:
    assert install.frame_ancestors("demo.myshopify.com") == (
        "frame-ancestors https://demo.myshopify.com https://admin.shopify.com;"
    )
