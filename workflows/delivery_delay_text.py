"""As soon as a parcel is late, text them “delivery_delay_text”."""

from workflows.language import AT_ONCE, Purpose, Rank, Workflow, hours, parcel_late, sms, step

WORKFLOW = Workflow(
    title="Text when a parcel is late",
    starts=parcel_late,
    steps=(step("late", after=AT_ONCE, stale=hours(24), send=sms("delivery_delay_text")),),
    purpose=Purpose.SERVICE,
    rank=Rank.SERVICE,
    note="It goes to every mobile number that did not answer STOP, beside any mail about the same, and a text costs money.",
)
