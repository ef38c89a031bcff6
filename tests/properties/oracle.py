"""What must never be, written plainly from the rules and asked of a diary: it knows nothing of how the house decides.

A letter is wrong where something that made it pointless was known before the moment in which it left. What became known in
that very moment, or what happened and would make it right again, is no proof of anything.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from app.model import Enrollment, EnrollmentState, Message, MessageState, Outcome
from app.policy.holdout import is_held_out
from connectors.records import (
    CheckoutRecord,
    ConsentRecord,
    ConsentState,
    CustomerRecord,
    OrderRecord,
    ProductRecord,
    RefundRecord,
    ReviewRecord,
)
from tests.properties.death import HANDING_OVER
from tests.properties.lives import Lives, Postbox

BERLIN = ZoneInfo("Europe/Berlin")
ENDED = {"sent", "skipped", "dropped", "stopped", "held_out", "failed", "in_doubt"}
ONCE_EVER = {"welcome_hello", "welcome_story", "welcome_favourites", "first_order_thanks"}


@dataclass(frozen=True)
class Letter:
    """One letter that was taken, with the rows that it comes from."""

    at: datetime
    name: str
    message: Any
    way: Any

    def __str__(self) -> str:
        return f"{self.message.text} to {self.name} about {self.way.subject} at {self.at:%Y-%m-%d %H:%M}"


@dataclass
class Known:
    """What one person's pages say, each with when it happened and when the house knew."""

    pages: list[tuple[datetime, datetime, Any]] = field(default_factory=list)

    def told(self, kind: type[Any], *, before: datetime) -> list[Any]:
        return [record for _, known, record in self.pages if known < before and isinstance(record, kind)]

    def happened(self, kind: type[Any], *, until: datetime) -> list[Any]:
        return [record for at, _, record in self.pages if at <= until and isinstance(record, kind)]


