"""What Shopify says about a call of a storefront's page, and what is none of its words."""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest

from connectors.base import StoreSettings
from connectors.errors import Malformed, Unauthorised
from connectors.records import InterestRecord, StoreProfile
from connectors.standins.shopify.app_proxy import signature
from connectors.stores.shopify import connect
from connectors.stores.shopify.proxy import Call, interest, read_call

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SECRET = "hush"


def query(**given: str) -> dict[str, str]:
    stamp = str(int(NOW.timestamp()))
    plain = {
        "shop": "demo.myshopify.com",
        "timestamp": stamp,
        "logged_in_customer_id": "7",
        "path_prefix": "/apps/perennial",
    }
    return {**plain, "product": "77", "kind": "looked", **given}


def signed(**given: str) -> str:
    found = query(**given)
    return urlencode({**found, "signature": signature(found, SECRET)})


def test_a_genuine_call_says_whose_page_it_was_and_who_is_signed_in() -> None:
    call = read_call(signed(), ["older", SECRET], now=NOW)
    assert (call.shop, call.customer_id) == ("demo.myshopify.com", "7")
    assert read_call(signed(logged_in_customer_id=""), [SECRET], now=NOW).customer_id is None


def test_shopifys_own_example_passes() -> None:
    """The call, secret and signature that Shopify's page "Authenticate app proxies" shows."""
    raw = (
        "extra=1&extra=2&shop=shop-name.myshopify.com&logged_in_customer_id=1&path_prefix=%2Fapps%2Fawesome_reviews"
        "&timestamp=1317327555&signature=4c68c8624d737112c91818c11017d24d334b524cb5c2b8ba08daa056f7395ddb"
    )
    assert read_call(raw, ["hush"], now=datetime.fromtimestamp(1317327555, UTC)).shop == "shop-name.myshopify.com"


@pytest.mark.parametrize(
    "raw",
    [
        "",
        urlencode(query()),
        signed() + "x",
        signed() + "&shop=evil.myshopify.com",
        signed() + "&logged_in_customer_id=8",
        signed().replace("product=77", "product=78"),
        signed(shop="evil.example"),
        signed(shop="demo.myshopify.com\n"),
        signed(timestamp="soon"),
        signed(timestamp="1"),
        urlencode({**query(), "signature": "é"}),
        "a=" + "x" * 5000,
    ],
)
def test_what_shopify_did_not_say_is_refused(raw: str) -> None:
    with pytest.raises(Unauthorised):
        read_call(raw, [SECRET], now=NOW)


@pytest.mark.parametrize("seconds", [-91, 91])
def test_a_call_of_another_time_is_refused(seconds: int) -> None:
    with pytest.raises(Unauthorised):
        read_call(signed(), [SECRET], now=NOW + timedelta(seconds=seconds))


def call(customer: str | None = "7", **values: str) -> Call:
    return Call("demo.myshopify.com", customer, {"product": "77", "kind": "looked", **values})


def told(one: Call, email: str = "") -> InterestRecord:
    head, body = interest(one, email=email, at=NOW)
    connector = connect(StoreSettings(app_url="https://app.example", now=lambda: NOW))
    profile = StoreProfile("Demo", "EUR", "Europe/Berlin")
    [record] = connector.read(head.topic, body, profile=profile, received_at=NOW).records
    assert isinstance(record, InterestRecord)
    return record


def test_a_look_is_of_who_is_signed_in_whatever_the_page_says_besides() -> None:
    look = told(call(), email="ben@example.com")
    assert (look.product_external_id, look.customer_external_id, look.email, look.is_wish) == ("77", "7", None, False)


def test_a_typed_address_may_wish_and_not_look() -> None:
    wish = told(call(None, kind="asked"), email=" Ben@Example.com ")
    assert (wish.email, wish.is_wish, wish.customer_external_id) == ("ben@example.com", True, None)
    with pytest.raises(Malformed):
        interest(call(None), email="ben@example.com", at=NOW)


@pytest.mark.parametrize("bad", [{"product": "x"}, {"product": ""}, {"kind": "bought"}, {"product": "9" * 30}])
def test_neither_a_look_nor_a_wish_is_refused(bad: dict[str, str]) -> None:
    with pytest.raises(Malformed):
        interest(call("7", **bad), email="", at=NOW)


def test_the_same_look_of_the_same_minute_is_one_delivery() -> None:
    keys = [interest(call(), email="", at=NOW + timedelta(seconds=s))[0].key for s in (0, 30, 61)]
    assert keys[0] == keys[1] != keys[2]
    assert json.loads(interest(call(), email="", at=NOW)[1])["product_id"] == "77"
