"""The stand-in's answers have the keys and types of the captured real ones, and errors are the same word for word."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.standins.woocommerce.webhooks import signature
from tests.connectors.standins.woocommerce_kit import Shop, open_listener, open_shop

CAPTURED = Path(__file__).parents[4] / "shared" / "data" / "woocommerce"
pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    with open_shop() as opened:
        _fill(opened)
        yield opened


def _fill(shop: Shop) -> None:
    standin = shop.standin
    alice = standin.create_customer("alice@example.com", first_name="Alice", last_name="Ng", country="US")
    standin.set_customer_meta(alice, "accepts_marketing", value={"email": True, "ts": "2026-01-01"})
    order = standin.place_order(items=[("SERUM-30", 2), "BEANS-250"], customer_id=alice.id, meta={"src": "bench"})
    order.shipping_total = 500
    standin.set_status(order, "completed")
    standin.refund_order(order, 1000, reason="damaged")
    standin.store.orders.note(order, "Win-back coupon sent")
    standin.place_order(items=["SERUM-30"], email="Guest.One@Example.com", payment_method="")
    standin.add_review(product_id=order.lines[0].product_id, email="alice@example.com", rating=5, text="Great!")
    shop.call("POST", "coupons", json={"code": "BDAY", "amount": "10", "date_expires": "2026-12-31T23:59:59"})


def captured(name: str) -> Any:
    return json.loads((CAPTURED / name).read_text(encoding="utf-8"))


def shape(value: Any) -> Any:
    """Keys and types; of a list the union of its entries; of numbers only that they are numbers."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__


# What differs because another kind of thing was captured, not because its shape does.
LOOSE = frozenset({"meta_data", "targetHints", "taxes", "image", "parent_name", "value"})


def differences(ours: Any, theirs: Any, *, path: str = "") -> list[str]:
    """Where two shapes differ; a null may stand for anything, and an empty list for any list."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        strange = [
            f"{path}.{key} is {'ours' if key in ours else 'theirs'} alone" for key in ours.keys() ^ theirs.keys()
        ]
        inner = [
            found
            for key in ours.keys() & theirs.keys() - LOOSE
            for found in differences(ours[key], theirs[key], path=f"{path}.{key}")
        ]
        return strange + inner
    if isinstance(ours, list) and isinstance(theirs, list):
        return differences(ours[0], theirs[0], path=f"{path}[]") if ours and theirs else []
    same = ours == theirs or "NoneType" in (ours, theirs)
    return [] if same else [f"{path}: {ours} and not {theirs}"]


def _order_id(shop: Shop, *, guest: bool) -> int:
    return next(one.id for one in shop.standin.state.orders.values() if (one.customer_id == 0) == guest)


@pytest.mark.parametrize(
    ("path", "file"),
    [
        ("customers/3", "customer-get.json"),
        ("customers?role=all", "customers-list.json"),
        ("orders/{order}", "order-get.json"),
        ("orders/{order}", "order-after-partial-refund.json"),
        ("orders/{guest}", "order-guest-create.json"),
        ("orders", "orders-list.json"),
        ("orders/{order}/notes", "notes.json"),
        ("refunds", "refunds-all.json"),
        ("products/1", "product-create.json"),
        ("products/2", "product-variable-create.json"),
        ("products/2/variations/3", "variation-create.json"),
        ("products/reviews", "reviews.json"),
        ("coupons?code=bday", "coupon-by-code.json"),
        ("data/currencies/current", "data-currencies-current.json"),
        ("reports/orders/totals", "report-orders-totals.json"),
    ],
)
def test_an_answer_has_the_real_shape(shop: Shop, path: str, file: str) -> None:
    real = captured(file)
    answer = shop.get(path.format(order=_order_id(shop, guest=False), guest=_order_id(shop, guest=True)))
    assert answer.status_code == 200
    assert differences(shape(answer.json()), shape(real["body"])) == []
    if file.endswith(("-get.json", "-list.json")):
        assert answer.headers["Allow"] == real["headers"]["Allow"]
        assert answer.headers["Content-Type"] == real["headers"]["Content-Type"]


def test_a_made_thing_is_answered_with_its_place(shop: Shop) -> None:
    order = _order_id(shop, guest=False)
    for path, file, body in (
        ("customers", "customer-create.json", {"email": "new@example.com"}),
        (f"orders/{order}/notes", "note-create.json", {"note": "x"}),
        (f"orders/{order}/refunds", "refund-partial.json", {"amount": "1.00"}),
        ("coupons", "coupon-create.json", {"code": "made"}),
    ):
        real, answer = captured(file), shop.call("POST", path, json=body)
        assert answer.status_code == real["status"] == 201
        assert differences(shape(answer.json()), shape(real["body"])) == []
        assert answer.headers["Location"].rsplit("/", 2)[1] == real["headers"]["Location"].rsplit("/", 2)[1]


def test_settings_look_like_settings(shop: Shop) -> None:
    real = {one["id"]: one for one in captured("settings-general.json")["body"]}
    ours = {one["id"]: one for one in shop.get("settings/general").json()}
    assert ours.keys() <= real.keys()
    assert ours["woocommerce_currency"]["value"] == "USD"
    for name, setting in ours.items():
        assert setting.keys() - {"tip"} == real[name].keys() - {"tip"}, name


@pytest.mark.parametrize(
    ("method", "path", "body", "file"),
    [
        ("GET", "customers?orderby=modified", None, "customers-orderby-bad.json"),
        ("GET", "orders?per_page=101", None, "orders-perpage-101.json"),
        ("POST", "customers", {"email": "ALICE@example.com"}, "customer-dup.json"),
        ("POST", "customers", {"first_name": "x"}, "customer-noemail.json"),
        ("POST", "coupons", {"code": "bDAY"}, "coupon-dup.json"),
        ("POST", "orders", {"billing": {"email": "nonsense"}}, "order-bademail.json"),
        ("POST", "orders", {"status": "nonsense"}, "order-badstatus.json"),
    ],
)
def test_an_error_is_the_real_one(shop: Shop, method: str, path: str, body: Any, file: str) -> None:
    real, answer = captured(file), shop.call(method, path, json=body)
    assert (answer.status_code, answer.json()) == (real["status"], real["body"])


@pytest.mark.parametrize("file", sorted((CAPTURED / "webhooks").glob("*.json")), ids=lambda path: path.stem)
def test_our_signature_of_a_real_body_is_the_real_one(file: Path) -> None:
    letter = json.loads(file.read_text(encoding="utf-8"))
    ours = signature(letter["secret"], letter["body_raw"].encode())
    assert ours == letter["headers"]["X-WC-Webhook-Signature"]


def test_a_delivery_has_the_real_headers_and_writes_json_as_php_does() -> None:
    real = captured("webhooks/order.created.02.json")
    with open_shop() as shop, open_listener() as listener:
        shop.subscribe(listener, "order.created")
        zoe = shop.standin.create_customer("zoe@example.com")
        shop.standin.place_order(items=["MUG-1"], customer_id=zoe.id, billing={"first_name": "Zoë"})
        shop.standin.webhooks.flush()
        heard = listener.heard[-1]
    assert {name.lower() for name in real["headers"]} == {name.lower() for name in heard.headers}
    assert differences(shape(json.loads(heard.body)), shape(json.loads(real["body_raw"]))) == []
    assert b"http:\\/\\/127.0.0.1" in heard.body
    assert b"Zo\\u00eb" in heard.body
