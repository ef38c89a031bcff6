"""1 hour after something they wanted costs less, email “price_drop”.
Never within 3 hours of “price_drop_push”.
It ends when they have ordered since or they have bought what they wanted.
"""

from workflows.language import Rank, Workflow, dial, email, has_bought_it, hours, ordered_since, price_drops, step

WORKFLOW = Workflow(
    title="Tell that it costs less",
    starts=price_drops,
    steps=(
        # A price that is being typed over is left an hour to settle.
        step(
            "less",
            after=dial("less", hours(1), low=hours(1), high=hours(24)),
            stale=hours(24),
            send=email("price_drop"),
        ),
    ),
    stops=(ordered_since, has_bought_it),
    rank=Rank.OTHER,
    beside="price_drop_push",
)
