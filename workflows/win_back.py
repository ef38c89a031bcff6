"""As soon as a customer has been silent for longer than is their way, email “win_back_miss_you”.
7 days after a customer has been silent for longer than is their way, email “win_back_news”.
21 days after a customer has been silent for longer than is their way, email “win_back_goodbye”.
Their way is their own rhythm; where too little of it is known, 60 days after their last order.
It ends when they have ordered again.
"""

from workflows.language import AT_ONCE, Rank, Workflow, days, dial, email, falls_quiet, ordered_again, step

WORKFLOW = Workflow(
    title="Win back quiet customers",
    starts=falls_quiet,
    steps=(
        step("miss_you", after=AT_ONCE, stale=days(14), send=email("win_back_miss_you")),
        step(
            "news",
            after=dial("news", days(7), low=days(3), high=days(60)),
            stale=days(14),
            send=email("win_back_news"),
        ),
        step(
            "goodbye",
            after=dial("goodbye", days(21), low=days(8), high=days(120)),
            stale=days(14),
            send=email("win_back_goodbye"),
            puts_to_rest=True,
        ),
    ),
    stops=(ordered_again,),
    rank=Rank.WIN_BACK,
)
