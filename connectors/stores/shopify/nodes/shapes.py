"""The shapes that our GraphQL documents ask for; `__typename` tells the lines of a bulk result apart."""

from datetime import datetime
from typing import Annotated

import msgspec

At = Annotated[datetime, msgspec.Meta(tz=True)]
MaybeAt = At | None
Whole = Annotated[int, msgspec.Meta(ge=-(2**31), lt=2**31)]


class Node(msgspec.Struct, rename="camel", gc=False):
    """Camel-case keys; no reference can make a circle, so the collector need not look."""


class Amount(Node):
    amount: str
    currency_code: str


class Bag(Node):
    shop_money: Amount


class Ref(Node):
    id: str


class Place(Node):
    first_name: str | None = None
    last_name: str | None = None
    country_code_v2: str | None = msgspec.field(default=None, name="countryCodeV2")
    province_code: str | None = None


class Email(Node):
    email_address: str | None = None
    marketing_state: str | None = None
    marketing_opt_in_level: str | None = None
    marketing_updated_at: MaybeAt = None


class Consent(Node):
    state: str | None = None
    opt_in_level: str | None = None
    updated_at: MaybeAt = None


class Phone(Node):
    phone_number: str | None = None
    sms_marketing_consent: Consent | None = None
    whats_app_marketing_consent: Consent | None = None


class Metafield(Node):
    value: str


class Customer(Node, tag="Customer", tag_field="__typename"):
    id: str
    created_at: At
    updated_at: At
    first_name: str | None = None
    last_name: str | None = None
    locale: str | None = None
    verified_email: bool | None = None
    tags: list[str] | None = None
    default_email_address: Email | None = None
    default_phone_number: Phone | None = None
    default_address: Place | None = None
    birth_date: Metafield | None = None


class Buyer(Node):
    id: str
    first_name: str | None = None
    last_name: str | None = None
    verified_email: bool | None = None
    default_email_address: Email | None = None
    default_phone_number: Phone | None = None


class Line(Node, tag="LineItem", tag_field="__typename"):
    id: str
    quantity: Whole
    title: str | None = None
    sku: str | None = None
    original_unit_price_set: Bag | None = None
    product: Ref | None = None
    variant: Ref | None = None
    parent: str | None = msgspec.field(default=None, name="__parentId")


class CheckoutLine(Node, tag="AbandonedCheckoutLineItem", tag_field="__typename"):
    id: str
    quantity: Whole
    title: str | None = None
    sku: str | None = None
    original_unit_price_set: Bag | None = None
    product: Ref | None = None
    variant: Ref | None = None


class PageInfo(Node):
    has_next_page: bool = False
    end_cursor: str | None = None


class Lines(Node):
    nodes: list[Line]
    page_info: PageInfo = msgspec.field(default_factory=PageInfo)


class CheckoutLines(Node):
    nodes: list[CheckoutLine]


class Refund(Node):
    id: str
    total_refunded_set: Bag
    created_at: MaybeAt = None
    processed_at: MaybeAt = None
    order: Ref | None = None


class Scan(Node):
    happened_at: At


class Scans(Node):
    nodes: list[Scan]


class Fulfillment(Node):
    id: str
    updated_at: At
    status: str | None = None
    display_status: str | None = None
    created_at: MaybeAt = None
    delivered_at: MaybeAt = None
    in_transit_at: MaybeAt = None
    estimated_delivery_at: MaybeAt = None
    events: Scans | None = None
    order: Ref | None = None


class Order(Node, tag="Order", tag_field="__typename"):
    id: str
    updated_at: At
    created_at: At
    total_price_set: Bag
    name: str | None = None
    processed_at: MaybeAt = None
    cancelled_at: MaybeAt = None
    test: bool = False
    source_name: str | None = None
    display_financial_status: str | None = None
    display_fulfillment_status: str | None = None
    email: str | None = None
    phone: str | None = None
    customer_locale: str | None = None
    checkout_token: str | None = None
    cart_token: str | None = None
    discount_codes: list[str] | None = None
    total_refunded_set: Bag | None = None
    customer: Buyer | None = None
    shipping_address: Place | None = None
    billing_address: Place | None = None
    refunds: list[Refund] | None = None
    fulfillments: list[Fulfillment] | None = None
    line_items: Lines | None = None


class Picture(Node):
    url: str | None = None


class Preview(Node):
    image: Picture | None = None


class Media(Node):
    preview: Preview | None = None


class PriceRange(Node):
    min_variant_price: Amount


class Variant(Node, tag="ProductVariant", tag_field="__typename"):
    """A line of a bulk result, that names its product."""

    id: str
    available_for_sale: bool = False
    parent: str | None = msgspec.field(default=None, name="__parentId")


class Sold(Node):
    available_for_sale: bool = False


class Solds(Node):
    nodes: list[Sold]


class Product(Node, tag="Product", tag_field="__typename"):
    id: str
    title: str
    updated_at: At
    status: str | None = None
    tags: list[str] | None = None
    published_at: MaybeAt = None
    online_store_url: str | None = None
    tracks_inventory: bool = False
    total_inventory: int = 0
    featured_media: Media | None = None
    variants: Solds | None = None
    price_range_v2: PriceRange | None = msgspec.field(default=None, name="priceRangeV2")


class Checkout(Node, tag="AbandonedCheckout", tag_field="__typename"):
    id: str
    created_at: At
    updated_at: At
    total_price_set: Bag
    completed_at: MaybeAt = None
    abandoned_checkout_url: str | None = None
    customer: Buyer | None = None
    shipping_address: Place | None = None
    line_items: CheckoutLines | None = None


Root = Customer | Product | Order
Child = Line | Variant
