"""As soon as something they buy again and again is likely to run out, email “replenishment_due”.
10 days after something they buy again and again is likely to run out, email “replenishment_reminder”.
"""

from workflows.language import Rank, Workflow, days, dial, email, runs_out, step

WORKFLOW = Workflow(
    title="Remind before it runs out",
    starts=runs_out,
    steps=(
        step(
            "due",
            after=dial("due", days(0), low=days(-14), high=days(14)),
            stale=days(7),
            send=email("replenishment_due"),
        ),
        step(
            "reminder",
            after=dial("reminder", days(10), low=days(1), high=days(60)),
            stale=days(7),
            send=email("replenishment_reminder"),
        ),
    ),
    rank=Rank.REPLENISHMENT,
)
