"""On the anniversary of their first order, email “anniversary”."""

from workflows.language import AT_ONCE, Rank, Workflow, anniversary_comes, email, hours, step

WORKFLOW = Workflow(
    title="Remember the first order",
    starts=anniversary_comes,
    steps=(step("today", after=AT_ONCE, stale=hours(14), send=email("anniversary")),),
    rank=Rank.OTHER,
)
