"""1 hour after a checkout was left, email “abandoned_checkout_reminder”.
20 hours after a checkout was left, email “abandoned_checkout_help”.
3 days after a checkout was left, email “abandoned_checkout_last” with a code for 10 percent.
Never within 3 hours of “abandoned_checkout_text”.
It ends when they have ordered since.
"""

from workflows.language import (
    Code,
    Rank,
    Unit,
    Workflow,
    checkout_left,
    days,
    dial,
    email,
    hours,
    number,
    ordered_since,
    step,
)

WORKFLOW = Workflow(
    title="Remind of a checkout that was left",
    starts=checkout_left,
    steps=(
        step(
            "reminder",
            after=dial("reminder", hours(1), low=hours(1), high=hours(12)),
            stale=hours(12),
            send=email("abandoned_checkout_reminder"),
        ),
        step(
            "help",
            after=dial("help", hours(20), low=hours(13), high=hours(47)),
            stale=hours(12),
            send=email("abandoned_checkout_help"),
        ),
        step(
            "last",
            after=dial("last", hours(72), low=hours(49), high=hours(167)),
            stale=hours(12),
            send=email(
                "abandoned_checkout_last",
                code=Code(
                    number("percent", 10, low=0, high=50, unit=Unit.PERCENT, words="off with the code; 0 for none"),
                    valid=days(7),
                ),
            ),
        ),
    ),
    stops=(ordered_since,),
    rank=Rank.CHECKOUT,
    beside="abandoned_checkout_text",
)
