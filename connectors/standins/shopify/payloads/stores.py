"""What the webhooks about products, the store itself and bulk operations carry."""

from typing import TYPE_CHECKING

from connectors.standins.shopify.payloads.base import Payload, amount, moment
from connectors.standins.shopify.records import BulkOperation, Discount, Product, Variant, gid

if TYPE_CHECKING:
    from connectors.standins.shopify.shop import Shop


def product(shop: "Shop", one: Product) -> Payload:
    """The body of products/create and update."""
    gids = [{"admin_graphql_api_id": gid(v), "updated_at": moment(shop, v.updated_at)} for v in one.variants]
    return {
        "admin_graphql_api_id": gid(one),
        "body_html": one.description,
        "created_at": moment(shop, one.created_at),
        "handle": one.handle,
        "id": one.id,
        "product_type": one.product_type,
        "published_at": moment(shop, one.created_at),
        "template_suffix": None,
        "title": one.title,
        "updated_at": moment(shop, one.updated_at),
        "vendor": one.vendor,
        "status": one.status.lower(),
        "published_scope": "web",
        "tags": ", ".join(one.tags),
        "variants": [_variant(shop, v) for v in one.variants],
        "options": [],
        "images": [],
        "image": None,
        "media": [],
        "variant_gids": gids,
        "has_variants_that_requires_components": False,
        "category": None,
    }


def _variant(shop: "Shop", one: Variant) -> Payload:
    nothing = ("barcode", "compare_at_price", "option2", "option3", "image_id")
    return {
        **dict.fromkeys(nothing, None),
        "admin_graphql_api_id": gid(one),
        "created_at": moment(shop, one.created_at),
        "id": one.id,
        "inventory_policy": "deny",
        "position": one.position,
        "price": amount(one.price, shop.profile.currency),
        "product_id": one.product.id,
        "sku": one.sku,
        "taxable": True,
        "title": one.title,
        "updated_at": moment(shop, one.updated_at),
        "option1": one.title,
        "inventory_item_id": one.id + 1,
        "inventory_quantity": one.stock,
        "old_inventory_quantity": one.stock,
    }


def shop_itself(shop: "Shop", *, uninstalled: bool = False) -> Payload:
    """The body of shop/update and app/uninstalled; the domains may be null in the latter, so they are."""
    profile = shop.profile
    nothing = [
        "source",
        "latitude",
        "longitude",
        "address2",
        "google_apps_domain",
        "google_apps_login_enabled",
        "password_enabled",
        "auto_configure_tax_inclusivity",
        "tax_shipping",
        "county_taxes",
        "province",
        "province_code",
        "phone",
    ]
    plain = f"{profile.currency} {{{{amount}}}}"
    return {
        **dict.fromkeys(nothing, None),
        "id": shop.id,
        "name": profile.title,
        "email": profile.email,
        "domain": None if uninstalled else shop.domain,
        "country": profile.country,
        "address1": "1 Example Street",
        "zip": "EX1 1EX",
        "city": "Exampleton",
        "primary_locale": "en",
        "created_at": moment(shop, shop.created_at),
        "updated_at": moment(shop, shop.updated_at),
        "country_code": profile.country,
        "country_name": profile.country,
        "currency": profile.currency,
        "customer_email": profile.email,
        "timezone": profile.timezone,
        "iana_timezone": profile.timezone,
        "shop_owner": profile.owner,
        "money_format": plain,
        "money_with_currency_format": plain,
        "weight_unit": "kg",
        "taxes_included": True,
        "plan_display_name": "Basic",
        "plan_name": "basic",
        "has_discounts": bool(shop.discounts),
        "has_gift_cards": False,
        "myshopify_domain": None if uninstalled else shop.domain,
        "money_in_emails_format": plain,
        "money_with_currency_in_emails_format": plain,
        "eligible_for_payments": True,
        "requires_extra_payments_agreement": False,
        "has_storefront": True,
        "finances": True,
        "primary_location_id": shop.id + 1,
        "checkout_api_supported": True,
        "multi_location_enabled": False,
        "setup_required": False,
        "pre_launch_enabled": False,
        "enabled_presentment_currencies": [profile.currency],
        "marketing_sms_consent_enabled_at_checkout": False,
        "transactional_sms_disabled": False,
    }


def bulk_finished(shop: "Shop", one: BulkOperation) -> Payload:
    """The body of bulk_operations/finish: small letters, and no address of the file."""
    return {
        "admin_graphql_api_id": gid(one),
        "completed_at": moment(shop, one.completed_at),
        "created_at": moment(shop, one.created_at),
        "error_code": one.error_code.lower() if one.error_code else None,
        "status": one.status.lower(),
        "type": "query",
    }


def scopes_changed(shop: "Shop", before: list[str]) -> Payload:
    """The body of app/scopes_update."""
    return {
        "id": 1,
        "shop_id": gid(shop),
        "previous": before,
        "current": sorted(shop.granted),
        "updated_at": moment(shop, shop.updated_at),
    }


def discount(shop: "Shop", one: Discount) -> Payload:
    """The body of discounts/create and delete."""
    return {
        "admin_graphql_api_id": gid(one),
        "title": one.title,
        "status": "ACTIVE",
        "created_at": moment(shop, one.created_at),
        "updated_at": moment(shop, one.updated_at),
    }
