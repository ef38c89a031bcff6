"""Products, variations and reviews as REST v3 shows them."""

from connectors.standins.woocommerce.model import Json, Product, Review, Variation
from connectors.standins.woocommerce.payloads.links import avatar, href, links, metas, moments, money
from connectors.standins.woocommerce.state import State

_SALE = {
    "sale_price": "",
    "date_on_sale_from": None,
    "date_on_sale_from_gmt": None,
    "date_on_sale_to": None,
    "date_on_sale_to_gmt": None,
    "on_sale": False,
}
_BACKORDERS = {"backorders": "no", "backorders_allowed": False, "backordered": False, "low_stock_amount": None}
_DOWNLOADS = {"virtual": False, "downloadable": False, "downloads": [], "download_limit": -1, "download_expiry": -1}
_PARCEL = {"weight": "", "dimensions": {"length": "", "width": "", "height": ""}}
_SHIPPING_CLASS = {"shipping_class": "", "shipping_class_id": 0}


def permalink(state: State, product: Product) -> str:
    """Where a shopper sees the product."""
    return f"{state.url}/product/{product.slug}/"


def product(state: State, one: Product) -> Json:
    """The body of GET products/{id}."""
    return {**_identity(state, one), **_selling(one), **_showing(state, one)}


def _identity(state: State, one: Product) -> Json:
    return {
        "id": one.id,
        "name": one.name,
        "slug": one.slug,
        "permalink": permalink(state, one),
        **moments(state, "date_created", at=one.created_at),
        **moments(state, "date_modified", at=one.modified_at),
        "type": "variable" if one.variations else "simple",
        "status": one.status,
        "featured": False,
        "catalog_visibility": "visible",
        "description": one.description,
        "short_description": "",
        "sku": one.sku,
    }


def _selling(one: Product) -> Json:
    cheapest = min((variation.price for variation in one.variations), default=one.price)
    return {
        "price": money(cheapest),
        "regular_price": "" if one.variations else money(one.price),
        **_SALE,
        "purchasable": True,
        "total_sales": one.total_sales,
        **_DOWNLOADS,
        "external_url": "",
        "button_text": "",
        "tax_status": "taxable",
        "tax_class": "",
        "manage_stock": one.stock is not None,
        "stock_quantity": one.stock,
        **_BACKORDERS,
        "sold_individually": False,
        **_PARCEL,
        "shipping_required": True,
        "shipping_taxable": True,
        **_SHIPPING_CLASS,
    }


def _showing(state: State, one: Product) -> Json:
    stars = [review.rating for review in state.reviews.values() if review.product_id == one.id]
    return {
        "reviews_allowed": True,
        "average_rating": f"{sum(stars) / len(stars):.2f}" if stars else "0",
        "rating_count": len(stars),
        "upsell_ids": [],
        "cross_sell_ids": [],
        "parent_id": 0,
        "purchase_note": "",
        "categories": [{"id": 15, "name": "Uncategorized", "slug": "uncategorized"}],
        "brands": [],
        "tags": [],
        "images": [],
        "attributes": _attributes(one),
        "default_attributes": [],
        "variations": [variation.id for variation in one.variations],
        "grouped_products": [],
        "menu_order": 0,
        "price_html": f'<span class="woocommerce-Price-amount amount"><bdi>{money(one.price)}</bdi></span>',
        "related_ids": [],
        "meta_data": metas(one.meta, hidden=True),
        "stock_status": "outofstock" if one.stock is not None and one.stock <= 0 else "instock",
        "has_options": bool(one.variations),
        "post_password": "",
        "global_unique_id": "",
        "permalink_template": f"{state.url}/product/%pagename%/",
        "generated_slug": one.slug,
        "_links": links(state, f"products/{one.id}", collection="products"),
    }


def _attributes(one: Product) -> list[Json]:
    if not one.variations:
        return []
    name = one.variations[0].attribute
    options = [variation.option for variation in one.variations]
    return [
        {"id": 0, "name": name, "slug": name, "position": 0, "visible": True, "variation": True, "options": options}
    ]


def variation(state: State, one: Variation, *, parent: Product) -> Json:
    """The body of GET products/{id}/variations/{id}."""
    path, name = f"products/{parent.id}/variations", one.attribute.lower()
    found = links(state, f"{path}/{one.id}", collection=path)
    found["up"] = [{"href": href(state, f"products/{parent.id}")}]
    return {
        "id": one.id,
        "type": "variation",
        **moments(state, "date_created", at=one.created_at),
        **moments(state, "date_modified", at=one.modified_at),
        "description": "",
        "permalink": f"{permalink(state, parent)}?attribute_{name}={one.option}",
        "sku": one.sku,
        "global_unique_id": "",
        "price": money(one.price),
        "regular_price": money(one.price),
        **_SALE,
        "status": "publish",
        "purchasable": True,
        **_DOWNLOADS,
        "tax_status": "taxable",
        "tax_class": "parent",
        "manage_stock": False,
        "stock_quantity": None,
        "stock_status": "instock",
        **_BACKORDERS,
        **_PARCEL,
        **_SHIPPING_CLASS,
        "image": None,
        "attributes": [{"id": 0, "name": one.attribute, "slug": name, "option": one.option}],
        "menu_order": 0,
        "meta_data": [],
        "name": one.option,
        "parent_id": parent.id,
        "_links": found,
    }


def review(state: State, one: Review) -> Json:
    """The body of GET products/reviews/{id}."""
    about = state.products.get(one.product_id)
    found = links(state, f"products/reviews/{one.id}", collection="products/reviews")
    found["up"] = [{"href": href(state, f"products/{one.product_id}")}]
    return {
        "id": one.id,
        "date_created": moments(state, "date_created", at=one.created_at)["date_created"],
        "date_created_gmt": moments(state, "date_created", at=one.created_at)["date_created_gmt"],
        "product_id": one.product_id,
        "product_name": about.name if about else "",
        "product_permalink": permalink(state, about) if about else "",
        "status": one.status,
        "reviewer": one.reviewer,
        "reviewer_email": one.email,
        "review": f"<p>{one.text}</p>\n",
        "rating": one.rating,
        "verified": _bought(state, one),
        "reviewer_avatar_urls": {str(size): avatar(one.email, size) for size in (24, 48, 96)},
        "_links": found,
    }


def _bought(state: State, one: Review) -> bool:
    return any(
        order.paid_at is not None and order.billing.get("email", "").lower() == one.email.lower()
        for order in state.orders.values()
        if any(line.product_id == one.product_id for line in order.lines)
    )
