"""Keys: what counts over plain HTTP and what over TLS, and how each wrong one is answered."""

from datetime import timedelta

import pytest
import requests
from requests_oauthlib import OAuth1

from tests.connectors.standins.woocommerce_kit import NOON, Shop, open_shop

CANNOT_VIEW = "woocommerce_rest_cannot_view"
AUTH_ERROR = "woocommerce_rest_authentication_error"


def orders(shop: Shop, **given: object) -> requests.Response:
    return requests.get(f"{shop.url}/wp-json/wc/v3/orders", timeout=10, **given)  # type: ignore[arg-type] # any option


def said(answer: requests.Response) -> tuple[int, str, str]:
    return answer.status_code, answer.json()["code"], answer.json()["message"]


def test_basic_is_ignored_over_plain_http(shop: Shop) -> None:
    for answer in (
        orders(shop, auth=(shop.key.key, shop.key.secret)),
        orders(shop, params={"consumer_key": shop.key.key, "consumer_secret": shop.key.secret}),
        orders(shop),
    ):
        assert said(answer) == (401, CANNOT_VIEW, "Sorry, you cannot list resources.")


def test_basic_counts_over_tls() -> None:
    with open_shop(behind_tls=True) as shop:
        assert orders(shop, auth=(shop.key.key, shop.key.secret)).status_code == 200
        query = {"consumer_key": shop.key.key, "consumer_secret": shop.key.secret}
        assert orders(shop, params=query).status_code == 200
        assert said(orders(shop, auth=("ck_wrong", "cs_wrong")))[:2] == (401, CANNOT_VIEW)
        wrong = said(orders(shop, auth=(shop.key.key, "cs_wrong")))
        assert wrong == (401, AUTH_ERROR, "Consumer secret is invalid.")


@pytest.mark.parametrize("method", ["HMAC-SHA256", "HMAC-SHA1"])
def test_oauth_counts_in_the_query(shop: Shop, method: str) -> None:
    signer = OAuth1(shop.key.key, client_secret=shop.key.secret, signature_method=method, signature_type="query")
    awkward = {"search": "a b+c&d=e%f/ü~", "status[0]": "any", "modified_after": "2026-01-01T00:00:00Z", "sku": ""}
    assert orders(shop, auth=signer, params=awkward).status_code == 200


def test_a_list_with_empty_brackets_does_not_fit_its_signature(shop: Shop) -> None:
    """PHP counts the brackets up before the signature is checked."""
    assert said(shop.get("orders", **{"status[]": "any"}))[1:] == (
        AUTH_ERROR,
        "Invalid signature - provided signature does not match.",
    )


def test_a_nonce_counts_once(shop: Shop) -> None:
    signed = shop.get("orders").url
    again = requests.get(signed, timeout=10)
    assert said(again) == (401, AUTH_ERROR, "Invalid nonce - nonce has already been used.")


@pytest.mark.parametrize(("late", "status"), [(890, 200), (-890, 200), (1000, 401), (-1000, 401)])
def test_a_timestamp_holds_for_a_quarter_of_an_hour(late: int, status: int) -> None:
    with open_shop(machine_now=lambda: NOON) as shop:
        stamp = str(int((NOON + timedelta(seconds=late)).timestamp()))
        signer = OAuth1(
            shop.key.key,
            client_secret=shop.key.secret,
            signature_method="HMAC-SHA256",
            signature_type="query",
            timestamp=stamp,
        )
        answer = orders(shop, auth=signer)
        assert answer.status_code == status
        assert status == 200 or answer.json()["message"] == "Invalid timestamp."


def test_the_signature_is_for_the_home_url_and_not_the_one_called(shop: Shop) -> None:
    signer = OAuth1(shop.key.key, client_secret=shop.key.secret, signature_method="HMAC-SHA256", signature_type="query")
    elsewhere = shop.url.replace("127.0.0.1", "localhost")
    answer = requests.get(f"{elsewhere}/wp-json/wc/v3/orders", auth=signer, timeout=10)
    assert said(answer)[1:] == (AUTH_ERROR, "Invalid signature - provided signature does not match.")


def test_missing_parameters_are_named(shop: Shop) -> None:
    answer = orders(shop, params={"oauth_consumer_key": shop.key.key, "oauth_nonce": "n", "oauth_timestamp": "1"})
    message = "Missing OAuth parameters oauth_signature, oauth_signature_method"
    assert said(answer) == (401, "woocommerce_rest_authentication_missing_parameter", message)


def test_a_read_key_cannot_write_and_a_write_key_cannot_read(shop: Shop) -> None:
    reader = shop.standin.create_key(scope="read")
    denied = shop.call("POST", "coupons", key=reader, json={"code": "x"})
    assert said(denied) == (401, AUTH_ERROR, "The API key provided does not have write permissions.")
    writer = shop.standin.create_key(scope="write")
    assert said(shop.call("GET", "orders", key=writer))[2] == "The API key provided does not have read permissions."


def test_a_revoked_key_and_a_deleted_owner_are_401_and_a_demoted_owner_403(shop: Shop) -> None:
    revoked = shop.standin.create_key()
    shop.standin.revoke_key(revoked)
    assert said(shop.call("GET", "orders", key=revoked)) == (401, AUTH_ERROR, "Consumer key is invalid.")
    boss = shop.standin.create_customer("boss@example.com", role="shop_manager")
    owned = shop.standin.create_key(user_id=boss.id)
    shop.standin.set_role(boss, "customer")
    assert said(shop.call("GET", "orders", key=owned)) == (403, CANNOT_VIEW, "Sorry, you cannot list resources.")
    shop.standin.delete_customer(boss)
    assert said(shop.call("GET", "orders", key=owned))[:2] == (401, AUTH_ERROR)


def test_keys_do_not_count_at_plain_permalinks(shop: Shop) -> None:
    signer = OAuth1(shop.key.key, client_secret=shop.key.secret, signature_method="HMAC-SHA256", signature_type="query")
    answer = requests.get(f"{shop.url}/?rest_route=/wc/v3/orders", auth=signer, timeout=10)
    assert said(answer)[:2] == (401, CANNOT_VIEW)
