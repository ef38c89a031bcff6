"""What a stand-in store remembers: customers, products, orders and the rest, as plain mutable records in memory."""

from connectors.standins.shopify.records.apps import BulkOperation, CodeImport, Discount, RedeemCode, Subscription
from connectors.standins.shopify.records.base import Address, Consent, Metafield, Named, Record, gid
from connectors.standins.shopify.records.orders import (
    Checkout,
    CheckoutLine,
    Customer,
    Fulfillment,
    FulfillmentEvent,
    LineItem,
    Order,
    Refund,
    RefundLine,
    Transaction,
)
from connectors.standins.shopify.records.products import Product, Variant

__all__ = [
    "Address",
    "BulkOperation",
    "Checkout",
    "CheckoutLine",
    "CodeImport",
    "Consent",
    "Customer",
    "Discount",
    "Fulfillment",
    "FulfillmentEvent",
    "LineItem",
    "Metafield",
    "Named",
    "Order",
    "Product",
    "Record",
    "RedeemCode",
    "Refund",
    "RefundLine",
    "Subscription",
    "Transaction",
    "Variant",
    "gid",
]
