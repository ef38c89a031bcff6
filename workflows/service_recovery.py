"""2 days after a parcel is late, if they have spent 200 or more, email “service_recovery” with a code for 10 percent."""

from workflows.language import (
    Code,
    Rank,
    Unit,
    Workflow,
    days,
    dial,
    email,
    is_good_customer,
    number,
    parcel_late,
    step,
)

WORKFLOW = Workflow(
    title="Make up for a late order",
    starts=parcel_late,
    steps=(
        step(
            "sorry",
            after=dial("sorry", days(2), low=days(1), high=days(10)),
            only_if=is_good_customer,
            stale=days(3),
            send=email(
                "service_recovery",
                code=Code(
                    number("percent", 10, low=1, high=50, unit=Unit.PERCENT, words="off with the code"), valid=days(60)
                ),
            ),
        ),
    ),
    rank=Rank.RECOVERY,
    numbers=(number("good_customer", 200, low=0, high=100_000, unit=Unit.MONEY, words="spent makes a good customer"),),
    budget=number("budget", 100, low=1, high=100_000, unit=Unit.MONEY, words="a month may be given away"),
)
