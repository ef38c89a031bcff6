"""4 hours after they looked at a product and left, email “browse_abandonment”.
It ends when they have ordered since.
"""

from workflows.language import Rank, Workflow, dial, email, hours, ordered_since, product_viewed, step

WORKFLOW = Workflow(
    title="Remind of what they looked at",
    starts=product_viewed,
    steps=(
        step(
            "looked",
            after=dial("looked", hours(4), low=hours(1), high=hours(48)),
            stale=hours(24),
            send=email("browse_abandonment"),
        ),
    ),
    stops=(ordered_since,),
    rank=Rank.OTHER,
)
