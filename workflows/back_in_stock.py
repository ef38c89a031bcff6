"""As soon as something they wanted is back in stock, email “back_in_stock”.
Never within 3 hours of “back_in_stock_push”.
It ends when they have ordered since or they have bought what they wanted.
"""

from workflows.language import AT_ONCE, Rank, Workflow, back_in_stock, email, has_bought_it, hours, ordered_since, step

WORKFLOW = Workflow(
    title="Tell that it is back in stock",
    starts=back_in_stock,
    steps=(step("back", after=AT_ONCE, stale=hours(24), send=email("back_in_stock")),),
    stops=(ordered_since, has_bought_it),
    rank=Rank.CHECKOUT,
    beside="back_in_stock_push",
)