@dataclass
class Oracle:
    """Judges the lives of one store. `complaints` is empty where all is well."""

    lives: Lives
    post: Postbox
    letters: list[Letter] = field(default_factory=list)
    people: dict[str, Known] = field(default_factory=lambda: defaultdict(Known))
    shelf: Known = field(default_factory=Known)
    messages: list[Any] = field(default_factory=list)
    outcomes: dict[tuple[int, str], list[Any]] = field(default_factory=lambda: defaultdict(list))
    ways: dict[int, Any] = field(default_factory=dict)

    def complaints(self) -> list[str]:
        self._read()
        found = [f"{rule.__name__.strip('_')}: {one}" for one in self.letters for rule in EACH if rule(self, one)]
        return [*found, *self._too_often(), *self._too_many(), *self._ledger(), *self._left_over()]

    def _read(self) -> None:
        with self.lives.runtime.database.read() as session:
            self.messages = list(session.scalars(sa.select(Message)))
            self.ways = {one.id: one for one in session.scalars(sa.select(Enrollment))}
            for one in session.scalars(sa.select(Outcome).order_by(Outcome.turn)):
                self.outcomes[(one.enrollment_id, one.step)].append(one)
        known = self.lives.known()
        never = datetime.max.replace(tzinfo=BERLIN)
        for place, page in enumerate(self.lives.diary):
            entry = (page.at, known.get(place, never), page.record)
            (
                self.shelf if isinstance(page.record, ProductRecord) else self.people[self._whose(page.record)]
            ).pages.append(entry)
        by_key = {one.key: one for one in self.messages}
        for at, key, address in self.post.letters:
            message = by_key[key]
            self.letters.append(Letter(at, address.partition("@")[0], message, self.ways[message.enrollment_id]))

    def _whose(self, record: Any) -> str:
        if isinstance(record, RefundRecord):
            return self.lives.owners[record.order_external_id]
        if hasattr(record, "order_external_id"):
            return self.lives.owners.get(record.order_external_id, "")
        if isinstance(record, OrderRecord | CheckoutRecord):
            return str(record.buyer.email if record.buyer else "").partition("@")[0]
        if isinstance(record, CustomerRecord):
            return str(record.external_id)[2:]
        if getattr(record, "customer_external_id", None):
            return str(record.customer_external_id)[2:]
        return str(getattr(record, "email", None) or "").partition("@")[0]

    def stands(self, name: str, *, at: datetime, told: Callable[[OrderRecord], bool]) -> bool:
        """Whether an order of theirs of which this is true was known before, and has never been taken back since."""
        person = self.people[name]
        gone = {one.external_id for one in person.happened(OrderRecord, until=at) if one.cancelled_at}
        gone |= {one.order_external_id for one in person.happened(RefundRecord, until=at)}
        return any(one.external_id not in gone and told(one) for one in person.told(OrderRecord, before=at))

    def _too_often(self) -> Iterator[str]:
        doubts = sum(1 for moment in self.lives.killed if moment in HANDING_OVER)
        keys = Counter(key for _, key, _ in self.post.letters)
        for letter in self.letters:
            times = keys[letter.message.key]
            if times > (1 + doubts if letter.message.purpose == "service" else 1):
                yield f"sent {times} times: {letter}"
        said: dict[tuple[str, str, str], set[int]] = defaultdict(set)
        for letter in self.letters:
            subject = "ever" if letter.message.text in ONCE_EVER else letter.way.subject
            said[(letter.name, letter.message.text, subject)].add(letter.message.id)
        yield from (f"said twice: {place}" for place, ids in said.items() if len(ids) > 1)

    def _too_many(self) -> Iterator[str]:
        """One marketing message in sixteen hours, three in seven days, over all workflows."""
        times: dict[str, list[datetime]] = defaultdict(list)
        for letter in self.letters:
            if letter.message.purpose == "marketing":
                times[letter.name].append(letter.at)
        for name, theirs in times.items():
            theirs.sort()
            yield from (f"too soon: {name} {b}" for a, b in pairwise(theirs) if b - a < timedelta(hours=16))
            fours = zip(theirs, theirs[3:], strict=False)
            yield from (f"four in a week: {name} {b}" for a, b in fours if b - a < timedelta(days=7))

    def _ledger(self) -> Iterator[str]:
        """Each message has its rows, and each row its message: no more, no less."""
        decided = {place for place, rows in self.outcomes.items() if any(one.kind == "queued" for one in rows)}
        yield from (f"a row without its message: {place}" for place in decided - {_place(one) for one in self.messages})
        taken = {key for _, key, _ in self.post.letters}
        for one in self.messages:
            kinds = Counter(str(row.kind) for row in self.outcomes[_place(one)])
            last = self.outcomes[_place(one)][-1].kind
            left = one.key in taken
            if not all(agrees(one.state, kinds, last, left) for agrees in AGREE):
                yield f"{one.text} is {one.state}, left: {left}, and the ledger says {dict(kinds)}"
        for place, rows in self.outcomes.items():
            ends = [row.kind for row in rows if row.kind in ENDED]
            if len(ends) > 1:
                yield f"a step ended more than once: {place} {ends}"

    def _left_over(self) -> Iterator[str]:
        """In the end nothing that was due is still undecided, and each step behind the cursor has its row."""
        now, workflows = self.lives.now, self.lives.runtime.workflows
        for one in self.ways.values():
            if one.state == EnrollmentState.WAITING and one.alarm_at < now:
                yield f"forgotten: {one.workflow} {one.step} {one.alarm_at}"
            names = [step.name for step in workflows[one.workflow].steps]
            behind = names if one.state == EnrollmentState.DONE else names[: names.index(one.step)]
            if missing := [name for name in behind if not self.outcomes[(one.id, name)]]:
                yield f"passed over without a word: {one.workflow} {missing}"
        yield from (
            f"never sent: {one.text}"
            for one in self.messages
            if one.state in {MessageState.QUEUED, MessageState.SENDING} and one.alarm_at < now
        )


