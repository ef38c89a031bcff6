"""Coupons: making and changing them, and their rules at the till."""

from dataclasses import dataclass
from fnmatch import fnmatchcase

from connectors.standins.woocommerce.model import Coupon, UsedCoupon
from connectors.standins.woocommerce.state import State
from connectors.standins.woocommerce.webhooks import Webhooks


class CouponRefused(ValueError):
    """The till does not take this coupon; the text is what the shopper reads."""


@dataclass(frozen=True, slots=True)
class Cart:
    """What a coupon is asked about: the buyer's address (None while unknown) and what the lines come to."""

    email: str | None
    subtotal: int


class Coupons:
    """Coupons at the till."""

    def __init__(self, state: State, hooks: Webhooks) -> None:
        self._state = state
        self._hooks = hooks

    def by_code(self, code: str) -> Coupon | None:
        """The coupon with this code; case does not matter, the trash does not count."""
        wanted = code.strip().lower()
        found = (one for one in self._state.coupons.values() if one.code == wanted and one.status != "trash")
        return next(found, None)

    def create(self, code: str) -> Coupon:
        """An empty coupon with this code: coupon.created, then coupon.updated. Raises ValueError for a code in use."""
        if self.by_code(code) is not None:
            raise ValueError("The coupon code already exists")
        at = self._state.now()
        coupon = Coupon(self._state.next_id("post"), code.strip().lower(), 0, "fixed_cart", at, at)
        self._state.coupons[coupon.id] = coupon
        self._hooks.happened("coupon.created", coupon.id)
        self._hooks.happened("coupon.updated", coupon.id)
        return coupon

    def changed(self, coupon: Coupon) -> None:
        """date_modified moves, coupon.updated."""
        coupon.modified_at = self._state.now()
        self._hooks.happened("coupon.updated", coupon.id)

    def trash(self, coupon: Coupon) -> None:
        """Into the trash: coupon.deleted, and by WordPress's slip product.deleted with the same id."""
        coupon.status = "trash"
        self._hooks.happened("product.deleted", coupon.id)
        self._hooks.happened("coupon.deleted", coupon.id)

    def delete(self, coupon: Coupon) -> None:
        """For ever, and without a word."""
        del self._state.coupons[coupon.id]

    def discount(self, code: str, cart: Cart) -> UsedCoupon:
        """What the coupon takes off. Raises CouponRefused with the shopper's sentence."""
        coupon = self.by_code(code)
        if coupon is None:
            raise CouponRefused(f'Coupon "{code}" cannot be applied because it does not exist.')
        self._check_limits(coupon, cart)
        self._check_email(coupon, cart.email)
        if coupon.discount_type == "percent":
            off = round(cart.subtotal * coupon.amount / 10_000)
        else:
            off = min(coupon.amount, cart.subtotal)
        return UsedCoupon(self._state.next_id("item"), coupon.id, coupon.code, off)

    def _check_limits(self, coupon: Coupon, cart: Cart) -> None:
        if coupon.expires_at is not None and self._state.now() >= coupon.expires_at:
            raise CouponRefused(f'Coupon "{coupon.code}" has expired.')
        if coupon.usage_limit is not None and len(coupon.used_by) >= coupon.usage_limit:
            raise CouponRefused(f'Usage limit for coupon "{coupon.code}" has been reached.')
        if cart.subtotal < coupon.minimum_amount:
            raise CouponRefused(f"The minimum spend for coupon “{coupon.code}” is not reached.")
        mine = sum(used == (cart.email or "").lower() for used in coupon.used_by)
        if coupon.usage_limit_per_user is not None and cart.email and mine >= coupon.usage_limit_per_user:
            raise CouponRefused(f'Usage limit for coupon "{coupon.code}" has been reached.')

    def _check_email(self, coupon: Coupon, email: str | None) -> None:
        if not coupon.email_restrictions:
            return
        if not email:
            raise CouponRefused(f"Please enter a valid email at checkout to use coupon code “{coupon.code}”.")
        if not any(fnmatchcase(email.lower(), wanted.lower()) for wanted in coupon.email_restrictions):
            raise CouponRefused(f'Coupon "{coupon.code}" cannot be applied: it is for another e-mail address.')

    def use(self, used: UsedCoupon, email: str) -> None:
        """Counts at placing."""
        coupon = self._state.coupons.get(used.coupon_id)
        if coupon is not None:
            coupon.used_by.append(email.lower())

    def give_back(self, used: UsedCoupon, email: str) -> None:
        """A cancelled order frees its coupon."""
        coupon = self._state.coupons.get(used.coupon_id)
        if coupon is not None and email.lower() in coupon.used_by:
            coupon.used_by.remove(email.lower())
