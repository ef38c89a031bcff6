"""Shopify's signed query: genuine as published and in both spellings of its libraries, or not at all."""

from datetime import UTC, datetime, timedelta

import pytest

from connectors.stores.shopify import classic, install

SIGNED_AT = datetime.fromtimestamp(1337178173, UTC)


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
