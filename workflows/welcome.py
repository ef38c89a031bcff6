"""As soon as somebody subscribes, email “welcome_hello”.
2 days after somebody subscribes, email “welcome_story”.
4 days after somebody subscribes, email “welcome_favourites”.
It ends when they have ordered.
"""

from workflows.language import AT_ONCE, Workflow, days, dial, email, has_ordered, hours, step, subscribes

WORKFLOW = Workflow(
    title="Welcome new subscribers",
    starts=subscribes,
    steps=(
        step("hello", after=AT_ONCE, stale=hours(48), send=email("welcome_hello")),
        step("story", after=dial("story", days(2), low=days(1), high=days(7)), send=email("welcome_story")),
        step(
            "favourites",
            after=dial("favourites", days(4), low=days(2), high=days(14)),
            send=email("welcome_favourites"),
        ),
    ),
    stops=(has_ordered,),
)
