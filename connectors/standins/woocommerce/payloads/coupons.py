"""Coupons and webhooks as REST v3 shows them."""

from connectors.standins.woocommerce.model import Coupon, Json, Webhook
from connectors.standins.woocommerce.payloads.links import links, metas, moments, money
from connectors.standins.woocommerce.state import State

_HOOKS = {
    "created": ["woocommerce_new_{}"],
    "updated": ["woocommerce_update_{}"],
    "deleted": ["woocommerce_trash_{}", "wp_trash_post"],
    "restored": ["woocommerce_untrash_{}", "untrashed_post"],
}


def coupon(state: State, one: Coupon) -> Json:
    """The body of GET coupons/{id}."""
    return {
        "id": one.id,
        "code": one.code,
        "amount": money(one.amount),
        "status": one.status,
        **moments(state, "date_created", at=one.created_at),
        **moments(state, "date_modified", at=one.modified_at),
        "discount_type": one.discount_type,
        "description": one.description,
        **moments(state, "date_expires", at=one.expires_at),
        "usage_count": len(one.used_by),
        "individual_use": one.individual_use,
        "product_ids": one.product_ids,
        "excluded_product_ids": [],
        "usage_limit": one.usage_limit,
        "usage_limit_per_user": one.usage_limit_per_user,
        "limit_usage_to_x_items": None,
        "free_shipping": one.free_shipping,
        "product_categories": [],
        "excluded_product_categories": [],
        "exclude_sale_items": False,
        "minimum_amount": money(one.minimum_amount),
        "maximum_amount": money(one.maximum_amount),
        "email_restrictions": one.email_restrictions,
        "used_by": one.used_by,
        "meta_data": metas(one.meta, hidden=True),
        "_links": links(state, f"coupons/{one.id}", collection="coupons"),
    }


def webhook(state: State, one: Webhook) -> Json:
    """The body of GET webhooks/{id}. The secret is never shown."""
    resource, event = one.topic.split(".", 1)
    hooks = [event] if resource == "action" else [hook.format(resource) for hook in _HOOKS.get(event, [])]
    return {
        "id": one.id,
        "name": one.name,
        "status": one.status,
        "topic": one.topic,
        "resource": resource,
        "event": event,
        "hooks": hooks,
        "delivery_url": one.delivery_url,
        **moments(state, "date_created", at=one.created_at),
        **moments(state, "date_modified", at=one.modified_at),
        "_links": links(state, f"webhooks/{one.id}", collection="webhooks"),
    }
