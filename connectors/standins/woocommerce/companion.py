"""What the companion plugin tells of the storefront: carts, looks, wishes, and its own end, over the store's own webhooks.

The bodies are those of the real plugin (`connectors/stores/woocommerce/plugin`): a cart has one id from its first item until
it is empty, a look is told once an hour of each product, and only of a shopper who is signed in.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from flask import session

from connectors.standins.woocommerce.cart import Basket, Row
from connectors.standins.woocommerce.model import Json, Product, User
from connectors.standins.woocommerce.payloads.links import money
from connectors.standins.woocommerce.store import Store

CART, STARTED, TYPED, LOOKS = "cart_id", "cart_started", "typed_email", "looks"
LOOK_AGAIN = timedelta(hours=1)


def looked(store: Store, product: Product, *, shopper: User | None) -> None:
    """A shopper who is signed in looks at a product."""
    seen, now = dict(session.get(LOOKS, {})), store.state.now()
    last = seen.get(str(product.id))
    if shopper is None or (last is not None and now - datetime.fromisoformat(last) < LOOK_AGAIN):
        return
    session[LOOKS] = {**seen, str(product.id): now.isoformat()}
    _interest(store, product, kind="looked", customer_id=shopper.id)


def asked(store: Store, product: Product, *, shopper: User | None, email: str) -> None:
    """Somebody wants to be told when a product can be had again."""
    if shopper is not None:
        _interest(store, product, kind="asked", customer_id=shopper.id)
    elif email:
        _interest(store, product, kind="asked", email=email)


def cart_changed(store: Store, *, shopper: User | None, typed: str = "") -> None:
    """The cart of this visitor is another now, or it is known whose it is."""
    if typed:
        session[TYPED] = typed
    rows, now = Basket(store.state).rows(), store.state.now()
    if rows and CART not in session:
        session[CART], session[STARTED] = f"t_{secrets.token_hex(12)}", now.isoformat()
    name = session.get(CART)
    if name is None:
        return
    body = {"id": name, "started_at": session[STARTED], "updated_at": now.isoformat(), **_owner(shopper)}
    tell(store, "perennial_cart.updated", arg=name, body={**body, **_contents(store, rows)})
    if not rows:
        session.pop(CART)
        session.pop(STARTED)


def switched_off(store: Store) -> None:
    """The plugin is deactivated and says good-bye before it is gone."""
    tell(store, "perennial_store.deleted", arg="goodbye", body={"id": "goodbye"})
    store.state.pairing = None


def tell(store: Store, topic: str, *, arg: str, body: Json) -> None:
    """Queue a webhook of the plugin's own; its body is read at delivery, so the last word counts."""
    with store.state.lock:
        store.state.told[arg] = body
        store.webhooks.happened(topic, arg)


def _owner(shopper: User | None) -> Json:
    if shopper is None:
        return {"customer_id": 0, "email": session.get(TYPED, "")}
    names = {"first_name": shopper.first_name, "last_name": shopper.last_name}
    return {"customer_id": shopper.id, "email": session.get(TYPED) or shopper.email, **names}


def _contents(store: Store, rows: Sequence[Row]) -> Json:
    items = [
        {
            "product_id": row.product.id,
            "variation_id": row.number if row.number != row.product.id else 0,
            "name": row.name,
            "quantity": row.quantity,
            "price": money(row.price),
        }
        for row in rows
    ]
    total = money(sum(row.total for row in rows))
    return {"currency": store.state.currency, "total": total, "url": f"{store.state.url}/cart/", "items": items}


def _interest(store: Store, product: Product, *, kind: str, customer_id: int = 0, email: str = "") -> None:
    at = store.state.now().isoformat()
    body = {"product_id": product.id, "kind": kind, "at": at, "customer_id": customer_id, "email": email}
    arg = f"{kind}-{store.state.next_id('interest')}"
    tell(store, "perennial_interest.created", arg=arg, body={"id": arg, **body})
