"""Whoever comes without a store of theirs, or not in any more, reads what their browser asks for."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.web.brackets import brackets, left_over

GERMAN = {"Accept-Language": "de-AT,en;q=0.5", "Accept": "text/html"}
# Each way in, and each that leads nowhere: its address, and what it answers.
LOOKS = {
    "/": 200,
    "/nowhere": 404,
    "/admin/nowhere": 404,
    "/admin/home": 401,
    "/admin/home?door=nonsense": 401,
    "/install/woocommerce": 200,
    "/install/woocommerce/return": 200,
    "/install/woocommerce/return?success=1&user_id=nobody": 404,
    "/install/shopify": 400,
    "/install/shopify/callback?shop=corner.myshopify.com": 401,
    "/shopify/bounce": 400,
    "/unsubscribe/nonsense": 404,
    "/preferences/nonsense": 404,
    "/confirm/nonsense": 404,
    "/preview/nonsense": 404,
    "/mail/nonsense": 404,
}
TYPED = ("", "ftp://shop.example", "https://me:secret@shop.example", "https://shop.example?x", "x y")
NAMES = re.compile(r"Perennial|Shopify|WooCommerce|:|https?://\S+|ftp://\S+|x y")
ON_SQLITE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@pytest.fixture
def in_brackets(tmp_path: Path) -> Iterator[None]:
    with brackets(tmp_path):
        yield


@ON_SQLITE
@pytest.mark.usefixtures("in_brackets")
def test_every_way_in_can_be_told_in_another_language(client: FlaskClient) -> None:
    answers = {path: client.get(path, headers=GERMAN) for path in LOOKS}
    assert {path: answer.status_code for path, answer in answers.items()} == LOOKS
    answers |= {one: client.post("/install/woocommerce", data={"store": one}, headers=GERMAN) for one in TYPED}
    told = [f"{way}: {one}" for way, answer in answers.items() for one in left_over(answer.text, but=NAMES)]
    assert told == []


@ON_SQLITE
def test_a_stranger_is_told_in_their_own_language(client: FlaskClient) -> None:
    page = client.get("/admin/home", headers=GERMAN)
    assert (page.status_code, '<html lang="de"' in page.text) == (401, True)
    assert "Bitte öffnen Sie Perennial im Menü der Verwaltung Ihres Shops." in page.text
    assert '<html lang="en"' in client.get("/admin/home", headers={"Accept": "text/html"}).text
    refused = client.post("/install/woocommerce", data={"store": "ftp://shop.example"}, headers=GERMAN)
    assert "muss mit https:// beginnen" in refused.text
