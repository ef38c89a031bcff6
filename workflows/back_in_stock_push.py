"""As soon as something they wanted is back in stock, push to their devices “back_in_stock_push”.
Never within 3 hours of “back_in_stock”.
It ends when they have ordered since or they have bought what they wanted.
"""

from workflows.language import AT_ONCE, Rank, Workflow, back_in_stock, has_bought_it, hours, ordered_since, push, step

WORKFLOW = Workflow(
    title="Notify that it is back in stock",
    starts=back_in_stock,
    steps=(step("back", after=AT_ONCE, stale=hours(24), send=push("back_in_stock_push")),),
    stops=(ordered_since, has_bought_it),
    rank=Rank.CHECKOUT,
    beside="back_in_stock",
    note="It goes to those alone who let a browser show notifications of your store.",
)
