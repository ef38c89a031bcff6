"""What the storefront tells by the companion plugin, as our own connector reads it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from connectors.base import StoreSettings
from connectors.records import CheckoutRecord, InterestRecord, StoreNews, StoreProfile, StoreRecord
from connectors.stores.woocommerce import connect
from tests.connectors.standins.woocommerce_kit import Listener, Shop, open_listener

TOPICS = ("perennial_cart.updated", "perennial_interest.created", "perennial_store.deleted")
PROFILE = StoreProfile("Shop", "USD", "America/New_York")


@pytest.fixture
def told(shop: Shop) -> Iterator[Listener]:
    with open_listener() as opened:
        shop.subscribe(opened, *TOPICS)
        yield opened


@pytest.fixture
def anna(shop: Shop) -> requests.Session:
    """A browser in which Anna is signed in."""
    browser = requests.Session()
    who = {"email": "anna@example.com", "first_name": "Anna", "password": "tea"}
    browser.post(f"{shop.url}/my-account/register", data=who, timeout=10)
    return browser


def records(shop: Shop, told: Listener) -> list[Any]:
    """What was told since the last time, in our words."""
    known = len(told.heard)
    shop.standin.webhooks.flush()
    connector = connect(StoreSettings(app_url="https://app.example", now=lambda: datetime.now(UTC)))
    return [
        record
        for one in told.heard[known:]
        if one.topic
        for record in connector.read(one.topic, one.body, profile=PROFILE, received_at=datetime.now(UTC)).records
    ]


def test_a_look_is_told_once_an_hour_of_who_is_signed_in(shop: Shop, told: Listener, anna: requests.Session) -> None:
    tea = shop.standin.add_product("Tea", price=400)
    page = f"{shop.url}/product/{tea.slug}/"
    requests.get(page, timeout=10)
    anna.get(page, timeout=10)
    anna.get(page, timeout=10)
    [look] = records(shop, told)
    assert isinstance(look, InterestRecord)
    assert (look.product_external_id, look.is_wish) == (str(tea.id), False)
    assert look.customer_external_id is not None
    shop.clock.travel(hours=1)
    anna.get(page, timeout=10)
    assert len(records(shop, told)) == 1


def test_who_asks_to_be_told_says_an_address_or_is_signed_in(
    shop: Shop, told: Listener, anna: requests.Session
) -> None:
    tea = shop.standin.add_product("Tea", price=400, stock=0)
    way = f"{shop.url}/product/{tea.slug}/wish"
    assert "Tell me when it is back" in requests.get(f"{shop.url}/product/{tea.slug}/", timeout=10).text
    requests.post(way, data={"email": "ben@example.com"}, timeout=10)
    requests.post(way, data={"email": "nobody"}, timeout=10)
    anna.post(way, timeout=10, allow_redirects=False)
    assert [(one.email, one.is_wish) for one in records(shop, told)] == [("ben@example.com", True), (None, True)]


def test_a_cart_has_one_name_until_it_is_empty(shop: Shop, told: Listener) -> None:
    tea = shop.standin.add_product("Tea", price=400)
    browser = requests.Session()
    browser.post(f"{shop.url}/cart/", data={"item": tea.id, "quantity": 2}, timeout=10)
    browser.post(f"{shop.url}/checkout/contact", data={"email": "ben@example.com"}, timeout=10)
    [left] = records(shop, told)
    assert isinstance(left, CheckoutRecord)
    assert left.buyer is not None
    assert (left.buyer.email, left.total, left.completed_at) == ("ben@example.com", 800, None)
    browser.post(f"{shop.url}/checkout/", data={"email": "ben@example.com"}, timeout=10)
    [gone] = records(shop, told)
    assert gone.external_id == left.external_id
    assert gone.completed_at is not None


def test_the_plugin_says_goodbye(shop: Shop, told: Listener) -> None:
    admin = requests.Session()
    page = admin.post(f"{shop.url}/wp-login.php", data=_login(shop, admin), timeout=10)
    assert page.status_code == 200
    page = admin.get(f"{shop.url}/wp-admin/plugins.php", timeout=10)
    nonce = page.text.partition('name="_wpnonce" value="')[2].partition('"')[0]
    admin.post(f"{shop.url}/wp-admin/plugins/perennial/deactivate", data={"_wpnonce": nonce}, timeout=10)
    assert records(shop, told) == [StoreRecord(StoreNews.UNINSTALLED)]


def _login(shop: Shop, admin: requests.Session) -> dict[str, str]:
    page = admin.get(f"{shop.url}/wp-login.php", timeout=10)
    nonce = page.text.partition('name="_wpnonce" value="')[2].partition('"')[0]
    return {"shortcut": "1", "_wpnonce": nonce, "redirect_to": "/wp-admin/"}
