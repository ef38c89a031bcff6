"""The checkout's till: a form and a cart become an order, with a new account and the newsletter box if wanted."""

from collections.abc import Mapping

from connectors.standins.woocommerce.actions.customers import CONSENT_KEY, NewCustomer, consent_value
from connectors.standins.woocommerce.actions.orders import NewOrder
from connectors.standins.woocommerce.cart import Basket
from connectors.standins.woocommerce.model import Json, Order, User
from connectors.standins.woocommerce.rest.query import EMAIL
from connectors.standins.woocommerce.store import Store

DELIVERY = 500
PAYMENTS = frozenset({"cod", "stripe"})


class Till:
    """Takes orders of the block checkout (created_via store-api)."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def buy(self, form: Mapping[str, str], basket: Basket, *, shopper: User | None) -> Order:
        """Places the order. Raises ValueError with the sentence for the shopper."""
        email = form.get("email", "").strip()
        if not EMAIL.fullmatch(email):
            raise ValueError("Please enter a valid email address.")
        wants_account = shopper is None and bool(form.get("create_account"))
        if wants_account and self._store.state.user_by_email(email) is not None:
            raise ValueError("An account is already registered with this address. Please log in.")
        consent = self._consent(form)
        new = NewOrder(
            items=basket.items(),
            email=email,
            customer_id=shopper.id if shopper else 0,
            created_via="store-api",
            billing=_billing(form),
            payment_method=form.get("payment", "") if form.get("payment") in PAYMENTS else "stripe",
            coupons=(form["coupon"].strip(),) if form.get("coupon", "").strip() else (),
            shipping_total=DELIVERY,
            meta={CONSENT_KEY: consent} if consent else {},
        )
        order = self._store.orders.place(new, account=_account(form, email, consent=consent) if wants_account else None)
        if shopper is not None and consent is not None:
            self._store.customers.set_consent(shopper, subscribed=True, source="checkout")
        return order

    def _consent(self, form: Mapping[str, str]) -> Json | None:
        if not form.get("newsletter"):
            return None
        return consent_value(subscribed=True, at=self._store.state.now(), source="checkout")


def _billing(form: Mapping[str, str]) -> dict[str, str]:
    names = ("first_name", "last_name", "address_1", "city", "postcode", "country")
    return {name: form.get(name, "").strip() for name in names}


def _account(form: Mapping[str, str], email: str, *, consent: Json | None) -> NewCustomer:
    return NewCustomer(
        email=email,
        first_name=form.get("first_name", "").strip(),
        last_name=form.get("last_name", "").strip(),
        password=form.get("password", ""),
        country=form.get("country", "").strip(),
        consent=consent,
    )
