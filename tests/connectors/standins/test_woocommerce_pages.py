"""The admin, the companion plugin and the shop, as a person with a browser meets them."""

import json
import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import requests

from connectors.standins.woocommerce.state import meta_value
from tests.connectors.standins.woocommerce_kit import Shop, open_shop

APP = "http://localhost:5099"
ORDERS = "/wp-admin/admin.php?page=wc-orders"
PERENNIAL = "/wp-admin/admin.php?page=perennial"
SECRET = "s" * 32


@pytest.fixture
def shop() -> Iterator[Shop]:
    with open_shop(plugin_app_url=APP) as opened:
        yield opened


class Person:
    """Somebody with a browser."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.session = requests.Session()

    def get(self, path: str, **headers: str) -> requests.Response:
        return self.session.get(f"{self.shop.url}{path}", headers=headers, timeout=10)

    def post(self, path: str, **fields: object) -> requests.Response:
        return self.session.post(f"{self.shop.url}{path}", data=fields, timeout=10)

    def sign_in(self, target: str = ORDERS) -> requests.Response:
        """The button for those who only want to look around."""
        page = self.get(target)
        hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
        fields = {name: unescape(value) for name, value in hidden.items()}
        return self.session.post(page.url, data={**fields, "shortcut": "1"}, timeout=10)

    def nonce(self) -> str:
        return str(re.findall(r'name="_wpnonce" value="(\w+)"', self.get(ORDERS).text)[0])


@pytest.fixture
def person(shop: Shop) -> Iterator[Person]:
    somebody = Person(shop)
    yield somebody
    somebody.session.close()


def test_the_admin_asks_who_is_there_and_leads_on(person: Person) -> None:
    page = person.sign_in(PERENNIAL)
    assert page.url.endswith("page=perennial")
    assert page.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "Stand-in store" in page.text


def test_the_login_leads_nowhere_else(person: Person) -> None:
    for elsewhere in ("https://evil.example", "//evil.example/wp-admin/"):
        page = person.get(f"/wp-login.php?redirect_to={elsewhere}")
        assert "evil.example" not in re.findall(r'name="redirect_to" value="([^"]*)"', page.text)[0]


def test_staff_complete_refund_cancel_trash_and_restore(shop: Shop, person: Person) -> None:
    person.sign_in()
    first = shop.standin.place_order(items=["MUG-1"], email="a@example.com")
    second = shop.standin.place_order(items=["MUG-1"], email="a@example.com")
    for order, deed, status in (
        (first, "complete", "completed"),
        (first, "refund", "refunded"),
        (second, "cancel", "cancelled"),
        (second, "trash", "trash"),
        (second, "restore", "cancelled"),
    ):
        answer = person.post(f"/wp-admin/orders/{order.id}", do=deed, _wpnonce=person.nonce())
        assert (answer.status_code, order.status) == (200, status)
    assert person.post(f"/wp-admin/orders/{first.id}", do="refund", _wpnonce=person.nonce()).status_code == 409


def test_a_button_needs_its_nonce_and_its_person(shop: Shop, person: Person) -> None:
    order = shop.standin.place_order(items=["MUG-1"], email="a@example.com")
    assert person.post(f"/wp-admin/orders/{order.id}", do="trash").status_code == 403
    person.sign_in()
    assert person.post(f"/wp-admin/orders/{order.id}", do="trash", _wpnonce="guess").status_code == 403
    assert order.status == "processing"


def test_a_key_can_be_revoked(shop: Shop, person: Person) -> None:
    page = person.sign_in("/wp-admin/admin.php?page=wc-settings&tab=advanced&section=keys")
    assert shop.key.key[-7:] in page.text
    assert shop.key.secret not in page.text
    person.post(f"/wp-admin/keys/{shop.key.id}/revoke", _wpnonce=person.nonce())
    assert shop.get("orders").status_code == 401


def test_every_admin_page_opens(person: Person) -> None:
    person.sign_in()
    for path in (ORDERS, f"{ORDERS}&status=trash", "/wp-admin/admin.php?page=wc-webhooks", "/wp-admin/plugins.php"):
        assert person.get(path).status_code == 200
    assert person.get("/wp-admin/admin.php?page=nothing").status_code == 404
    person.post("/wp-admin/logout", _wpnonce=person.nonce())
    assert "wp-login" in person.get(ORDERS).url


def pair(shop: Shop) -> requests.Response:
    """The app's side of pairing, with the store's own keys."""
    body = {"app_url": APP, "store_id": "17", "secret": SECRET}
    return shop.call("POST", "../../wc-perennial/v1/pair", json=body)


def claims(token: str, shop: Shop) -> dict[str, object]:
    # The token's minute is the story's, not this machine's.
    return dict(
        jwt.decode(
            token,
            SECRET,
            algorithms=["HS256"],
            audience=APP,
            issuer=shop.url,
            options={"verify_exp": False, "verify_iat": False},
        )
    )


def test_before_pairing_the_plugin_offers_to_connect_at_the_top(shop: Shop, person: Person) -> None:
    page = person.sign_in(PERENNIAL)
    [connect] = re.findall(r'href="([^"]+)" target="_top"', page.text)
    assert unescape(connect) == f"{APP}/install/woocommerce?store={shop.url.replace(':', '%3A').replace('/', '%2F')}"


def test_pairing_takes_the_store_s_own_keys(shop: Shop) -> None:
    path, body = f"{shop.url}/wp-json/wc-perennial/v1/pair", {"app_url": APP, "store_id": "17", "secret": SECRET}
    assert requests.post(path, json=body, timeout=10).status_code == 401
    assert pair(shop).json() == {"paired": True}
    assert shop.call("POST", "../../wc-perennial/v1/pair", json={"app_url": APP}).status_code == 400


def test_after_pairing_the_app_is_opened_with_a_token_for_a_minute(shop: Shop, person: Person) -> None:
    pair(shop)
    page = person.sign_in(PERENNIAL)
    assert page.headers["Referrer-Policy"] == "no-referrer"
    address = urlsplit(unescape(re.findall(r'<iframe[^>]* src="([^"]+)"', page.text)[0]))
    assert f"{address.scheme}://{address.netloc}{address.path}" == f"{APP}/embed/woocommerce"
    told = claims(parse_qs(address.query)["launch"][0], shop)
    assert (told["store"], told["sub"], told["locale"]) == ("17", "2", "en-US")
    assert told["iat"] == int(shop.clock().timestamp())
    assert told["exp"] == int(shop.clock().timestamp()) + 60


def test_fresh_tokens_are_for_the_signed_in_with_a_nonce(shop: Shop, person: Person) -> None:
    pair(shop)
    launch = "/wp-json/wc-perennial/v1/launch"
    assert person.get(launch).status_code == 403
    page = person.sign_in(PERENNIAL)
    [nonce] = re.findall(r'data-nonce="(\w+)"', page.text)
    assert person.get(launch).status_code == 403
    tokens = [person.get(launch, **{"X-WP-Nonce": nonce}).json()["token"] for _ in range(2)]
    assert len({claims(token, shop)["jti"] for token in tokens}) == 2


def test_signing_up_with_the_newsletter_notes_consent_and_birthday(shop: Shop, person: Person) -> None:
    person.post(
        "/my-account/register", email="anna@example.com", first_name="Anna", newsletter="1", birthday="1990-02-28"
    )
    anna = shop.standin.state.user_by_email("anna@example.com")
    assert anna is not None
    consent = meta_value(anna.meta, "perennial_email_consent")
    assert (consent["state"], consent["source"], consent["at"]) == ("subscribed", "account", "2026-11-22T12:00:00Z")
    assert consent["wording"]
    assert meta_value(anna.meta, "perennial_birthday") == "1990-02-28"
    person.post("/my-account/preferences", birthday="1990-02-28")
    assert meta_value(anna.meta, "perennial_email_consent")["state"] == "unsubscribed"


def test_signing_up_without_the_box_notes_nothing(shop: Shop, person: Person) -> None:
    person.post("/my-account/register", email="ben@example.com")
    ben = shop.standin.state.user_by_email("ben@example.com")
    assert ben is not None
    assert ben.meta == []


def test_an_address_signs_up_once(person: Person) -> None:
    person.post("/my-account/register", email="anna@example.com", password="pw")
    person.post("/my-account/logout")
    assert "already registered" in person.post("/my-account/register", email="ANNA@example.com").text
    assert "wrong password" in person.post("/my-account/login", username="anna@example.com", password="no").text
    assert "Hello" in person.post("/my-account/login", username="anna@example.com", password="pw").text


def item(shop: Shop, sku: str) -> int:
    return next(one.id for one in shop.standin.state.products.values() if one.sku == sku)


def test_a_guest_buys_with_the_newsletter_box(shop: Shop, person: Person) -> None:
    person.post("/cart/", item=item(shop, "MUG-1"), quantity=2)
    page = person.post(
        "/checkout/", email="Guest.One@Example.com", first_name="Guest", newsletter="1", payment="stripe", country="US"
    )
    assert "Your order has been received" in page.text
    [order] = shop.get("orders").json()
    assert (order["customer_id"], order["created_via"], order["status"]) == (0, "store-api", "processing")
    assert (order["billing"]["email"], order["total"]) == ("Guest.One@Example.com", "37.00")
    [consent] = [row["value"] for row in order["meta_data"] if row["key"] == "perennial_email_consent"]
    assert (consent["state"], consent["source"]) == ("subscribed", "checkout")
    assert "Your cart is empty" in person.get("/cart/").text


def test_a_shopper_can_make_an_account_at_the_checkout(shop: Shop, person: Person) -> None:
    person.post("/cart/", item=item(shop, "MUG-1"))
    person.post("/checkout/", email="anna@example.com", create_account="1", newsletter="1")
    anna = shop.standin.state.user_by_email("anna@example.com")
    assert anna is not None
    assert anna.is_paying
    assert shop.get("orders").json()[0]["customer_id"] == anna.id
    assert "Orders" in person.get("/my-account/").text


def test_a_checkout_that_cannot_be_says_why_and_keeps_the_cart(shop: Shop, person: Person) -> None:
    person.post("/cart/", item=item(shop, "MUG-1"))
    assert "valid email" in person.post("/checkout/", email="nonsense").text
    assert "does not exist" in person.post("/checkout/", email="a@example.com", coupon="nope").text
    assert "Cart (1)" in person.get("/").text
    assert shop.get("orders").json() == []


def test_the_shop_shows_products_and_sizes(shop: Shop, person: Person) -> None:
    assert "Enamel Mug" in person.get("/").text
    assert "Enamel Mug" not in person.get("/?s=candle").text
    assert "1kg, $42.00" in person.get("/product/coffee-beans/").text
    assert person.get("/product/nothing/").status_code == 404
    order = shop.standin.place_order(items=["MUG-1"], email="a@example.com")
    assert person.get(f"/checkout/order-received/{order.id}/?key=guess").status_code == 404


def test_what_a_shopper_types_is_shown_as_text(shop: Shop, person: Person) -> None:
    shop.standin.place_order(
        items=["MUG-1"], email="a@example.com", billing={"first_name": "<script>alert(1)</script>"}
    )
    assert "<script>alert" not in person.sign_in().text
    assert "<script>x" not in person.get("/?s=<script>x").text


def test_consent_is_visible_over_rest(shop: Shop) -> None:
    anna = shop.standin.create_customer("anna@example.com", accepts_marketing=True)
    [row] = shop.get(f"customers/{anna.id}").json()["meta_data"]
    assert json.dumps(row["value"])
    assert row["key"] == "perennial_email_consent"
