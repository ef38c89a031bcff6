"""One person's own coupon: made once however often it is asked for, and removed when it is over."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import msgspec

from connectors.base import CodeWish
from connectors.errors import Permanent
from connectors.records import StoreProfile
from connectors.stores.woocommerce.client import Client

DAY = timedelta(days=1)


class _Coupon(msgspec.Struct):
    id: int
    code: str = ""


_one = msgspec.json.Decoder(_Coupon)
_some = msgspec.json.Decoder(list[_Coupon])


def make(client: Client, wish: CodeWish, *, profile: StoreProfile) -> str:
    """The coupon's id. A code that is there already is ours from an earlier try: its name is our own secret.

    WooCommerce keeps codes in small letters, reads a date of expiry on its own clock, and takes a coupon bound to an address
    only once the cart knows the address. Raises as `Client.post`.
    """
    if found := _find(client, wish.code):
        return found
    # A bare date expires at its beginning, so the coupon holds through the day before it.
    until = (wish.expires_at.astimezone(ZoneInfo(profile.zone)) + DAY).date()
    asked: dict[str, object] = {
        "code": wish.code,
        "description": wish.title,
        "discount_type": "percent",
        "amount": str(wish.percent),
        "individual_use": True,
        "usage_limit": 1,
        "usage_limit_per_user": 1,
        "date_expires": until.isoformat(),
    }
    if wish.email:
        asked["email_restrictions"] = [wish.email]
    answer = client.post("coupons", asked)
    try:
        return str(_one.decode(answer.body).id)
    except (ValueError, RecursionError):
        raise Permanent("the store did not say which coupon it made") from None


def _find(client: Client, code: str) -> str | None:
    answer = client.find("coupons", {"code": code.lower()})
    try:
        found = _some.decode(answer.body) if answer else []
    except (ValueError, RecursionError):
        found = []
    return next((str(one.id) for one in found if one.code.lower() == code.lower()), None)


def remove(client: Client, external_id: str) -> None:
    """Remove it; one that is gone already is fine. Raises as `Client.delete`."""
    if client.find(f"coupons/{external_id}") is not None:
        client.delete(f"coupons/{external_id}")
