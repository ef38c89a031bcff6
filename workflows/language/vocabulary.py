"""The conditions and starts that workflows share; one line each, and every one reads well inside a sentence."""

from datetime import timedelta

from workflows.language.dials import number
from workflows.language.facts import Facts
from workflows.language.grammar import Condition, On, Start
from workflows.language.lengths import Unit, days

DAYS_OF_A_YEAR = 365.2425


def _counts(facts: Facts) -> bool:
    return facts.order is not None and facts.order.counts


def _is_birthday(facts: Facts) -> bool:
    """29 February is kept on the 28th in years that have none."""
    birthday, on = facts.customer.birthday, facts.on
    if birthday is None or on is None:
        return False
    is_leap_day = birthday == (2, 29) and (on + timedelta(days=1)).month == 3
    return (on.month, on.day) == birthday or (is_leap_day and (on.month, on.day) == (2, 28))


def _not_bought_since(facts: Facts) -> bool:
    if facts.product is None or facts.order is None:
        return False
    return facts.product.bought_at is None or facts.product.bought_at <= facts.order.placed_at


def _nth_order(facts: Facts) -> bool:
    """An older order may be taken back later: who was celebrated once is not celebrated again."""
    return facts.order is not None and facts.order.place == facts.dials["orders"] and not facts.was_said


def _spent_enough(facts: Facts) -> bool:
    """With this very order, and not before it."""
    if facts.order is None or facts.was_said:
        return False
    goal = facts.dials["spent"] * facts.minor
    return facts.order.spent_before < goal <= facts.order.spent_before + facts.order.total


def _costs_less(facts: Facts) -> bool:
    product = facts.product
    if product is None or not product.is_available or product.price is None or product.asked_price is None:
        return False
    return product.price < product.asked_price


def _has_bought_it(facts: Facts) -> bool:
    product = facts.product
    if product is None or product.bought_at is None or product.wanted_at is None:
        return False
    return product.bought_at >= product.wanted_at


def _is_anniversary(facts: Facts) -> bool:
    """Whole years after their first order, give or take the leap days and the zone."""
    first, on = facts.customer.first_order_at, facts.on
    if first is None or on is None or not facts.customer.orders:
        return False
    gone = (on - first.date()).days
    years = round(gone / DAYS_OF_A_YEAR)
    return years > 0 and abs(gone - years * DAYS_OF_A_YEAR) <= 2


def _is_good_customer(facts: Facts) -> bool:
    return facts.customer.spent >= facts.dials["good_customer"] * facts.minor


ordered_again = Condition("they have ordered again", "ordered_again", lambda facts: facts.orders_since > 0)
not_ordered_again = Condition("they have not ordered again", "ordered_again", lambda facts: facts.orders_since == 0)
ordered_since = Condition("they have ordered since", "ordered_again", lambda facts: facts.orders_since > 0)
has_bought_it = Condition("they have bought what they wanted", "bought_since", _has_bought_it)
has_arrived = Condition(
    "the order has arrived", "arrived", lambda facts: facts.order is not None and facts.order.delivered_at is not None
)
has_ordered = Condition("they have ordered", "has_ordered", lambda facts: facts.customer.orders > 0)
not_reviewed = Condition("they have not reviewed it", "reviewed", lambda facts: not facts.has_reviewed)
nothing_refunded = Condition(
    "nothing of it was refunded", "refunded", lambda facts: facts.order is not None and not facts.order.has_refund
)
nth_order = Condition("it is their order number %(orders)s", "not_this_milestone", _nth_order)
spent_enough = Condition("they have spent %(spent)s with it", "not_this_milestone", _spent_enough)
is_good_customer = Condition("they have spent %(good_customer)s or more", "not_a_good_customer", _is_good_customer)

_still_subscribed = Condition("they are still subscribed", "no_longer_subscribed", lambda facts: facts.is_subscribed)
_still_counts = Condition("the order still stands", "order_no_longer_stands", _counts)
_still_first = Condition(
    "it is still their first order",
    "not_their_first_order",
    lambda f: f.order is not None and f.order.counts and f.order.is_first and not f.was_said,
)
_still_open = Condition(
    "the checkout is still open", "checkout_closed", lambda f: f.checkout is not None and f.checkout.is_open
)
_still_sold = Condition("it is still sold", "not_available", lambda f: f.product is not None and f.product.is_available)
_still_due = Condition("they have not bought it since", "bought_since", _not_bought_since)
_still_birthday = Condition("it is still their birthday", "not_their_birthday", _is_birthday)
_still_less = Condition("it still costs less", "price_rose", _costs_less)
_still_late = Condition(
    "it is still late", "not_late", lambda f: f.parcel is not None and f.parcel.is_late and not f.parcel.is_delivered
)
_still_anniversary = Condition("they still have that order", "has_not_ordered", _is_anniversary)

subscribes = Start("somebody subscribes", (On("subscribed"),), _still_subscribed, once_per_customer=True)
falls_quiet = Start(
    "a customer has been silent for longer than is their way",
    (
        On(
            "order_placed",
            rhythm=number(
                "quiet",
                60,
                low=30,
                high=365,
                unit=Unit.DAYS,
                words="of silence, where a customer's own rhythm is not known",
            ),
        ),
    ),
    _still_counts,
)
order_placed = Start("an order is placed", (On("order_placed"),), _still_counts)
order_paid = Start("an order was paid", (On("order_paid"),), _still_counts)
first_order = Start("a customer's first order", (On("order_placed"),), _still_first)
first_order_paid = Start("a customer's first order was paid", (On("order_paid"),), _still_first)
order_ships = Start("an order is on its way", (On("order_shipped"),), _still_counts)
order_arrives = Start(
    "an order arrived",
    (On("order_delivered"), On("order_shipped", plus=days(7), plus_abroad=days(14))),
    _still_counts,
)
checkout_left = Start("a checkout was left", (On("checkout_left"),), _still_open, restarts=True, cool_off=days(7))
product_viewed = Start(
    "they looked at a product and left", (On("product_viewed"),), _still_sold, restarts=True, cool_off=days(7)
)
runs_out = Start("something they buy again and again is likely to run out", (On("replenishment_due"),), _still_due)
birthday = Start("their birthday", (On("birthday"),), _still_birthday, at_once="On their birthday")
anniversary_comes = Start(
    "the anniversary of their first order",
    (On("anniversary"),),
    _still_anniversary,
    at_once="On the anniversary of their first order",
)
back_in_stock = Start("something they wanted is back in stock", (On("back_in_stock"),), _still_sold)
price_drops = Start("something they wanted costs less", (On("price_dropped"),), _still_less)
parcel_late = Start("a parcel is late", (On("parcel_late"),), _still_late)
