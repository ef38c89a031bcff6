"""As soon as an order is on its way, text them “shipping_text”.
It ends when the order has arrived.
"""

from workflows.language import AT_ONCE, Purpose, Rank, Workflow, has_arrived, hours, order_ships, sms, step

WORKFLOW = Workflow(
    title="Text that an order is on its way",
    starts=order_ships,
    steps=(step("shipped", after=AT_ONCE, stale=hours(24), send=sms("shipping_text")),),
    stops=(has_arrived,),
    purpose=Purpose.SERVICE,
    rank=Rank.SERVICE,
    note="It goes to every mobile number that did not answer STOP, beside any mail about the same, and a text costs money.",
)