# A message's state, what the ledger counts about it and says last, and whether it left: all of it has to agree.
AGREE: tuple[Callable[[str, Counter[str], str, bool], bool], ...] = (
    lambda state, kinds, last, left: kinds["queued"] == 1 and kinds["sent"] <= 1,
    lambda state, kinds, last, left: (state == MessageState.SENT) == (kinds["sent"] == 1),
    lambda state, kinds, last, left: not left or state in {MessageState.SENT, MessageState.IN_DOUBT},
    lambda state, kinds, last, left: left or state != MessageState.SENT,
    lambda state, kinds, last, left: state != MessageState.DROPPED or last in ENDED - {"sent"},
)


def _place(message: Any) -> tuple[int, str]:
    return message.enrollment_id, message.step


def _without_consent(oracle: Oracle, letter: Letter) -> bool:
    if letter.message.purpose != "marketing":
        return False
    person = oracle.people[letter.name]
    known = sorted(person.told(ConsentRecord, before=letter.at), key=lambda one: (one.at, one.state != "subscribed"))
    if known and known[-1].state is ConsentState.SUBSCRIBED:
        return False
    later = [one for one in person.happened(ConsentRecord, until=letter.at) if not known or one.at >= known[-1].at]
    return all(one.state is not ConsentState.SUBSCRIBED for one in later)


def _after_it_was_pointless(oracle: Oracle, letter: Letter) -> bool:
    rule = POINTLESS.get(letter.message.workflow)
    return rule is not None and rule(oracle, letter)


def _about_an_order_that_does_not_stand(oracle: Oracle, letter: Letter) -> bool:
    if not letter.way.subject.startswith("order:"):
        return False
    person, number = oracle.people[letter.name], _order(letter)
    cancelled = any(one.cancelled_at for one in person.told(OrderRecord, before=letter.at) if one.external_id == number)
    return cancelled or sum(_refunds(oracle, letter)) >= 4900


def _while_money_goes_back(oracle: Oracle, letter: Letter) -> bool:
    if letter.message.purpose != "marketing" or letter.message.workflow == "service_recovery":
        return False
    person, week = oracle.people[letter.name], letter.at - timedelta(days=7)
    # Whose money it is only the order tells.
    theirs = {one.external_id for one in person.told(OrderRecord, before=letter.at)}
    # What is told of one refund with two times is one refund, of the earlier time.
    refunds: dict[str, RefundRecord] = {}
    for one in sorted(person.told(RefundRecord, before=letter.at), key=lambda told: told.at):
        refunds.setdefault(one.external_id, one)
    return any(one.at > week and one.order_external_id in theirs for one in refunds.values())


def _past_its_time(oracle: Oracle, letter: Letter) -> bool:
    workflow = oracle.lives.runtime.workflows[letter.message.workflow]
    step = workflow.step(letter.message.step)
    # Where everybody was moved by a pause, the message's own time is the one that was moved.
    is_moved = letter.message.workflow in oracle.lives.moved
    due = letter.message.due_at if is_moved else step.due(letter.way.event_at, {})
    return not due <= letter.at <= due + step.stale


def _at_night(oracle: Oracle, letter: Letter) -> bool:
    local = letter.at.astimezone(BERLIN)
    is_night = local.hour >= 22 or local.hour < 7
    return is_night and letter.message.purpose == "marketing" and oracle.lives.store.quiet_from is not None


def _held_out(oracle: Oracle, letter: Letter) -> bool:
    store = oracle.lives.store
    who = {"customer_id": letter.message.customer_id, "workflow": letter.message.workflow}
    return letter.message.purpose == "marketing" and is_held_out(
        store_key=store.public_key, percent=store.holdout_percent, **who
    )


def _switched_off(oracle: Oracle, letter: Letter) -> bool:
    before = [on for at, name, on in oracle.lives.switched if name == letter.message.workflow and at < letter.at]
    return bool(before) and not before[-1]


EACH = (
    _without_consent,
    _after_it_was_pointless,
    _about_an_order_that_does_not_stand,
    _while_money_goes_back,
    _past_its_time,
    _at_night,
    _held_out,
    _switched_off,
)


