"""1 hour after an order was paid, if it is their order number 5, email “milestone_orders”.
49 hours after an order was paid, if they have spent 500 with it, email “milestone_spent”.
"""

from workflows.language import (
    Unit,
    Workflow,
    dial,
    email,
    hours,
    nth_order,
    number,
    order_paid,
    spent_enough,
    step,
)

WORKFLOW = Workflow(
    title="Celebrate a milestone",
    starts=order_paid,
    asks_what_was_said=True,
    steps=(
        step(
            "orders",
            after=dial("orders_wait", hours(1), low=hours(1), high=hours(48)),
            only_if=nth_order,
            send=email("milestone_orders"),
        ),
        step(
            "spent",
            after=dial("spent_wait", hours(49), low=hours(49), high=hours(96)),
            only_if=spent_enough,
            send=email("milestone_spent"),
        ),
    ),
    numbers=(
        number("orders", 5, low=2, high=100, unit=Unit.ORDERS, words="are the milestone"),
        number("spent", 500, low=10, high=100_000, unit=Unit.MONEY, words="spent is the milestone"),
    ),
)
