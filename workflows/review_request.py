"""7 days after an order arrived, if they have not reviewed it, if nothing of it was refunded, email “review_request”.
14 days after an order arrived, if they have not reviewed it, if nothing of it was refunded, email “review_reminder”.
"""

from workflows.language import Rank, Workflow, days, dial, email, not_reviewed, nothing_refunded, order_arrives, step

WORKFLOW = Workflow(
    title="Ask for a review",
    starts=order_arrives,
    steps=(
        step(
            "ask",
            after=dial("ask", days(7), low=days(2), high=days(30)),
            only_if=(not_reviewed, nothing_refunded),
            stale=days(14),
            send=email("review_request"),
        ),
        step(
            "remind",
            after=dial("remind", days(14), low=days(3), high=days(60)),
            only_if=(not_reviewed, nothing_refunded),
            stale=days(14),
            send=email("review_reminder"),
        ),
    ),
    rank=Rank.REVIEW,
)
