"""The words a workflow is written in: starts, steps, conditions, dials; standard library only.

A workflow is data. Nothing here decides about consent, caps or quiet hours (that is the law of the house) and nothing here
calls anything: conditions are pure questions about `Facts`, which the house reads from its model.
"""

from workflows.language.dials import Dial, Number, dial, number
from workflows.language.facts import CustomerFacts, Facts, ItemFacts, OrderFacts
from workflows.language.grammar import (
    Code,
    Condition,
    On,
    Purpose,
    Rank,
    Send,
    Start,
    Step,
    Workflow,
    email,
    step,
)
from workflows.language.lengths import AT_ONCE, Unit, WorkingDays, counted, days, hours, spoken, working_days
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
    "Code",
    "Condition",
    "CustomerFacts",
    "Dial",
    "Facts",
    "ItemFacts",
    "Number",
    "On",
    "OrderFacts",
    "Purpose",
    "Rank",
    "Send",
    "Start",
    "Step",
    "Unit",
    "Workflow",
    "WorkingDays",
    "any_order",
    "counted",
    "days",
    "dial",
    "email",
    "first_order",
    "has_ordered",
    "hours",
    "not_ordered_again",
    "not_reviewed",
    "nothing_refunded",
    "number",
    "order_arrives",
    "ordered_again",
    "spoken",
    "step",
    "subscribes",
    "working_days",
]
