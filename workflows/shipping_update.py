"""As soon as an order is on its way, email “shipping_update”.
It ends when the order has arrived.
"""

from workflows.language import AT_ONCE, Purpose, Rank, Workflow, email, has_arrived, hours, order_ships, step

WORKFLOW = Workflow(
    title="Tell that an order is on its way",
    starts=order_ships,
    steps=(step("shipped", after=AT_ONCE, stale=hours(24), send=email("shipping_update")),),
    stops=(has_arrived,),
    purpose=Purpose.SERVICE,
    rank=Rank.SERVICE,
    note="Your store may send its own shipping mails. Switch them off there before you switch this on, or customers get two.",
)
