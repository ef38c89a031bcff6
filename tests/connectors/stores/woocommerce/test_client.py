"""The way to a store's REST: signing, the package's verbs over our own line, and what each failure means."""

from collections.abc import Callable
from typing import Any

import pytest

from connectors.base import Credentials, StoreSettings
from connectors.errors import Permanent, Temporary, Unauthorised, Unsupported
from connectors.http import Http
from connectors.records import ConsentRecord, ConsentState, Medium
from connectors.stores.woocommerce import WooCommerce
from connectors.stores.woocommerce.client import Client, _Api, flat
from connectors.stores.woocommerce.install import pair
from tests.connectors.stores.woocommerce.conftest import NOW, Met
from tests.contracts.loopback import served
from tests.contracts.trial import KeptAccess

KEYS = Credentials({"consumer_key": "ck_key", "consumer_secret": "cs_secret"})


def answering(status: int, body: str, **headers: str) -> Callable[[str], Any]:
    """A store that answers everything alike."""

    def program(_environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response(f"{status} Said", [(name.replace("_", "-"), value) for name, value in headers.items()])
        return [body.encode()]

    return lambda _url: program


def asked(status: int, body: str, **headers: str) -> Any:
    with served(answering(status, body, **headers)) as url:
        return Client(Http(allow_private=True), url, credentials=KEYS, now=lambda: NOW).get("orders")


@pytest.mark.parametrize(
    "search",
    ["plain", "a/b", "", "a+b c", "50%", "a&b=c", "~tilde~", "ünï", "[0]", "%2F", "a,b;c:d@e"],
)
def test_every_value_is_signed_as_the_store_reads_it(met: Met, search: str) -> None:
    """The package alone answers 401 for a slash and for an empty value."""
    assert met.client.get("customers", {"search": search, "role": "all"}).status == 200


def test_a_long_list_is_signed_as_the_store_reads_it(met: Met) -> None:
    """Behind the tenth place, OAuth's order of names is another than the order of numbers."""
    assert met.client.get("orders", {"include": list(range(1, 24))}).status == 200


def test_a_list_is_spelt_with_its_places() -> None:
    assert flat({"status": ["a", "b"], "page": 2}) == [("page", "2"), ("status[0]", "a"), ("status[1]", "b")]


def test_the_same_call_again_is_signed_again(met: Met) -> None:
    for _ in range(3):
        assert met.client.get("orders").status == 200
    assert len(met.store.state.used_nonces[met.access.current().secrets["consumer_key"]]) == 3


def test_over_https_the_keys_go_as_basic() -> None:
    api = _Api(Http(), "https://shop.example", credentials=KEYS, version="wc/v3")
    assert api._auth() == ("ck_key", "cs_secret")


def test_a_store_over_http_is_refused_unless_private_ones_are_allowed() -> None:
    connector = WooCommerce(StoreSettings(app_url="https://app.example", now=lambda: NOW))
    with pytest.raises(Permanent, match="ALLOW_PRIVATE_STORES"):
        connector.profile(KeptAccess("http://127.0.0.1:9", KEYS))
    with pytest.raises(Permanent, match="ALLOW_PRIVATE_STORES"):
        connector.prove("http://127.0.0.1:9", KEYS)


def test_a_private_address_is_refused_even_over_https() -> None:
    connector = WooCommerce(StoreSettings(app_url="https://app.example", now=lambda: NOW))
    with pytest.raises(Permanent):
        connector.profile(KeptAccess("https://127.0.0.1:9", KEYS))


def test_without_keys_nothing_is_called() -> None:
    with pytest.raises(Unauthorised):
        Client(Http(), "https://shop.example", credentials=Credentials({}), now=lambda: NOW).get("orders")


ERROR = '{"code":"%s","message":"Geheim","data":{"status":%d}}'


@pytest.mark.parametrize(
    ("status", "body", "family"),
    [
        (401, ERROR % ("woocommerce_rest_authentication_error", 401), Unauthorised),
        (401, ERROR % ("woocommerce_rest_cannot_view", 401), Unauthorised),
        (403, ERROR % ("woocommerce_rest_cannot_view", 403), Unauthorised),
        (403, "<html>Firewall</html>", Temporary),
        (401, "<html>Staging</html>", Unauthorised),
        (400, ERROR % ("rest_invalid_param", 400), Permanent),
        (404, ERROR % ("rest_no_route", 404), Permanent),
        (404, "<html>Not here</html>", Permanent),
        (413, ERROR % ("woocommerce_rest_request_entity_too_large", 413), Permanent),
        (429, "Too many", Temporary),
        (500, ERROR % ("internal_server_error", 500), Temporary),
        (503, "<html>Briefly unavailable</html>", Temporary),
        (304, "", Permanent),
    ],
)
def test_each_failure_has_its_family(status: int, body: str, family: type[Exception]) -> None:
    with pytest.raises(family) as raised:
        asked(status, body)
    assert "Geheim" not in str(raised.value)


def test_a_throttled_call_says_how_long_to_wait() -> None:
    with pytest.raises(Temporary) as raised:
        asked(429, "", Retry_After="7")
    assert raised.value.retry_after is not None
    assert raised.value.retry_after.total_seconds() == 7


def test_a_redirect_is_told_by_its_host_alone() -> None:
    with pytest.raises(Permanent, match=r"on to www\.shop\.example; connect") as raised:
        asked(301, "", Location="https://www.shop.example/wp-json/wc/v3/orders?oauth_signature=abc")
    assert "abc" not in str(raised.value)


@pytest.mark.parametrize("location", ["", "http://[", "https://a b/", "https://ünï.example/"])
def test_a_redirect_to_nowhere_is_told_without_it(location: str) -> None:
    with pytest.raises(Permanent, match="another address"):
        asked(302, "", Location=location.encode().decode("latin-1"))


@pytest.mark.parametrize("body", ["", "<html></html>", "{}", '<br />Notice: x[{"id":1}]'])
def test_a_list_that_is_none_may_be_one_later(body: str) -> None:
    with served(answering(200, body)) as url, pytest.raises(Temporary):
        Client(Http(allow_private=True), url, credentials=KEYS, now=lambda: NOW).stretch("orders", {}, offset=0)


def test_only_woocommerce_itself_can_say_that_a_thing_is_gone() -> None:
    for body, is_gone in ((ERROR % ("woocommerce_rest_shop_order_invalid_id", 404), True), ("<html>404</html>", False)):
        with served(answering(404, body)) as url:
            client = Client(Http(allow_private=True), url, credentials=KEYS, now=lambda: NOW)
            if is_gone:
                assert client.find("orders/1") is None
                continue
            with pytest.raises(Permanent):
                client.find("orders/1")


def test_keys_that_may_only_read_cannot_write(met: Met) -> None:
    key = met.store.create_key(scope="read")
    credentials = Credentials({"consumer_key": key.key, "consumer_secret": key.secret}, frozenset({"read"}))
    client = Client(Http(allow_private=True), met.store.url, credentials=credentials, now=lambda: NOW)
    assert client.get("orders").status == 200
    with pytest.raises(Unauthorised):
        client.post("webhooks", {"topic": "order.created", "delivery_url": "https://app.example/x", "secret": "s"})


def test_new_keys_are_proven_by_the_store_itself(met: Met) -> None:
    profile = met.connector.prove(met.store.url, met.access.current())
    assert (profile.name, profile.currency, profile.url) == ("Stand-in Store", "USD", met.store.url)
    with pytest.raises(Permanent, match=r"[A-Z].*\."):
        met.connector.prove(met.store.url, Credentials(met.access.current().secrets, frozenset({"read"})))
    wrong = Credentials(
        {"consumer_key": "ck_" + "0" * 40, "consumer_secret": "cs_" + "0" * 40}, frozenset({"read_write"})
    )
    with pytest.raises(Unauthorised):
        met.connector.prove(met.store.url, wrong)


def test_the_companion_plugin_is_paired_where_it_is(met: Met) -> None:
    assert met.connector.pair(met.access, app_url="https://app.example", store_id="17", secret="p" * 43)
    assert met.store.state.pairing is not None
    assert met.store.state.pairing.store_id == "17"


def test_without_the_companion_plugin_there_is_no_pairing() -> None:
    with served(answering(404, ERROR % ("rest_no_route", 404))) as url:
        client = Client(Http(allow_private=True), url, credentials=KEYS, now=lambda: NOW)
        assert not pair(client, app_url="https://app.example", store_id="17", secret="p" * 43)


@pytest.mark.parametrize(
    "consent",
    [
        ConsentRecord(Medium.EMAIL, ConsentState.UNSUBSCRIBED, NOW, "page", address="guest@example.com"),
        ConsentRecord(Medium.SMS, ConsentState.UNSUBSCRIBED, NOW, "page", customer_external_id="3"),
        ConsentRecord(Medium.EMAIL, ConsentState.UNSUBSCRIBED, NOW, "page", customer_external_id="3/../4"),
    ],
)
def test_a_consent_that_has_no_place_is_unsupported(met: Met, consent: ConsentRecord) -> None:
    secrets = {**met.access.current().secrets, "pairing_secret": "p" * 43}
    with pytest.raises(Unsupported):
        met.connector.write_consent(KeptAccess(met.store.url, Credentials(secrets)), consent)


def test_without_the_companion_plugin_no_consent_is_written(met: Met) -> None:
    consent = ConsentRecord(Medium.EMAIL, ConsentState.UNSUBSCRIBED, NOW, "page", customer_external_id="1")
    with pytest.raises(Unsupported, match="companion"):
        met.connector.write_consent(met.access, consent)
