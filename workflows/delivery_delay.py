"""As soon as a parcel is late, email “delivery_delay”."""

from workflows.language import AT_ONCE, Purpose, Rank, Workflow, email, hours, parcel_late, step

WORKFLOW = Workflow(
    title="Say it first when a parcel is late",
    starts=parcel_late,
    steps=(step("late", after=AT_ONCE, stale=hours(24), send=email("delivery_delay")),),
    purpose=Purpose.SERVICE,
    rank=Rank.SERVICE,
)
