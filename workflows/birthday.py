"""7 days before their birthday, email “birthday_before” with a code for 10 percent.
On their birthday, email “birthday_today”.
"""

from workflows.language import AT_ONCE, Code, Rank, Unit, Workflow, birthday, days, dial, email, hours, number, step

PERCENT = number("percent", 10, low=0, high=50, unit=Unit.PERCENT, words="off with the code; 0 for none")

WORKFLOW = Workflow(
    title="Wish a happy birthday",
    starts=birthday,
    steps=(
        step(
            "before",
            after=dial("before", days(-7), low=days(-14), high=days(-1)),
            stale=days(3),
            send=email("birthday_before", code=Code(PERCENT, valid=days(21))),
        ),
        # By the end of the day in the recipient's zone: the anchor is nine in the morning there.
        step("today", after=AT_ONCE, stale=hours(14), send=email("birthday_today")),
    ),
    rank=Rank.BIRTHDAY,
)
