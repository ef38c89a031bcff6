"""What a workflow did and what it caused: sent, delivered, clicked, attributed; and measured against the held out.

Attribution says who clicked and then bought. What the workflow caused is the difference to those who were held out by lot,
everybody counted who was eligible when it was decided, whether a message left or not.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.insight.effect import Effect, Finding, effect, weeks_needed
from app.reports.results.clicked import Clicked, clicked
from app.reports.results.counts import Counted, counted
from app.reports.results.groups import groups

WEEK = timedelta(days=7)
# The least that a merchant would want to know of: a twentieth more than those held out bring.
WORTH_KNOWING = 0.05


@dataclass(frozen=True, slots=True)
class Results:
    """One workflow over one span. `revenue` and `orders` are per eligible customer, revenue in minor units of the store's
    currency; `weeks_left` is how long until an effect of a twentieth would be seen, None where nobody can say yet."""

    workflow: str
    since: datetime
    counted: Counted
    clicked: Clicked
    revenue: Effect
    orders: Effect
    weeks_left: float | None

    @property
    def sentence(self) -> str:
        """What may be said of it today."""
        return SENTENCES[self.revenue.finding]


SENTENCES = {
    Finding.NOT_ENOUGH_DATA: "There is not enough data yet to say what it caused.",
    Finding.MORE: "Those who get it bring more than those held out.",
    Finding.LESS: "Those who get it bring less than those held out.",
    Finding.NO_DIFFERENCE_SEEN: "No difference to those held out is seen so far.",
}


def results(session: Session, *, store_id: int, workflow: str, since: datetime, now: datetime) -> Results:
    """What this workflow did and caused since then."""
    both = groups(session, store_id, workflow=workflow, since=since, now=now)
    revenue = effect([one.spent for one in both.treated], [one.spent for one in both.held_out])
    orders = effect([one.orders for one in both.treated], [one.orders for one in both.held_out])
    weeks = max((now - (both.begins or now)) / WEEK, 0.0)
    return Results(
        workflow=workflow,
        since=since,
        counted=counted(session, store_id, workflow=workflow, since=since),
        clicked=clicked(session, store_id, workflow=workflow, since=since),
        revenue=revenue,
        orders=orders,
        weeks_left=weeks_needed(revenue, weeks=weeks, size=WORTH_KNOWING * revenue.held_out_mean),
    )
