"""Which search keys each list knows, as the real schema describes them, and how those built here look at records."""

from connectors.standins.shopify.graph.search import Key
from connectors.standins.shopify.records import Customer, Order, Product

_ORDERS = (
    "default cart_token channel channel_id chargeback_status checkout_token confirmation_number created_at "
    "credit_card_last4 current_total_price customer_id delivery_method discount_code email financial_status "
    "fraud_protection_level fulfillment_location_id fulfillment_status gateway id location_id name payment_id "
    "payment_provider_id po_number processed_at reference_location_id return_status risk_level sales_channel sku "
    "source_identifier source_name status subtotal_line_items_quantity tag tag_not test total_weight updated_at"
)
_PRODUCTS = (
    "default barcode bundles category_id collection_id combined_listing_role created_at delivery_profile_id "
    "error_feedback gift_card handle has_only_composites has_only_default_variant has_variant_with_components id "
    "inventory_total is_price_reduced out_of_stock_somewhere price product_configuration_owner "
    "product_publication_status product_type publication_ids publishable_status published_at published_status sku "
    "status tag tag_not title tracks_inventory updated_at variant_id variant_title vendor"
)
_CHECKOUTS = "default created_at email_state id recovery_state status updated_at"

# By the name of the root field; the part before each column of the table in the field's `query` argument.
KNOWN: dict[str, frozenset[str]] = {
    name: frozenset(words.split())
    for name, words in {
        "customers": (
            "default accepts_marketing country customer_date email first_name id last_abandoned_order_date last_name "
            "order_date orders_count phone state tag tag_not total_spent updated_at"
        ),
        "customersCount": "created_at id updated_at",
        "orders": _ORDERS,
        "ordersCount": _ORDERS,
        "products": _PRODUCTS,
        "productsCount": _PRODUCTS,
        "productVariants": (
            "default barcode collection delivery_profile_id exclude_composite exclude_variants_with_components "
            "gift_card id inventory_quantity location_id managed managed_by option1 option2 option3 product_id "
            "product_ids product_publication_status product_status product_type publishable_status published_status "
            "requires_components sku tag tag_not taxable title updated_at vendor"
        ),
        "abandonedCheckouts": _CHECKOUTS,
        "abandonedCheckoutsCount": _CHECKOUTS,
        "bulkOperations": "created_at id operation_type status",
        "webhookSubscriptions": "created_at id updated_at",
        "webhookSubscriptionsCount": "created_at id updated_at",
        "codeDiscountNodes": (
            "default combines_with created_at discount_type ends_at id starts_at status tag times_used title type "
            "updated_at"
        ),
    }.items()
}

_ID = Key("number", lambda one: one.id)
_CREATED = Key("time", lambda one: one.created_at)
_UPDATED = Key("time", lambda one: one.updated_at)
_TAG = Key("among", lambda one: one.tags)
_EVERY = {"id": _ID, "created_at": _CREATED, "updated_at": _UPDATED}


def _person(one: Customer) -> str:
    return " ".join(part for part in (one.first_name, one.last_name, one.email, one.phone) if part)


_CUSTOMER_KEYS = {
    "id": _ID,
    "default": Key("text", _person),
    "customer_date": _CREATED,
    "updated_at": Key("time", lambda one: one.updated_at, whole_day=True),
    "email": Key("text", lambda one: one.email),
    "phone": Key("text", lambda one: one.phone),
    "first_name": Key("text", lambda one: one.first_name),
    "last_name": Key("text", lambda one: one.last_name),
    "state": Key("word", lambda one: one.state),
    "tag": _TAG,
    "orders_count": Key("number", lambda one: len(one.counted)),
    "total_spent": Key("number", lambda one: one.spent / 100),
    "accepts_marketing": Key("yes_no", lambda one: one.email_consent.state == "SUBSCRIBED"),
    "order_date": Key("time", lambda one: one.last_order.processed_at if one.last_order else None),
}


def _order_status(one: Order) -> str:
    if one.cancelled_at is not None:
        return "cancelled"
    return "closed" if one.closed_at is not None else "open"


_ORDER_KEYS = {
    **_EVERY,
    "default": Key("text", lambda one: f"{one.name} {one.email or ''}"),
    "processed_at": Key("time", lambda one: one.processed_at),
    "name": Key("text", lambda one: one.name),
    "email": Key("text", lambda one: one.email),
    "customer_id": Key("number", lambda one: one.customer.id if one.customer else 0),
    "status": Key("word", _order_status),
    "financial_status": Key("word", lambda one: one.financial_status),
    "fulfillment_status": Key("word", lambda one: one.fulfillment_status),
    "test": Key("yes_no", lambda one: one.test),
    "tag": _TAG,
    "cart_token": Key("word", lambda one: one.cart_token),
    "checkout_token": Key("word", lambda one: one.checkout_token),
    "source_name": Key("word", lambda one: one.source_name),
    "discount_code": Key("among", lambda one: one.discount_codes),
    "sku": Key("among", lambda one: [part.sku for part in one.lines]),
}


def _shelf(one: Product) -> str:
    return f"{one.title} {one.vendor} {one.product_type}"


_PRODUCT_KEYS = {
    **_EVERY,
    "default": Key("text", _shelf),
    "title": Key("text", lambda one: one.title),
    "handle": Key("word", lambda one: one.handle),
    "status": Key("word", lambda one: one.status),
    "vendor": Key("word", lambda one: one.vendor),
    "product_type": Key("word", lambda one: one.product_type),
    "published_at": _CREATED,
    "tag": _TAG,
    "sku": Key("among", lambda one: [variant.sku for variant in one.variants]),
}
_CHECKOUT_KEYS = {
    **_EVERY,
    "status": Key("word", lambda one: "closed" if one.completed_at else "open"),
    "recovery_state": Key("word", lambda one: "recovered" if one.completed_at else "not_recovered"),
}

BUILT: dict[str, dict[str, Key]] = {
    "customers": _CUSTOMER_KEYS,
    "customersCount": _EVERY,
    "orders": _ORDER_KEYS,
    "ordersCount": _ORDER_KEYS,
    "products": _PRODUCT_KEYS,
    "productsCount": _PRODUCT_KEYS,
    "productVariants": {
        **_EVERY,
        "sku": Key("word", lambda one: one.sku),
        "product_id": Key("number", lambda one: one.product.id),
    },
    "abandonedCheckouts": _CHECKOUT_KEYS,
    "abandonedCheckoutsCount": _CHECKOUT_KEYS,
    "bulkOperations": {
        "id": _ID,
        "created_at": _CREATED,
        "status": Key("word", lambda one: one.status),
        "operation_type": Key("word", lambda _one: "query"),
    },
    "webhookSubscriptions": _EVERY,
    "webhookSubscriptionsCount": _EVERY,
    "codeDiscountNodes": {**_EVERY, "title": Key("text", lambda one: one.title)},
}
