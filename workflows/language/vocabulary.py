"""The conditions and starts that workflows share; one line each, and every one reads well inside a sentence."""

from workflows.language.facts import Facts
from workflows.language.grammar import Condition, On, Start
from workflows.language.lengths import days


def _counts(facts: Facts) -> bool:
    return facts.order is not None and facts.order.counts


ordered_again = Condition("they have ordered again", "ordered_again", lambda facts: facts.orders_since > 0)
not_ordered_again = Condition("they have not ordered again", "ordered_again", lambda facts: facts.orders_since == 0)
has_ordered = Condition("they have ordered", "has_ordered", lambda facts: facts.customer.orders > 0)
not_reviewed = Condition("they have not reviewed it", "reviewed", lambda facts: not facts.has_reviewed)
nothing_refunded = Condition(
    "nothing of it was refunded", "refunded", lambda facts: facts.order is not None and not facts.order.has_refund
)
_still_subscribed = Condition("they are still subscribed", "no_longer_subscribed", lambda facts: facts.is_subscribed)
_still_counts = Condition("the order still stands", "order_no_longer_stands", _counts)
_still_first = Condition(
    "it is still their first order",
    "not_their_first_order",
    lambda f: f.order is not None and f.order.counts and f.order.is_first,
)

subscribes = Start("somebody subscribes", (On("subscribed"),), _still_subscribed, once_per_customer=True)
any_order = Start("a customer's last order", (On("order_placed"),), _still_counts)
first_order = Start("a customer's first order", (On("order_placed"),), _still_first)
order_arrives = Start(
    "an order arrived",
    (On("order_delivered"), On("order_shipped", plus=days(7), plus_abroad=days(14))),
    _still_counts,
)
