"""The shop that shoppers see: products, an account with a newsletter box, a cart and a block-style checkout."""

from collections.abc import Mapping
from datetime import date

from flask import Blueprint, abort, redirect, render_template, request
from werkzeug.wrappers import Response

from connectors.standins.woocommerce import companion, session
from connectors.standins.woocommerce.actions.customers import (
    BIRTHDAY_KEY,
    CONSENT_KEY,
    WORDING,
    NewCustomer,
    consent_value,
)
from connectors.standins.woocommerce.cart import Basket
from connectors.standins.woocommerce.model import Product, User
from connectors.standins.woocommerce.payloads.links import money
from connectors.standins.woocommerce.rest.query import EMAIL
from connectors.standins.woocommerce.state import meta_value
from connectors.standins.woocommerce.store import Store
from connectors.standins.woocommerce.till import Till

SHOWN = 24
HOME, ACCOUNT, CART = "/", "/my-account/", "/cart/"


def plug(store: Store) -> Blueprint:
    """The shop, for the app of this store."""
    pages = Blueprint("storefront", __name__)
    shop = Storefront(store)
    pages.add_url_rule("/", "home", shop.home)
    pages.add_url_rule("/product/<slug>/", "product", shop.product)
    pages.add_url_rule("/product/<slug>/wish", "wish", shop.wish, methods=["POST"])
    pages.add_url_rule("/checkout/contact", "contact", shop.contact, methods=["POST"])
    pages.add_url_rule(CART, "cart", shop.cart, methods=["GET", "POST"])
    pages.add_url_rule(ACCOUNT, "account", shop.account)
    pages.add_url_rule("/my-account/register", "register", shop.register, methods=["POST"])
    pages.add_url_rule("/my-account/login", "login", shop.login, methods=["POST"])
    pages.add_url_rule("/my-account/preferences", "preferences", shop.preferences, methods=["POST"])
    pages.add_url_rule("/my-account/logout", "logout", shop.logout, methods=["POST"])
    pages.add_url_rule("/checkout/", "checkout", shop.checkout, methods=["GET", "POST"])
    pages.add_url_rule("/checkout/order-received/<int:number>/", "received", shop.received)
    return pages


