"""Cases for the law: somebody who may be written to, and what may stand in the way, one trouble at a time."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from app.policy import Case, Decision, Law, Quiet, Reason, Standing
from app.policy.brakes import Span
from app.policy.caps import Departure
from app.policy.consent import Wishes
from workflows.language import (
    AT_ONCE,
    CustomerFacts,
    Facts,
    Purpose,
    Workflow,
    email,
    has_ordered,
    not_reviewed,
    step,
    subscribes,
)

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Berlin")
LATELY = (Departure(NOON - timedelta(hours=1), 7, "birthday"),)
WORKFLOW = Workflow(
    name="welcome",
    starts=subscribes,
    stops=(has_ordered,),
    steps=(step("hello", after=AT_ONCE, only_if=not_reviewed, send=email("welcome_hello")),),
)
PERSON = CustomerFacts("Anna", None, "de", "DE", None, orders=0, spent=0, first_order_at=None, last_order_at=None)


def good() -> Case:
    """Nothing stands in the way."""
    return Case(
        WORKFLOW,
        WORKFLOW.steps[0],
        facts=Facts(now=NOON, at=NOON, customer=PERSON, is_subscribed=True, orders_since=0),
        standing=Standing(customer_id=1, zone=ZONE, has_address=True, consent="subscribed"),
        law=Law(store_key="tea", holdout_percent=0, quiet=None),
        due_at=NOON,
    )


def service(case: Case) -> Case:
    """The same case, but the message belongs to an order."""
    return replace(case, workflow=replace(case.workflow, purpose=Purpose.SERVICE))


Trouble = Callable[[Case], Case]


def unsubscribed(case: Case) -> Case:
    return replace(case, facts=replace(case.facts, is_subscribed=False))


def ordered(case: Case) -> Case:
    return replace(case, facts=replace(case.facts, customer=replace(case.facts.customer, orders=1)))


def reviewed(case: Case) -> Case:
    return replace(case, facts=replace(case.facts, has_reviewed=True))


def late(case: Case) -> Case:
    return replace(case, due_at=NOON - timedelta(days=2, microseconds=1))


def gone(case: Case) -> Case:
    return replace(case, standing=replace(case.standing, is_gone=True))


def staff(case: Case) -> Case:
    return replace(case, standing=replace(case.standing, is_staff=True))


def nowhere(case: Case) -> Case:
    return replace(case, standing=replace(case.standing, has_address=False))


def never_asked(case: Case) -> Case:
    return replace(case, standing=replace(case.standing, consent=None))


def bounced(case: Case) -> Case:
    return replace(case, standing=replace(case.standing, suppressed="bounced"))


def refunded(case: Case) -> Case:
    return replace(case, standing=replace(case.standing, suspended="refund"))


def paused(case: Case) -> Case:
    return replace(case, standing=replace(case.standing, paused_until=NOON + timedelta(hours=3)))


def wishing(case: Case) -> Case:
    wishes = Wishes(rests_until=NOON + timedelta(hours=3))
    return replace(case, standing=replace(case.standing, rights=replace(case.standing.rights, wishes=wishes)))


def resting(case: Case) -> Case:
    return replace(case, standing=replace(case.standing, is_resting=True))


def held_out(case: Case) -> Case:
    return replace(case, law=replace(case.law, holdout_percent=100))


def braked(case: Case) -> Case:
    span = Span(NOON - timedelta(hours=1), NOON + timedelta(hours=1))
    return replace(case, law=replace(case.law, brakes={case.workflow.name: span}))


def written_to(case: Case) -> Case:
    return replace(case, standing=replace(case.standing, recent=LATELY))


def told_beside(case: Case) -> Case:
    """A mail about the same left an hour ago, by the workflow beside this one."""
    workflow = replace(case.workflow, beside="birthday")
    return replace(case, workflow=workflow, standing=replace(case.standing, elsewhere=LATELY))


def night(case: Case) -> Case:
    return replace(case, law=replace(case.law, quiet=Quiet(12 * 60, 14 * 60)))


def texted(case: Case) -> Case:
    """A text to somebody of whom only the clock is known, and there it is an hour past midnight."""
    step = replace(case.step, send=replace(case.step.send, medium="sms"))
    rights = replace(case.standing.rights, zones=("Pacific/Auckland",))
    return replace(case, step=step, standing=replace(case.standing, rights=rights))


# In the law's own order; the last two say whether what belongs to an order leaves all the same.
TROUBLES: tuple[tuple[Trouble, Decision, Reason, bool], ...] = (
    (unsubscribed, Decision.STOP, Reason.NO_LONGER_SUBSCRIBED, False),
    (ordered, Decision.STOP, Reason.HAS_ORDERED, False),
    (reviewed, Decision.SKIP, Reason.REVIEWED, False),
    (late, Decision.DROP, Reason.STALE, False),
    (gone, Decision.STOP, Reason.CUSTOMER_GONE, False),
    (staff, Decision.STOP, Reason.STAFF, True),
    (nowhere, Decision.DROP, Reason.NO_ADDRESS, False),
    (never_asked, Decision.DROP, Reason.NO_CONSENT, True),
    (bounced, Decision.DROP, Reason.SUPPRESSED, False),
    (refunded, Decision.DEFER, Reason.SUSPENDED, True),
    (paused, Decision.DEFER, Reason.PAUSED, True),
    (wishing, Decision.DEFER, Reason.ASKED_FOR_REST, True),
    (resting, Decision.DROP, Reason.RESTING, True),
    (held_out, Decision.HOLD_OUT, Reason.HOLDOUT, True),
    (braked, Decision.DEFER, Reason.BRAKED, True),
    (written_to, Decision.DEFER, Reason.CAPPED, True),
    (told_beside, Decision.DEFER, Reason.TOLD_BESIDE, True),
    (night, Decision.DEFER, Reason.QUIET_HOURS, True),
    (texted, Decision.DEFER, Reason.LAWFUL_HOURS, True),
)
