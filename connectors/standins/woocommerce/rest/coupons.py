"""wc/v3/coupons: codes lower-cased and unique in any case; date_expires is site-local, date_expires_gmt alone ignored."""

from typing import Any

from connectors.standins.woocommerce.model import Coupon, Json
from connectors.standins.woocommerce.payloads import coupons as shapes
from connectors.standins.woocommerce.payloads.links import href
from connectors.standins.woocommerce.rest import changes, paging
from connectors.standins.woocommerce.rest.door import Answer, Call, Door
from connectors.standins.woocommerce.rest.errors import RestError, missing_param, not_found
from connectors.standins.woocommerce.store import Store

_SORTS = {
    "date": lambda one: one.created_at,
    "id": lambda one: one.id,
    "include": lambda one: one.id,
    "title": lambda one: one.code,
    "slug": lambda one: one.code,
    "modified": lambda one: one.modified_at,
}
_MONEY = ("amount", "minimum_amount", "maximum_amount")
_PLAIN = ("discount_type", "description", "individual_use", "free_shipping", "usage_limit", "usage_limit_per_user")
_LISTS = ("email_restrictions", "product_ids")


def plug(door: Door) -> None:
    """Opens the routes of coupons."""
    routes = CouponRoutes(door.store)
    door.add("wc/v3/coupons", list=routes.index, create=routes.create)
    door.add("wc/v3/coupons/<int:id>", get=routes.one, update=routes.update, delete=routes.delete)
    door.add(
        "wc/v3/coupons/batch", update=changes.batch(create=routes.create, update=routes.update, delete=routes.delete)
    )


class CouponRoutes:
    """The handlers."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._state = store.state

    def index(self, call: Call) -> Answer:
        """GET coupons; `code` finds one."""
        code = (call.params.text("code") or "").lower()
        created = paging.between(call, "", field="created_at")
        modified = paging.between(call, "modified_", field="modified_at")
        found = [
            one
            for one in paging.chosen(call, list(self._state.coupons.values()))
            if one.status != "trash" and (not code or one.code == code) and created(one) and modified(one)
        ]
        found = paging.ordered(call, found, keys=_SORTS, default="date")
        return paging.page(call, found, show=self._show, state=self._state, path="coupons")

    def _show(self, coupon: Coupon) -> Json:
        return shapes.coupon(self._state, coupon)

    def _find(self, call: Call) -> Coupon:
        coupon = self._state.coupons.get(call.ids["id"])
        if coupon is None:
            raise not_found("woocommerce_rest_shop_coupon_invalid_id")
        return coupon

    def one(self, call: Call) -> Answer:
        """GET coupons/{id}."""
        return Answer(self._show(self._find(call)))

    def create(self, call: Call) -> Answer:
        """POST coupons."""
        if not call.body.get("code"):
            raise missing_param("code")
        try:
            coupon = self._store.coupons.create(str(call.body["code"]))
        except ValueError as error:
            raise RestError("woocommerce_rest_coupon_code_already_exists", str(error), status=400) from None
        self._write(coupon, call.body)
        return Answer(self._show(coupon), 201, (("Location", href(self._state, f"coupons/{coupon.id}")),))

    def update(self, call: Call) -> Answer:
        """PUT coupons/{id}."""
        coupon = self._find(call)
        code = str(call.body.get("code", coupon.code))
        other = self._store.coupons.by_code(code)
        if other is not None and other is not coupon:
            message = "The coupon code already exists"
            raise RestError("woocommerce_rest_coupon_code_already_exists", message, status=400)
        coupon.code = code.strip().lower()
        self._write(coupon, call.body)
        self._store.coupons.changed(coupon)
        return Answer(self._show(coupon))

    def _write(self, coupon: Coupon, body: Json) -> None:
        for name in _MONEY:
            if name in body:
                setattr(coupon, name, changes.amount(body, name))
        for name in (*_PLAIN, *_LISTS):
            if name in body:
                setattr(coupon, name, _copied(body[name]))
        if "date_expires" in body:
            coupon.expires_at = changes.site_moment(self._state, body["date_expires"])
        changes.write_metas(self._state, coupon.meta, given=body.get("meta_data"))

    def delete(self, call: Call) -> Answer:
        """DELETE coupons/{id}: to the trash, or with force=true for ever."""
        coupon = self._find(call)
        shown = self._show(coupon)
        if call.params.flag("force"):
            self._store.coupons.delete(coupon)
        else:
            self._store.coupons.trash(coupon)
        return Answer(shown)


def _copied(value: Any) -> Any:
    return list(value) if isinstance(value, list) else value
