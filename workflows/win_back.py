"""60 days after a customer's last order, email “win_back_miss_you”.
67 days after a customer's last order, email “win_back_news”.
81 days after a customer's last order, email “win_back_goodbye”.
It ends when they have ordered again.
"""

from workflows.language import Rank, Workflow, any_order, days, dial, email, ordered_again, step

WORKFLOW = Workflow(
    title="Win back quiet customers",
    starts=any_order,
    steps=(
        step(
            "miss_you",
            after=dial("miss_you", days(60), low=days(30), high=days(365)),
            stale=days(14),
            send=email("win_back_miss_you"),
        ),
        step(
            "news",
            after=dial("news", days(67), low=days(33), high=days(380)),
            stale=days(14),
            send=email("win_back_news"),
        ),
        step(
            "goodbye",
            after=dial("goodbye", days(81), low=days(40), high=days(400)),
            stale=days(14),
            send=email("win_back_goodbye"),
            puts_to_rest=True,
        ),
    ),
    stops=(ordered_again,),
    rank=Rank.WIN_BACK,
)
