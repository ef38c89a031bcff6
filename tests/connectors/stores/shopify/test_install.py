"""The install's door: shops, hosts and ways back, with every trap that the facts name."""

import base64
from urllib.parse import parse_qs, urlsplit

import pytest

from connectors.stores.shopify import install

CLIENT = "0123456789abcdef"


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
