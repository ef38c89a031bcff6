"""1 hour after a customer's first order was paid, email “first_order_thanks”."""

from workflows.language import Workflow, dial, email, first_order_paid, hours, step

WORKFLOW = Workflow(
    title="Thank for the first order",
    starts=first_order_paid,
    asks_what_was_said=True,
    steps=(
        step(
            "thanks",
            after=dial("thanks", hours(1), low=hours(1), high=hours(72)),
            stale=hours(48),
            send=email("first_order_thanks"),
        ),
    ),
)
