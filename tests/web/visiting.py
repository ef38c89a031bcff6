"""Two stores with people of their own, and what a browser or a store has to show at our doors."""

import base64
import hmac
import uuid
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any

import jwt
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse
from werkzeug.wrappers import Response

from app.model import Delivery, Store
from app.pipeline.install import install
from app.runtime import Runtime
from app.web import plug, settle_in
from connectors.base import Credentials
from connectors.records import StoreProfile

APP_SECRET = "the secret of the app at Shopify, long enough"
CLIENT_ID = "test-client-id"
WEBHOOK_SECRET = "the store's own secret"
PAIRING_SECRET = "shared with the companion plugin of "
BUILT: dict[bool, Flask] = {}


@dataclass(frozen=True)
class House:
    """A store that moved in. `key` stands for it in addresses."""

    id: int
    platform: str
    address: str
    key: str
    name: str


def plugged(runtime: Runtime) -> Flask:
    """The app over this runtime. It is built once a worker, for it takes longer than most tests: one who changes the app itself
    plugs an own one."""
    is_secure = runtime.config.app_url.startswith("https://")
    if is_secure not in BUILT:
        BUILT[is_secure] = plug(runtime)
    settle_in(BUILT[is_secure], runtime)
    return BUILT[is_secure]


def shopify_store(runtime: Runtime, name: str = "corner") -> House:
    keys = Credentials({"access_token": f"shpat_{name}"})
    return _moved_in(runtime, "shopify", f"{name}.myshopify.com", name=name, keys=keys)


def woocommerce_store(runtime: Runtime, name: str = "tea", *, is_paired: bool = True) -> House:
    """Its address is on this machine and nobody answers there."""
    secrets = {"consumer_key": "ck_x", "consumer_secret": "cs_x", "webhook_secret": WEBHOOK_SECRET + name}
    paired = {"pairing_secret": PAIRING_SECRET + name} if is_paired else {}
    return _moved_in(
        runtime, "woocommerce", f"http://127.0.0.1:9/{name}", name=name, keys=Credentials(secrets | paired)
    )


def _moved_in(runtime: Runtime, platform: str, address: str, *, name: str, keys: Credentials) -> House:
    profile = StoreProfile(f"The {name} store", "EUR", "Europe/Berlin")
    store_id = install(runtime, platform=platform, address=address, profile=profile, credentials=keys)
    with runtime.database.read() as session:
        key = session.get_one(Store, store_id).public_key
    return House(store_id, platform, address, key, name)


def id_token(runtime: Runtime, store: House, *, secret: str = APP_SECRET, **claims: Any) -> str:
    """What App Bridge hands out for this store: a minute long."""
    now = int(runtime.clock.now().timestamp())
    said = {
        "iss": f"https://{store.address}/admin",
        "dest": f"https://{store.address}",
        "aud": CLIENT_ID,
        "sub": "42",
        "exp": now + 60,
        "nbf": now,
        "iat": now,
        "jti": str(uuid.uuid4()),
        "sid": "s",
    }
    return jwt.encode(said | claims, secret, algorithm="HS256")


def launch(runtime: Runtime, house: House, *, secret: str | None = None, **claims: Any) -> str:
    """What the companion plugin hands out for this store."""
    now = int(runtime.clock.now().timestamp())
    said = {
        "iss": house.address,
        "aud": runtime.config.app_url,
        "sub": "7",
        "store": house.key,
        "iat": now,
        "exp": now + 60,
        "jti": str(uuid.uuid4()),
    }
    return jwt.encode(said | claims, secret or PAIRING_SECRET + house.name, algorithm="HS256")


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def staff_of(runtime: Runtime, store: House) -> dict[str, str]:
    """The head of a call by a verified member of this store's staff."""
    return bearer(id_token(runtime, store) if store.platform == "shopify" else launch(runtime, store))


def from_shopify(store: House, body: bytes, *, secret: str = APP_SECRET, **headers: str) -> dict[str, str]:
    """The headers of a webhook call of Shopify."""
    signed = base64.b64encode(hmac.digest(secret.encode(), body, sha256)).decode()
    return {
        "X-Shopify-Hmac-Sha256": signed,
        "X-Shopify-Topic": "customers/update",
        "X-Shopify-Shop-Domain": store.address,
        "X-Shopify-Webhook-Id": "w-1",
    } | {name.replace("_", "-"): value for name, value in headers.items()}


def from_woocommerce(
    store: House, body: bytes, *, secret: str | None = None, topic: str = "customer.updated"
) -> dict[str, str]:
    """The headers of a webhook call of this store."""
    signed = base64.b64encode(hmac.digest((secret or WEBHOOK_SECRET + store.name).encode(), body, sha256)).decode()
    return {"X-WC-Webhook-Signature": signed, "X-WC-Webhook-Topic": topic}


def deliver(client: FlaskClient, store: House, body: bytes, *, headers: dict[str, str] | None = None) -> TestResponse:
    """A signed webhook call of the store, unless other `headers` are given."""
    if store.platform == "shopify":
        return client.post("/webhooks/shopify", data=body, headers=headers or from_shopify(store, body))
    where = f"/webhooks/woocommerce/{store.key}"
    return client.post(where, data=body, headers=headers or from_woocommerce(store, body))


def kept(runtime: Runtime) -> list[Delivery]:
    """All deliveries, in the order in which they came."""
    with runtime.database.read_inbox() as inbox:
        return list(inbox.scalars(sa.select(Delivery).order_by(Delivery.id)))


def policy_of(answer: Response) -> dict[str, list[str]]:
    """An answer's Content-Security-Policy: the directives and what each allows."""
    parts = [part.split() for part in answer.headers["Content-Security-Policy"].split(";")]
    return {words[0]: words[1:] for words in parts}


def ancestors(answer: Response) -> list[str]:
    return policy_of(answer)["frame-ancestors"]


def later(runtime: Runtime, **length: float) -> int:
    """A moment as tokens say it."""
    return int((runtime.clock.now() + timedelta(**length)).timestamp())
