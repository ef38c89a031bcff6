"""The words a workflow is written in: starts, steps, conditions, dials; standard library only.

A workflow is data. Nothing here decides about consent, caps or quiet hours (that is the law of the house) and nothing here
calls anything: conditions are pure questions about `Facts`, which the house reads from its model.
"""

from workflows.language.facts import CustomerFacts, Facts, ItemFacts, OrderFacts
from workflows.language.grammar import (
    AT_ONCE,
    Condition,
    Dial,
    On,
    Purpose,
    Rank,
    Send,
    Start,
    Step,
    Unit,
    Workflow,
    days,
    dial,
    email,
    hours,
    spoken,
    step,
)
from workflows.language.vocabulary import (
    any_order,
    first_order,
    has_ordered,
    not_ordered_again,
    not_reviewed,
    nothing_refunded,
    order_arrives,
    ordered_again,
    subscribes,
)

__all__ = [
    "AT_ONCE",
    "Condition",
    "CustomerFacts",
    "Dial",
    "Facts",
    "ItemFacts",
    "On",
    "OrderFacts",
    "Purpose",
    "Rank",
    "Send",
    "Start",
    "Step",
    "Unit",
    "Workflow",
    "any_order",
    "days",
    "dial",
    "email",
    "first_order",
    "has_ordered",
    "hours",
    "not_ordered_again",
    "not_reviewed",
    "nothing_refunded",
    "order_arrives",
    "ordered_again",
    "spoken",
    "step",
    "subscribes",
]
