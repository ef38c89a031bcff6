"""Calls as stores make them: an order of three lines in a platform's own words, signed, as one whole HTTP request."""

import base64
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

BEGAN = datetime.now(UTC) - timedelta(days=1)


def order(number: int, platform: str) -> bytes:
    """An order of three lines as the platform tells it."""
    at = (BEGAN + timedelta(seconds=number)).replace(microsecond=0)
    where = {"first_name": "Anna", "last_name": "Example", "address_1": "Long Street 1", "city": "Berlin"}
    lines = [
        {"id": number * 3 + n, "quantity": n, "product_id": n, "variation_id": 0, "sku": f"s{n}"} for n in (1, 2, 3)
    ]
    if platform == "shopify":
        said: dict[str, Any] = {
            "id": number,
            "admin_graphql_api_id": f"gid://shopify/Order/{number}",
            "currency": "EUR",
        }
        said |= {"created_at": at.isoformat(), "updated_at": at.isoformat(), "total_price": "30.00"}
        said |= {"financial_status": "paid", "source_name": "web", "name": f"#{number}"}
        said |= {"customer": {"id": number // 4, "email": f"person{number // 4}@example.com", "first_name": "Anna"}}
        said |= {"line_items": [{**line, "title": "A thing", "price": "5.00"} for line in lines]}
        said |= {
            "billing_address": {**where, "country_code": "DE"},
            "shipping_address": {**where, "country_code": "DE"},
        }
    else:
        when = at.replace(tzinfo=None).isoformat()
        said = {"id": number, "number": str(number), "status": "processing", "currency": "EUR", "total": "30.00"}
        said |= {"date_created_gmt": when, "date_modified_gmt": when, "date_paid_gmt": when, "customer_id": number // 4}
        said |= {"billing": {**where, "email": f"person{number // 4}@example.com", "country": "DE"}, "shipping": where}
        said |= {"line_items": [{**line, "name": "A thing", "price": 5, "total": "5.00"} for line in lines]}
        said |= {"refunds": [], "coupon_lines": [], "meta_data": [], "created_via": "checkout"}
    return json.dumps(said).encode()


def whole(path: str, body: bytes, *, headers: Mapping[str, str]) -> bytes:
    """One HTTP request as it goes over the line."""
    more = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n{more}\r\n".encode() + body


def from_shopify(path: str, number: int, *, address: str, secret: str) -> bytes:
    """What the shop at `address` says to us at `path`, signed with the app's secret."""
    body = order(number, "shopify")
    headers = {"X-Shopify-Hmac-Sha256": _signature(secret, body), "X-Shopify-Topic": "orders/updated"}
    headers |= {"X-Shopify-Shop-Domain": address, "X-Shopify-Webhook-Id": f"w-{number}"}
    headers |= {"X-Shopify-Triggered-At": (BEGAN + timedelta(seconds=number)).isoformat()}
    return whole(path, body, headers=headers)


def from_woocommerce(path: str, number: int, *, secret: str) -> bytes:
    """What a store says to us at `path`, signed with its own secret."""
    body = order(number, "woocommerce")
    headers = {"X-WC-Webhook-Signature": _signature(secret, body), "X-WC-Webhook-Topic": "order.updated"}
    return whole(path, body, headers=headers)


def _signature(secret: str, body: bytes) -> str:
    return base64.b64encode(hmac.digest(secret.encode(), body, sha256)).decode()
