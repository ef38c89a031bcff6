"""4 hours after a checkout was left, text them “abandoned_checkout_text”.
Never within 3 hours of “abandoned_checkout”.
It ends when they have ordered since.
"""

from workflows.language import Rank, Workflow, checkout_left, dial, hours, ordered_since, sms, step

WORKFLOW = Workflow(
    title="Text a reminder of a checkout that was left",
    starts=checkout_left,
    steps=(
        step(
            "reminder",
            after=dial("reminder", hours(4), low=hours(1), high=hours(24)),
            stale=hours(12),
            send=sms("abandoned_checkout_text"),
        ),
    ),
    stops=(ordered_since,),
    rank=Rank.CHECKOUT,
    beside="abandoned_checkout",
    note="A text costs money, and goes to those alone who agreed to texts.",
)
