"""The install screens: what they ask, who may approve, how the keys travel, and what becomes of them if nobody says 200."""

import json
import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from flask import Response

from tests.connectors.standins.woocommerce_kit import Listener, Shop, open_listener


@pytest.fixture
def app() -> Iterator[Listener]:
    with open_listener() as opened:
        yield opened


class Browser:
    """A merchant's browser that stays inside the store and stops where it is sent to the app."""

    def __init__(self, shop: Shop, app: Listener) -> None:
        self.shop = shop
        self.app = app
        self.session = requests.Session()

    def ask(self, **change: str | None) -> requests.Response:
        asked = {
            "app_name": "Perennial",
            "scope": "read_write",
            "user_id": "state-1",
            "return_url": f"{self.app.url}/back?from=woo",
            "callback_url": f"{self.app.url}/keys",
        }
        params = {name: value for name, value in {**asked, **change}.items() if value is not None}
        return self.session.get(f"{self.shop.url}/wc-auth/v1/authorize", params=params, timeout=10)

    def log_in(self, page: requests.Response, user: str = "manager", password: str = "password") -> requests.Response:
        hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
        fields = {**{name: unescape(value) for name, value in hidden.items()}, "username": user, "password": password}
        return self.session.post(page.url, data={**fields, "login": "Login"}, timeout=10)

    def follow(self, page: requests.Response, word: str) -> requests.Response:
        target = unescape(re.findall(rf'href="([^"]+)">{word}<', page.text)[0])
        address = target if "://" in target else f"{self.shop.url}{target}"
        return self.session.get(address, timeout=10)


@pytest.fixture
def browser(shop: Shop, app: Listener) -> Iterator[Browser]:
    opened = Browser(shop, app)
    yield opened
    opened.session.close()


def test_a_merchant_logs_in_approves_and_comes_back_with_the_keys_gone_ahead(browser: Browser) -> None:
    login = browser.ask()
    assert "/wc-auth/v1/login" in login.url
    approve = browser.log_in(login)
    assert "would like to connect" in approve.text
    end = browser.follow(approve, "Approve")
    keys, back = browser.app.heard
    assert keys.headers["Content-Type"] == "application/json;charset=UTF-8"
    body = json.loads(keys.body)
    assert list(body) == ["key_id", "user_id", "consumer_key", "consumer_secret", "key_permissions"]
    assert (body["user_id"], body["key_permissions"]) == ("state-1", "read_write")
    assert re.fullmatch(r"ck_[0-9a-f]{40}", body["consumer_key"])
    assert back.path == "back"
    assert parse_qs(urlsplit(end.url).query) == {"from": ["woo"], "success": ["1"], "user_id": ["state-1"]}
    key = browser.shop.standin.state.keys[body["key_id"]]
    assert browser.shop.call("GET", "orders", key=key).status_code == 200
    assert key.description.startswith("Perennial - API (2026-11-22")


def test_deny_is_a_plain_link_back_and_the_app_is_told_nothing_else(browser: Browser) -> None:
    end = browser.follow(browser.log_in(browser.ask()), "Deny")
    assert "success=0" in end.url
    assert [one.path for one in browser.app.heard] == ["back"]


def test_each_approval_makes_a_new_key(browser: Browser) -> None:
    browser.follow(browser.log_in(browser.ask()), "Approve")
    browser.follow(browser.ask(), "Approve")
    assert len(browser.shop.standin.state.keys) == 3


@pytest.mark.parametrize("status", [201, 204, 500])
def test_any_answer_but_200_deletes_the_key_again(browser: Browser, status: int) -> None:
    browser.app.status = status
    end = browser.follow(browser.log_in(browser.ask()), "Approve")
    assert end.status_code == 401
    assert "unable to send the consumer data" in end.text
    assert len(browser.shop.standin.state.keys) == 1


def test_a_redirecting_callback_looks_like_success_and_loses_the_body(browser: Browser) -> None:
    browser.app.answers["keys"] = Response("", 302, {"Location": f"{browser.app.url}/login"})
    browser.follow(browser.log_in(browser.ask()), "Approve")
    lost = next(one for one in browser.app.heard if one.path == "login")
    assert lost.body == b""
    assert len(browser.shop.standin.state.keys) == 2


@pytest.mark.parametrize("name", ["app_name", "scope", "user_id", "return_url", "callback_url"])
@pytest.mark.parametrize("value", [None, "0"])
def test_every_parameter_is_needed(browser: Browser, name: str, value: str | None) -> None:
    page = browser.ask(**{name: value})
    assert (page.status_code, f"Missing parameter {name}" in page.text) == (401, True)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"callback_url": "http://app.example.com/keys"}, "needs to be over SSL"),
        ({"callback_url": "app.example.com/a b"}, "not a valid URL"),
        ({"scope": "everything"}, "Invalid scope"),
    ],
)
def test_bad_parameters_end_on_a_401_page(browser: Browser, change: dict[str, str], sentence: str) -> None:
    page = browser.ask(**change)
    assert (page.status_code, sentence in page.text) == (401, True)


def test_a_wrong_password_stays_at_the_login(browser: Browser) -> None:
    page = browser.log_in(browser.ask(), password="wrong")
    assert "not right" in page.text
    assert "/login" in page.url


def test_a_customer_may_not_approve(browser: Browser) -> None:
    browser.shop.standin.create_customer("anna@example.com", password="pw")
    page = browser.log_in(browser.ask(), "anna@example.com", "pw")
    assert (page.status_code, "do not have permission" in page.text) == (401, True)


@pytest.mark.parametrize(
    ("given", "arrives"), [("a-b_c.d~e", "a-b_c.d~e"), ("a+b", "a b"), ("a&b=c", "a"), ("x" * 70, "x" * 70)]
)
def test_user_id_is_decoded_again_on_each_hop(browser: Browser, given: str, arrives: str) -> None:
    browser.follow(browser.log_in(browser.ask(user_id=given)), "Approve")
    assert json.loads(browser.app.heard[0].body)["user_id"] == arrives


def test_a_plus_in_the_callback_s_query_breaks_the_flow(browser: Browser) -> None:
    page = browser.ask(callback_url=f"{browser.app.url}/keys?mail=a%2Bb")
    while page.status_code == 200 and "/login" in page.url:
        page = browser.log_in(page)
    assert page.status_code == 401


def test_a_forged_approval_is_refused(browser: Browser) -> None:
    approve = browser.log_in(browser.ask())
    target = unescape(re.findall(r'href="([^"]+)">Approve<', approve.text)[0])
    forged = re.sub(r"wc_auth_nonce=\w+", "wc_auth_nonce=guess", target)
    assert browser.session.get(f"{browser.shop.url}{forged}", timeout=10).status_code == 401
    assert browser.app.heard == []


def test_keys_never_leave_this_machine(browser: Browser) -> None:
    page = browser.log_in(browser.ask(callback_url="https://app.example.com/keys"))
    assert browser.follow(page, "Approve").status_code == 401
