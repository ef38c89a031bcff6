"""As soon as an order is placed, email “order_confirmation”."""

from workflows.language import AT_ONCE, Purpose, Rank, Workflow, email, hours, order_placed, step

WORKFLOW = Workflow(
    title="Confirm an order",
    starts=order_placed,
    steps=(step("confirm", after=AT_ONCE, stale=hours(6), send=email("order_confirmation")),),
    purpose=Purpose.SERVICE,
    rank=Rank.SERVICE,
    note="Your store sends its own order confirmation. Switch it off there before you switch this on, or customers get two.",
)
