"""Orders, their refunds and notes as REST v3 shows them."""

from connectors.standins.woocommerce.model import Json, Line, Meta, Note, Order, Refund, Status, UsedCoupon
from connectors.standins.woocommerce.payloads.links import (
    READ_DELETE,
    href,
    links,
    metas,
    moments,
    money,
    number,
)
from connectors.standins.woocommerce.state import State

# An order's address lists the state before the postcode; a customer's the other way round.
ADDRESS = ("first_name", "last_name", "company", "address_1", "address_2", "city", "state", "postcode", "country")
EDITABLE = frozenset({Status.PENDING, Status.ON_HOLD, Status.DRAFT})
UNPAID = frozenset({Status.PENDING, Status.FAILED})
PAYMENT_TITLES = {"cod": "Cash on delivery", "stripe": "Credit card"}


def order(state: State, one: Order) -> Json:
    """The body of GET orders/{id}; the payload of order webhooks is the same."""
    created, modified = (
        moments(state, "date_created", at=one.created_at),
        moments(state, "date_modified", at=one.modified_at),
    )
    completed, paid = moments(state, "date_completed", at=one.completed_at), moments(state, "date_paid", at=one.paid_at)
    return {
        "id": one.id,
        "parent_id": 0,
        "status": str(one.status),
        "currency": state.currency,
        "version": state.version,
        "prices_include_tax": False,
        "date_created": created["date_created"],
        "date_modified": modified["date_modified"],
        **_totals(one),
        "customer_id": one.customer_id,
        "order_key": one.key,
        "billing": {part: one.billing.get(part, "") for part in (*ADDRESS, "email", "phone")},
        "shipping": {part: one.shipping.get(part, "") for part in (*ADDRESS, "phone")},
        "payment_method": one.payment_method,
        "payment_method_title": PAYMENT_TITLES.get(one.payment_method, one.payment_method),
        "transaction_id": "",
        "customer_ip_address": "",
        "customer_user_agent": "",
        "created_via": one.created_via,
        "customer_note": one.customer_note,
        "date_completed": completed["date_completed"],
        "date_paid": paid["date_paid"],
        "cart_hash": "",
        "number": str(one.id),
        "meta_data": metas(one.meta, hidden=True),
        "line_items": [_line(line) for line in one.lines],
        "tax_lines": [],
        "shipping_lines": _shipping(one),
        "fee_lines": [],
        "coupon_lines": [_coupon(state, used) for used in one.coupons],
        "refunds": [
            {"id": refund.id, "reason": refund.reason, "total": money(-refund.amount)} for refund in one.refunds
        ],
        "payment_url": f"{state.url}/checkout/order-pay/{one.id}/?pay_for_order=true&key={one.key}",
        "is_editable": one.status in EDITABLE,
        "needs_payment": one.status in UNPAID and one.total > 0,
        "needs_processing": True,
        "date_created_gmt": created["date_created_gmt"],
        "date_modified_gmt": modified["date_modified_gmt"],
        "date_completed_gmt": completed["date_completed_gmt"],
        "date_paid_gmt": paid["date_paid_gmt"],
        "currency_symbol": state.symbol,
        "_links": _order_links(state, one),
    }


def _totals(one: Order) -> Json:
    nothing = money(0)
    return {
        "discount_total": money(sum(used.discount for used in one.coupons)),
        "discount_tax": nothing,
        "shipping_total": money(one.shipping_total),
        "shipping_tax": nothing,
        "cart_tax": nothing,
        "total": money(one.total),
        "total_tax": nothing,
    }


def _order_links(state: State, one: Order) -> Json:
    found = links(state, f"orders/{one.id}", collection="orders")
    templates = href(state, f"orders/{one.id}/actions/email_templates")
    found["email_templates"] = [{"embeddable": True, "href": templates}]
    if one.customer_id:
        found["customer"] = [{"href": href(state, f"customers/{one.customer_id}")}]
    return found


def _line(line: Line) -> Json:
    return {
        "id": line.id,
        "name": line.name,
        "product_id": line.product_id,
        "variation_id": line.variation_id,
        "quantity": line.quantity,
        "tax_class": "",
        "subtotal": money(line.subtotal),
        "subtotal_tax": money(0),
        "total": money(line.total),
        "total_tax": money(0),
        "taxes": [],
        "meta_data": _line_meta(line),
        "sku": line.sku,
        "global_unique_id": "",
        "price": number(line.total, line.quantity),
        # An empty id is "" for a product and 0 for a variation; both were seen.
        "image": {"id": 0 if line.variation_id else "", "src": ""},
        "parent_name": line.parent_name,
    }


def _line_meta(line: Line) -> list[Json]:
    rows = []
    if line.option is not None:
        rows.append(_shown(line.meta_id, line.option))
    if line.reduced_stock:
        rows.append(_shown(line.meta_id, ("_reduced_stock", str(line.quantity))))
    return rows


def _shown(row_id: int, pair: tuple[str, str]) -> Json:
    key, value = pair
    shown_key = key if key.startswith("_") else key.capitalize()
    return {"id": row_id, "key": key, "value": value, "display_key": shown_key, "display_value": value}


def _shipping(one: Order) -> list[Json]:
    if not one.shipping_total:
        return []
    line = {
        "id": one.shipping_line_id,
        "method_title": "Flat rate",
        "method_id": "flat_rate",
        "instance_id": "",
        "total": money(one.shipping_total),
        "total_tax": money(0),
        "taxes": [],
        "tax_status": "taxable",
        "meta_data": list[Meta](),
    }
    return [line]


def _coupon(state: State, used: UsedCoupon) -> Json:
    coupon = state.coupons.get(used.coupon_id)
    return {
        "id": used.id,
        "code": used.code,
        "discount": money(used.discount),
        "discount_tax": money(0),
        "meta_data": [],
        "discount_type": coupon.discount_type if coupon else "fixed_cart",
        "nominal_amount": number(coupon.amount, 1) if coupon else 0,
        "free_shipping": coupon.free_shipping if coupon else False,
    }


def refund(state: State, given: Refund, *, order_id: int, with_parent: bool = False) -> Json:
    """The body of orders/{id}/refunds; the list at /refunds names the order as `parent_id` too."""
    path = f"orders/{order_id}/refunds"
    found = links(state, f"{path}/{given.id}", collection=path, allow=READ_DELETE)
    found["up"] = [{"href": href(state, f"orders/{order_id}")}]
    return {
        "id": given.id,
        **({"parent_id": order_id} if with_parent else {}),
        **moments(state, "date_created", at=given.created_at),
        "amount": money(given.amount),
        "reason": given.reason,
        "refunded_by": given.by,
        "refunded_payment": False,
        "meta_data": metas(given.meta, hidden=True),
        "line_items": [],
        "shipping_lines": [],
        "tax_lines": [],
        "fee_lines": [],
        "_links": found,
    }


def note(state: State, remark: Note, *, order_id: int) -> Json:
    """The body of orders/{id}/notes."""
    path = f"orders/{order_id}/notes"
    found = links(state, f"{path}/{remark.id}", collection=path, allow=READ_DELETE)
    found["up"] = [{"href": href(state, f"orders/{order_id}")}]
    return {
        "id": remark.id,
        "author": remark.author,
        **moments(state, "date_created", at=remark.created_at),
        "note": remark.text,
        "customer_note": remark.for_customer,
        "_links": found,
    }
