"""Products, baskets and orders of a stand-in store, up to the moment of paying."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from connectors.standins.shopify.actions import customers
from connectors.standins.shopify.actions.wants import BasketWants, OrderWants, Wanted
from connectors.standins.shopify.payloads import orders as order_bodies
from connectors.standins.shopify.payloads import parcels as parcel_bodies
from connectors.standins.shopify.payloads import people, stores
from connectors.standins.shopify.records import (
    Checkout,
    CheckoutLine,
    Customer,
    LineItem,
    Order,
    Product,
    Transaction,
    Variant,
)

if TYPE_CHECKING:
    from connectors.standins.shopify.news import News
    from connectors.standins.shopify.shop import Shop


def create_product(shop: "Shop", title: str, *, price: int, sku: str | None, description: str) -> Product:
    """products/create."""
    with shop.news() as news:
        one = made_product(shop, title, price=price, at=news.at, sku=sku)
        one.description = description
        news.say("products/create", lambda: stores.product(shop, one))
        return one


def made_product(shop: "Shop", title: str, *, price: int, at: datetime, sku: str | None = None) -> Product:
    """A product record with one variant, without a word to anybody."""
    handle = "-".join("".join(c if c.isalnum() else " " for c in title.lower()).split())
    taken = {product.handle for product in shop.products.values()}
    number = shop.state.number()
    one = Product(
        id=number,
        created_at=at,
        updated_at=at,
        title=title,
        handle=handle if handle and handle not in taken else f"{handle or 'product'}-{number}",
        vendor=shop.profile.title,
    )
    variant = Variant(id=shop.state.number(), created_at=at, updated_at=at, product=one, sku=sku, price=price)
    one.variants.append(variant)
    shop.products[one.id] = one
    return one


def update_product(shop: "Shop", product: Product, *, changes: Mapping[str, Any]) -> None:
    """products/update. Raises ValueError for what is not a plain field."""
    unknown = set(changes) - {"title", "description", "status", "product_type", "tags"}
    if unknown:
        raise ValueError(f"no such plain field: {sorted(unknown)}")
    with shop.news() as news:
        for name, value in changes.items():
            setattr(product, name, value)
        product.updated_at = news.at
        news.say("products/update", lambda: stores.product(shop, product))


def delete_product(shop: "Shop", product: Product) -> None:
    """products/delete."""
    with shop.news() as news:
        del shop.products[product.id]
        news.say("products/delete", lambda: {"id": product.id})


def basket(items: Sequence[Wanted]) -> Iterator[tuple[Variant, int]]:
    """The variants and numbers that were asked for."""
    for item in items:
        thing, count = item if isinstance(item, tuple) else (item, 1)
        yield (thing.variants[0] if isinstance(thing, Product) else thing), count


def start_checkout(shop: "Shop", wants: BasketWants) -> Checkout:
    """checkouts/create; a known address is joined to its customer."""
    with shop.news() as news:
        email = (wants.get("email") or "").lower() or None
        one = Checkout(
            id=shop.state.number(),
            created_at=news.at,
            updated_at=news.at,
            token=secrets.token_hex(16),
            cart_token=wants.get("cart_token") or secrets.token_hex(16),
            recovery_key=secrets.token_hex(16),
            email=email,
            phone=wants.get("phone"),
            customer=shop.by_email.get(email or ""),
            accepts_marketing=wants.get("accepts_marketing", False),
        )
        one.lines = _checkout_lines(shop, wants.get("items", ()))
        if wants.get("address"):
            one.shipping_address = customers.placed(shop, wants["address"], person=one.customer)
        shop.checkouts[one.id] = one
        news.say("checkouts/create", lambda: parcel_bodies.checkout(shop, one))
        return one


def _checkout_lines(shop: "Shop", items: Sequence[Wanted]) -> list[CheckoutLine]:
    return [CheckoutLine(id=shop.state.number(), variant=what, quantity=count) for what, count in basket(items)]


def update_checkout(shop: "Shop", checkout: Checkout, *, items: Sequence[Wanted]) -> None:
    """checkouts/update with another basket."""
    with shop.news() as news:
        checkout.lines, checkout.updated_at = _checkout_lines(shop, items), news.at
        news.say("checkouts/update", lambda: parcel_bodies.checkout(shop, checkout))


def delete_checkout(shop: "Shop", checkout: Checkout) -> None:
    """checkouts/delete."""
    with shop.news() as news:
        del shop.checkouts[checkout.id]
        news.say("checkouts/delete", lambda: parcel_bodies.checkout_gone(shop, checkout))


def place_order(shop: "Shop", wants: OrderWants) -> Order:
    """Everything that one paid checkout sets off. Raises ValueError for an empty basket or a code that is no good."""
    with shop.news() as news:
        items = list(basket(wants.get("items", ()))) or _items_of(wants.get("checkout"))
        if not items:
            raise ValueError("an order needs something in it")
        buyer = None if wants.get("guest") else _buyer(news, wants)
        one = made_order(shop, wants, items=items, buyer=buyer, at=news.at)
        _take_discount(shop, one, code=wants.get("discount_code"))
        one.transactions.append(paid(shop, one, at=news.at))
        for topic in ("orders/create", "orders/paid", "orders/updated"):
            news.say(topic, lambda: order_bodies.order(shop, one))
        _settle(news, one, checkout=wants.get("checkout"))
        return one


def _items_of(checkout: Checkout | None) -> list[tuple[Variant, int]]:
    return [(part.variant, part.quantity) for part in checkout.lines] if checkout else []


def _settle(news: "News", one: Order, *, checkout: Checkout | None) -> None:
    """What an order changes around it: the shelves, the buyer's numbers, the checkout it came from."""
    shop, buyer = news.shop, one.customer
    for part in one.lines:
        _take_from_shelf(news, part)
    if buyer is not None:
        customers.touch(news, buyer)
        news.say("customers/purchasing_summary", lambda: people.purchasing_summary(shop, buyer, at=news.at))
    if checkout is not None:
        checkout.completed_at, checkout.updated_at = news.at, news.at
        checkout.customer = buyer
        news.say("checkouts/update", lambda: parcel_bodies.checkout(shop, checkout))