def _order(letter: Letter) -> str:
    return str(letter.way.subject).partition(":")[2].partition("~")[0]


def _placed(oracle: Oracle, letter: Letter) -> datetime:
    orders = oracle.people[letter.name].happened(OrderRecord, until=letter.at)
    return min(one.placed_at for one in orders if one.external_id == _order(letter))


def _refunds(oracle: Oracle, letter: Letter) -> list[int]:
    person = oracle.people[letter.name]
    refunds = {one.external_id: one for one in person.told(RefundRecord, before=letter.at)}
    return [one.amount for one in refunds.values() if one.order_external_id == _order(letter)]


def _ordered(oracle: Oracle, letter: Letter) -> bool:
    return oracle.stands(letter.name, at=letter.at, told=lambda _: True)


def _ordered_since(oracle: Oracle, letter: Letter) -> bool:
    since = letter.way.event_at
    return oracle.stands(letter.name, at=letter.at, told=lambda one: one.placed_at > since)


def _ordered_again(oracle: Oracle, letter: Letter) -> bool:
    placed = _placed(oracle, letter)
    return oracle.stands(letter.name, at=letter.at, told=lambda one: one.placed_at > placed)


def _answered_checkout(oracle: Oracle, letter: Letter) -> bool:
    person, number = oracle.people[letter.name], _order(letter)
    seen = [one for one in person.told(CheckoutRecord, before=letter.at) if one.external_id == number]
    if not seen:
        return False
    last = max(
        person.happened(CheckoutRecord, until=letter.at), key=lambda one: (one.external_id == number, one.updated_at)
    )
    is_closed = any(one.completed_at for one in seen) and last.completed_at is not None
    began = seen[0].started_at
    return is_closed or oracle.stands(letter.name, at=letter.at, told=lambda one: one.placed_at > began)


def _refunded(oracle: Oracle, letter: Letter) -> bool:
    return bool(_refunds(oracle, letter))


def _reviewed(oracle: Oracle, letter: Letter) -> bool:
    person = oracle.people[letter.name]
    placed = _placed(oracle, letter)
    return _refunded(oracle, letter) or any(one.at > placed for one in person.told(ReviewRecord, before=letter.at))


def _gone_from_the_shelf(oracle: Oracle, letter: Letter) -> bool:
    told = oracle.shelf.told(ProductRecord, before=letter.at)
    last = max(told, key=lambda one: one.updated_at, default=None)
    later = [
        one
        for one in oracle.shelf.happened(ProductRecord, until=letter.at)
        if last and one.updated_at >= last.updated_at
    ]
    return _ordered_since(oracle, letter) or (bool(later) and not any(one.is_available for one in later))


def _another_birthday(oracle: Oracle, letter: Letter) -> bool:
    """The last birthday known is another day, and no other was told since."""
    person, day = oracle.people[letter.name], letter.way.event_at.astimezone(BERLIN).date()
    told = [one for one in person.told(CustomerRecord, before=letter.at) if one.birthday]
    last = max(told, key=lambda one: one.updated_at, default=None)
    later = [
        one for one in person.happened(CustomerRecord, until=letter.at) if last and one.updated_at >= last.updated_at
    ]
    days = {(one.birthday.month, one.birthday.day) for one in later if one.birthday}
    return bool(days) and not days & {(day.month, day.day), (2, 29)}


POINTLESS: dict[str, Callable[[Oracle, Letter], bool]] = {
    "welcome": _ordered,
    "win_back": _ordered_again,
    "post_purchase": lambda oracle, letter: _refunded(oracle, letter) or _ordered_again(oracle, letter),
    "review_request": _reviewed,
    "abandoned_checkout": _answered_checkout,
    "browse_abandonment": _gone_from_the_shelf,
    "back_in_stock": _gone_from_the_shelf,
    "price_drop": _gone_from_the_shelf,
    "birthday": _another_birthday,
}
