"""2 days after an order arrived, if nothing of it was refunded, email “post_purchase_howto”.
21 days after an order arrived, if nothing of it was refunded, email “post_purchase_next”.
It ends when they have ordered again.
"""

from workflows.language import Workflow, days, dial, email, nothing_refunded, order_arrives, ordered_again, step

WORKFLOW = Workflow(
    title="Look after a purchase",
    starts=order_arrives,
    steps=(
        step(
            "howto",
            after=dial("howto", days(2), low=days(1), high=days(14)),
            only_if=nothing_refunded,
            stale=days(7),
            send=email("post_purchase_howto"),
        ),
        step(
            "next",
            after=dial("next", days(21), low=days(7), high=days(90)),
            only_if=nothing_refunded,
            stale=days(14),
            send=email("post_purchase_next"),
        ),
    ),
    stops=(ordered_again,),
)
