"""1 hour after something they wanted costs less, push to their devices “price_drop_push”.
Never within 3 hours of “price_drop”.
It ends when they have ordered since or they have bought what they wanted.
"""

from workflows.language import Rank, Workflow, dial, has_bought_it, hours, ordered_since, price_drops, push, step

WORKFLOW = Workflow(
    title="Notify that it costs less",
    starts=price_drops,
    steps=(
        # A price that is being typed over is left an hour to settle.
        step(
            "less",
            after=dial("less", hours(1), low=hours(1), high=hours(24)),
            stale=hours(24),
            send=push("price_drop_push"),
        ),
    ),
    stops=(ordered_since, has_bought_it),
    rank=Rank.OTHER,
    beside="price_drop",
    note="It goes to those alone who let a browser show notifications of your store.",
)