class Storefront:
    """The handlers."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._state = store.state
        self._till = Till(store)

    def home(self) -> str | Response:
        """The products, 24 to a page, found by words."""
        if "rest_route" in request.args:
            return _plain_permalinks()
        search, page = request.args.get("s", "").lower(), max(1, request.args.get("paged", 1, type=int))
        with self._state.lock:
            found = [one for one in self._state.products.values() if one.status == "publish"]
        found = [one for one in found if search in one.name.lower()]
        shown = found[(page - 1) * SHOWN : page * SHOWN]
        more = page * SHOWN < len(found)
        return self._render("shop_home.html", products=shown, search=search, page=page, more=more)

    def product(self, slug: str) -> str:
        """One product with its sizes and reviews."""
        product = self._by_slug(slug)
        companion.looked(self._store, product, shopper=session.user_in(self._state, session.SHOPPER))
        reviews = [one for one in self._state.reviews.values() if one.product_id == product.id]
        return self._render("shop_product.html", product=product, reviews=reviews)

    def _by_slug(self, slug: str) -> Product:
        found = (one for one in self._state.products.values() if one.slug == slug and one.status == "publish")
        return next(found, None) or abort(404)

    def cart(self) -> str | Response:
        """The cart; a POST with `item` and `quantity` puts something in (0 takes it out)."""
        if request.method == "POST":
            basket = Basket(self._state)
            basket.put(request.form.get("item", 0, type=int), request.form.get("quantity", 1, type=int))
            companion.cart_changed(self._store, shopper=session.user_in(self._state, session.SHOPPER))
            return redirect(CART)
        return self._render("shop_cart.html")

    def wish(self, slug: str) -> Response:
        """“Tell me when it is back”, by a shopper who is signed in or by a typed address."""
        product, typed = self._by_slug(slug), request.form.get("email", "").strip()
        shopper = session.user_in(self._state, session.SHOPPER)
        companion.asked(self._store, product, shopper=shopper, email=typed if EMAIL.fullmatch(typed) else "")
        return redirect(f"/product/{slug}/?wished=1")

    def contact(self) -> Response:
        """The checkout's own script tells the address as soon as it is typed."""
        typed = request.form.get("email", "").strip()
        if EMAIL.fullmatch(typed):
            shopper = session.user_in(self._state, session.SHOPPER)
            companion.cart_changed(self._store, shopper=shopper, typed=typed)
        return Response(status=204)

    def account(self) -> str:
        """Signing up and in, or one's own page."""
        return self._render("shop_account.html", **self._own())

    def _own(self) -> dict[str, object]:
        shopper = session.user_in(self._state, session.SHOPPER)
        if shopper is None:
            return {}
        consent = meta_value(shopper.meta, CONSENT_KEY) or {}
        with self._state.lock:
            orders = [one for one in self._state.orders.values() if one.customer_id == shopper.id]
        return {
            "subscribed": consent.get("state") == "subscribed",
            "birthday": meta_value(shopper.meta, BIRTHDAY_KEY) or "",
            "orders": sorted(orders, key=lambda one: one.id, reverse=True)[:20],
        }

    def register(self) -> str | Response:
        """A new account: customer.created, customer.updated."""
        form = request.form
        email = form.get("email", "").strip()
        if not EMAIL.fullmatch(email):
            return self._render("shop_account.html", error="Please provide a valid email address.")
        at = self._state.now()
        consent = consent_value(subscribed=True, at=at, source="account") if form.get("newsletter") else None
        new = NewCustomer(
            email=email,
            first_name=form.get("first_name", "").strip(),
            last_name=form.get("last_name", "").strip(),
            password=form.get("password", ""),
            consent=consent,
            birthday=_date(form),
        )
        try:
            with self._state.lock:
                user = self._store.customers.create(new)
        except ValueError as error:
            return self._render("shop_account.html", error=str(error))
        session.sign_in(user, session.SHOPPER)
        return redirect(ACCOUNT)

    def login(self) -> str | Response:
        """Signs a shopper in."""
        form = request.form
        user = session.check_password(self._state, form.get("username", ""), password=form.get("password", ""))
        if user is None:
            return self._render("shop_account.html", error="Unknown email address or wrong password.")
        session.sign_in(user, session.SHOPPER)
        return redirect(ACCOUNT)

    def preferences(self) -> Response:
        """A changed mind about the newsletter, or a birthday: each sends customer.updated."""
        shopper = session.user_in(self._state, session.SHOPPER) or abort(403)
        with self._state.lock:
            self._prefer(shopper, request.form)
        return redirect(ACCOUNT)

    def _prefer(self, shopper: User, form: Mapping[str, str]) -> None:
        was = (meta_value(shopper.meta, CONSENT_KEY) or {}).get("state") == "subscribed"
        wants = bool(form.get("newsletter"))
        if wants != was:
            self._store.customers.set_consent(shopper, subscribed=wants, source="form")
        birthday = _date(form)
        if (birthday.isoformat() if birthday else None) != meta_value(shopper.meta, BIRTHDAY_KEY):
            self._store.customers.set_birthday(shopper, birthday)

    def logout(self) -> Response:
        """Leaves the account; the cart stays."""
        session.sign_out(session.SHOPPER)
        return redirect(HOME)

    def checkout(self) -> str | Response:
        """The block-style checkout, as a guest, with an account, or making one."""
        basket = Basket(self._state)
        if not basket.rows():
            return redirect(CART)
        if request.method == "GET":
            return self._render("shop_checkout.html", form={})
        shopper = session.user_in(self._state, session.SHOPPER)
        try:
            with self._state.lock:
                order = self._till.buy(request.form, basket, shopper=shopper)
        except ValueError as error:
            return self._render("shop_checkout.html", form=request.form, error=str(error))
        if shopper is None and order.customer_id:
            session.sign_in(self._state.users[order.customer_id], session.SHOPPER)
        basket.empty()
        companion.cart_changed(self._store, shopper=shopper)
        return redirect(f"/checkout/order-received/{order.id}/?key={order.key}")

    def received(self, number: int) -> str:
        """Thank you; only who knows the order's key sees it."""
        order = self._state.orders.get(number)
        if order is None or request.args.get("key") != order.key:
            abort(404)
        return self._render("shop_received.html", order=order)

    def _render(self, template: str, **context: object) -> str:
        basket = Basket(self._state)
        return render_template(
            template,
            shopper=session.user_in(self._state, session.SHOPPER),
            basket=basket,
            money=money,
            symbol=self._state.symbol,
            wording=WORDING,
            **context,
        )


def _date(form: Mapping[str, str]) -> date | None:
    try:
        return date.fromisoformat(form.get("birthday", ""))
    except ValueError:
        return None


def _plain_permalinks() -> Response:
    """Keys do not count at /?rest_route=…, so such a call is nobody's."""
    body = '{"code":"woocommerce_rest_cannot_view","message":"Sorry, you cannot list resources.","data":{"status":401}}'
    return Response(body, 401, content_type="application/json; charset=UTF-8")
