"""The law in its one fixed order: asked when a step falls due, and asked again at the door.

Still true (the start, the stops, the step's own conditions), staleness, the person (gone, staff, address), consent,
suppression, suspension, pause, their own wishes, rest, holdout, brake, caps, the same by another medium, quiet hours, lawful
hours. The first rule that speaks gives the verdict.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.policy.brakes import Span, braked
from app.policy.caps import CAPS, Cap, Departure, in_the_way
from app.policy.consent import EMAIL, TEXTS, Answer, Asked, ConsentLaw, Rights, permitted
from app.policy.holdout import is_held_out
from app.policy.hours import hours_of, opens
from app.policy.quiet import Quiet
from app.policy.reasons import Reason
from app.policy.topics import topic_of
from app.policy.verdict import Decision, Verdict
from workflows.language import APART, Facts, Purpose, Rank, Step, Workflow
from workflows.language.values import value

# How soon it is asked again whether a refund or a parcel is still open.
LOOK_AGAIN = timedelta(hours=12)
DUE = Verdict(Decision.SEND, Reason.DUE)


@value
class Standing:
    """How one person stands with one store on one medium. `consent` is the latest answer's word; None means never asked.
    `recent` left by this medium, `elsewhere` by any other one."""

    customer_id: int
    zone: ZoneInfo
    has_address: bool
    consent: str | None
    suppressed: str | None = None
    suspended: str | None = None
    paused_until: datetime | None = None
    is_resting: bool = False
    is_staff: bool = False
    is_gone: bool = False
    recent: tuple[Departure, ...] = ()
    elsewhere: tuple[Departure, ...] = ()
    rights: Rights = field(default_factory=Rights)


@dataclass(frozen=True, slots=True)
class Law:
    """What the merchant turned of the law for one store."""

    store_key: str
    holdout_percent: int
    quiet: Quiet | None
    consent: ConsentLaw = field(default_factory=ConsentLaw)
    brakes: Mapping[str, Span] = field(default_factory=dict)
    caps: Mapping[str, Sequence[Cap]] = field(default_factory=lambda: CAPS)


@value
class Case:
    """One question to the law. `message_id` is the queued message that asks at the door, None when a step falls due."""

    workflow: Workflow
    step: Step
    facts: Facts
    standing: Standing
    law: Law
    due_at: datetime
    message_id: int | None = None

    @property
    def stale_at(self) -> datetime:
        return self.due_at + self.step.stale

    @property
    def is_marketing(self) -> bool:
        return self.workflow.purpose is Purpose.MARKETING


def decide(case: Case) -> Verdict:
    """The verdict; total, pure, and the same for the same values."""
    for rule in RULES if case.is_marketing else OF_SERVICE:
        verdict = rule(case)
        if verdict is not None:
            return verdict
    return DUE


def _start_holds(case: Case) -> Verdict | None:
    still = case.workflow.starts.still
    return None if still.holds(case.facts) else Verdict(Decision.STOP, Reason(still.reason))


def _nothing_stops(case: Case) -> Verdict | None:
    for stop in case.workflow.stops:
        if stop.holds(case.facts):
            seen = {"orders_since": case.facts.orders_since, "orders": case.facts.customer.orders}
            return Verdict(Decision.STOP, Reason(stop.reason), seen)
    return None


def _step_applies(case: Case) -> Verdict | None:
    for condition in case.step.only_if:
        if not condition.holds(case.facts):
            return Verdict(Decision.SKIP, Reason(condition.reason))
    return None


def _fresh(case: Case) -> Verdict | None:
    if case.facts.now <= case.stale_at:
        return None
    return Verdict(
        Decision.DROP, Reason.STALE, {"due_at": case.due_at.isoformat(), "stale_at": case.stale_at.isoformat()}
    )


def _reachable(case: Case) -> Verdict | None:
    standing = case.standing
    if standing.is_gone:
        return Verdict(Decision.STOP, Reason.CUSTOMER_GONE)
    if standing.is_staff and case.is_marketing:
        return Verdict(Decision.STOP, Reason.STAFF)
    return None if standing.has_address else Verdict(Decision.DROP, Reason.NO_ADDRESS)


def _consented(case: Case) -> Verdict | None:
    rights, consent, medium = case.standing.rights, case.standing.consent, case.step.send.medium
    answer = rights.answer or (Answer(consent, case.facts.now) if consent else None)
    asked = Asked(rights.country, case.workflow.purpose, medium, answer, case.facts.now, rights.last_order_at)
    permission = permitted(asked, case.law.consent)
    if permission.may:
        return None
    return Verdict(Decision.DROP, permission.reason, {"consent": consent, "medium": medium, "rule": permission.rule})


def _not_suppressed(case: Case) -> Verdict | None:
    why = case.standing.suppressed
    # Whoever only unsubscribed from marketing still gets what belongs to an order.
    if why is None or (why == "unsubscribed" and not case.is_marketing):
        return None
    return Verdict(Decision.DROP, Reason.SUPPRESSED, {"suppressed": why})


def _not_suspended(case: Case) -> Verdict | None:
    """An apology is not kept from whom it is owed to, and nobody is asked to buy while something is open."""
    why = case.standing.suspended
    if why is None or case.workflow.rank is Rank.RECOVERY:
        return None
    return _later(case, Reason.SUSPENDED, until=case.facts.now + LOOK_AGAIN, seen={"open": why})


def _not_paused(case: Case) -> Verdict | None:
    until = case.standing.paused_until
    if until is None or until <= case.facts.now:
        return None
    return _later(case, Reason.PAUSED, until=until, seen={"paused_until": until.isoformat()})


def _as_they_wish(case: Case) -> Verdict | None:
    """What they asked for on the preference page: a rest, other topics only, fewer messages."""
    wishes, now = case.standing.rights.wishes, case.facts.now
    if wishes.rests_until is not None and wishes.rests_until > now:
        return _later(case, Reason.ASKED_FOR_REST, until=wishes.rests_until, seen={})
    if (topic := topic_of(case.workflow.rank)) in wishes.unwanted:
        return Verdict(Decision.DROP, Reason.UNWANTED_TOPIC, {"topic": topic})
    return _not_too_often(case, timedelta(days=wishes.every_days)) if wishes.every_days else None


def _not_too_often(case: Case, apart: timedelta) -> Verdict | None:
    others = [one.at for one in case.standing.recent if one.message_id != case.message_id]
    until = max(others, default=case.facts.now) + apart
    if not others or until <= case.facts.now:
        return None
    return _later(case, Reason.ASKED_FOR_LESS, until=until, seen={"every_days": apart.days})


def _not_resting(case: Case) -> Verdict | None:
    return Verdict(Decision.DROP, Reason.RESTING) if case.standing.is_resting else None


def _not_held_out(case: Case) -> Verdict | None:
    percent = case.law.holdout_percent
    if not is_held_out(
        store_key=case.law.store_key,
        customer_id=case.standing.customer_id,
        workflow=case.workflow.name,
        percent=percent,
    ):
        return None
    return Verdict(Decision.HOLD_OUT, Reason.HOLDOUT, {"percent": percent})


def _not_braked(case: Case) -> Verdict | None:
    found = braked(case.law.brakes, case.workflow.name, now=case.facts.now)
    return None if found is None else _later(case, Reason.BRAKED, until=found[1], seen={"brake": found[0]})


def _room(case: Case) -> Verdict | None:
    caps = case.law.caps.get(case.step.send.medium, ())
    blocked = in_the_way(case.standing.recent, caps, now=case.facts.now, but=case.message_id)
    if blocked is None:
        return None
    until, winner = blocked
    return _later(
        case, Reason.CAPPED, until=until, seen={"winner": winner.workflow, "winner_at": winner.at.isoformat()}
    )


def _not_beside(case: Case) -> Verdict | None:
    """Nobody is told the same by two media in one moment: whoever comes second waits, and goes only if it still holds then."""
    beside = case.workflow.beside
    at = max((one.at for one in case.standing.elsewhere if one.workflow == beside), default=None)
    if beside is None or at is None or at + APART <= case.facts.now:
        return None
    seen: dict[str, str | int | None] = {"winner": beside, "winner_at": at.isoformat()}
    return _later(case, Reason.TOLD_BESIDE, until=at + APART, seen=seen)


def _not_at_night(case: Case) -> Verdict | None:
    if case.law.quiet is None:
        return None
    until = case.law.quiet.ends(case.facts.now, case.standing.zone)
    return (
        None if until is None else _later(case, Reason.QUIET_HOURS, until=until, seen={"zone": str(case.standing.zone)})
    )


def _not_waking(case: Case) -> Verdict | None:
    """A letter box is quiet and a phone is not: on a phone, news of an order waits for the morning as well."""
    return None if case.step.send.medium == EMAIL else _not_at_night(case)


def _at_a_lawful_hour(case: Case) -> Verdict | None:
    """Texts alone have hours of law; they hold whatever the merchant's own quiet hours are."""
    if case.step.send.medium not in TEXTS:
        return None
    rights = case.standing.rights
    hours = hours_of(rights.country, rights.region)
    zones = [ZoneInfo(name) for name in rights.zones] or [case.standing.zone]
    until = opens(hours, rights.country, zones=zones, now=case.facts.now)
    if until is None:
        return None
    return _later(case, Reason.LAWFUL_HOURS, until=until, seen={"rule": hours.rule})


def _later(case: Case, reason: Reason, *, until: datetime, seen: dict[str, str | int | None]) -> Verdict:
    # What would be stale by then is dropped now, with the rule that stood in its way.
    decision = Decision.DROP if until > case.stale_at else Decision.DEFER
    return Verdict(decision, reason, seen, until if decision is Decision.DEFER else None)


OF_ALL: tuple[Callable[[Case], Verdict | None], ...] = (
    _start_holds,
    _nothing_stops,
    _step_applies,
    _fresh,
    _reachable,
    _consented,
    _not_suppressed,
)
OF_SERVICE = (*OF_ALL, _not_waking)
# Marketing is asked all of them.
RULES = (
    *OF_ALL,
    _not_suspended,
    _not_paused,
    _as_they_wish,
    _not_resting,
    _not_held_out,
    _not_braked,
    _room,
    _not_beside,
    _not_at_night,
    _at_a_lawful_hour,
)