def _take_from_shelf(news: "News", part: LineItem) -> None:
    if part.variant is not None:
        part.variant.stock -= part.quantity
        product = part.variant.product
        product.updated_at = part.variant.updated_at = news.at
        news.say("products/update", lambda: stores.product(news.shop, product))


def _buyer(news: "News", wants: OrderWants) -> Customer | None:
    """The customer of that address, a new one for a new address; a tick in the box is consent."""
    shop, checkout = news.shop, wants.get("checkout")
    email = (wants.get("email") or (checkout.email if checkout else None) or "").lower() or None
    if email is None:
        return None
    one = shop.by_email.get(email)
    if one is None:
        names = {"first_name": wants.get("first_name"), "last_name": wants.get("last_name")}
        one = customers.made(shop, {"email": email, "phone": wants.get("phone"), **names}, at=news.at)  # type: ignore[typeddict-item]  # the names are keys of it
        fresh = one
        news.say("customers/create", lambda: people.customer(shop, fresh))
    ticked = wants.get("accepts_marketing") or (checkout.accepts_marketing if checkout else False)
    if ticked and one.email_consent.state != "SUBSCRIBED":
        customers.change_email_consent(news, one, state="SUBSCRIBED", level="SINGLE_OPT_IN")
    if wants.get("address") and not one.addresses:
        one.addresses.append(customers.placed(shop, wants["address"], person=one))
    return one


def made_order(
    shop: "Shop", wants: OrderWants, *, items: Sequence[tuple[Variant, int]], buyer: Customer | None, at: datetime
) -> Order:
    """An order record in the store, without a word to anybody."""
    shop.last_order_number += 1
    checkout = wants.get("checkout")
    one = Order(
        id=shop.state.number(),
        created_at=at,
        updated_at=at,
        processed_at=wants.get("at") or at,
        number=shop.last_order_number,
        customer=buyer,
        email=buyer.email if buyer else wants.get("email"),
        phone=wants.get("phone"),
        shipping_price=wants.get("shipping", 0),
        test=wants.get("test", False),
        source_name=wants.get("source", "web"),
        cart_token=checkout.cart_token if checkout else wants.get("cart_token"),
        checkout_token=checkout.token if checkout else None,
        accepts_marketing=wants.get("accepts_marketing", False),
        tags=sorted(wants.get("tags", ())),
        note=wants.get("note"),
    )
    one.lines = [bought(shop, one, variant=variant, quantity=count, price=variant.price) for variant, count in items]
    one.shipping_address = _address_of(shop, wants, buyer=buyer)
    shop.orders[one.id] = one
    if buyer is not None:
        buyer.orders.append(one)
    return one


def _address_of(shop: "Shop", wants: OrderWants, *, buyer: Customer | None) -> Any:
    if wants.get("address"):
        return customers.placed(shop, wants["address"], person=buyer)
    return buyer.addresses[0] if buyer and buyer.addresses else None


def bought(shop: "Shop", order: Order, *, variant: Variant, quantity: int, price: int) -> LineItem:
    """A line that remembers the product as it is now."""
    return LineItem(
        id=shop.state.number(),
        order=order,
        variant=variant,
        title=variant.product.title,
        sku=variant.sku,
        price=price,
        quantity=quantity,
    )


def paid(shop: "Shop", order: Order, *, at: datetime) -> Transaction:
    """The payment of the whole order."""
    return Transaction(
        id=shop.state.number(), created_at=at, updated_at=at, order=order, kind="SALE", amount=order.total
    )


def update_order(shop: "Shop", order: Order, *, changes: Mapping[str, Any]) -> None:
    """orders/updated. Raises ValueError for what is not a plain field."""
    unknown = set(changes) - {"note", "tags", "test", "source_name"}
    if unknown:
        raise ValueError(f"no such plain field: {sorted(unknown)}")
    with shop.news() as news:
        for name, value in changes.items():
            setattr(order, name, value)
        order.updated_at = news.at
        news.say("orders/updated", lambda: order_bodies.order(shop, order))


def _take_discount(shop: "Shop", order: Order, *, code: str | None) -> None:
    """Spread a discount over the lines; the usage counts are the real ones."""
    if not code:
        return
    found = usable(shop, code, order=order)
    discount, redeem = found
    left = order.subtotal if discount.amount is None else min(discount.amount, order.subtotal)
    for part in order.lines:
        share = round(part.total * discount.percentage) if discount.percentage is not None else min(left, part.total)
        part.discount += share
        left -= share
    redeem.used += 1
    order.discount_codes.append(redeem.code)


def usable(shop: "Shop", code: str, *, order: Order) -> Any:
    """The discount and its code, asked without regard to case. Raises ValueError with the shopper's sentence."""
    now = shop.state.clock()
    for discount in shop.discounts.values():
        for redeem in discount.codes:
            if redeem.code.lower() == code.lower():
                over = discount.ends_at is not None and discount.ends_at <= now
                spent = discount.usage_limit is not None and redeem.used >= discount.usage_limit
                wrong = discount.customers is not None and order.customer not in discount.customers
                small = order.subtotal < (discount.minimum_subtotal or 0)
                if over or spent or wrong or small or discount.starts_at > now:
                    raise ValueError(f"{code} discount code isn't valid for the items in your cart")
                return discount, redeem
    raise ValueError("Enter a valid discount code")
