"""What must never be, written plainly from the rules and asked of a diary: it knows nothing of how the house decides.

A letter is wrong where something that made it pointless was known before the moment in which it left. What became known in
that very moment, or what happened and would make it right again, is no proof of anything.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import sqlalchemy as sa

from app.model import Customer, Enrollment, EnrollmentState, Message, MessageState, Outcome
from connectors.records import (
    CheckoutRecord,
    CustomerRecord,
    Medium,
    OrderRecord,
    ProductRecord,
    RefundRecord,
)
from tests.properties.death import HANDING_OVER
from tests.properties.letters import Known, Letter
from tests.properties.lives import Lives
from tests.properties.pockets import Postbox, Taking
from tests.properties.rules import EACH

ENDED = {"sent", "skipped", "dropped", "stopped", "held_out", "failed", "in_doubt"}
ONCE_EVER = {"welcome_hello", "welcome_story", "welcome_favourites", "first_order_thanks"}
DAY = timedelta(days=1)
# How much marketing one person may get: so many within so long.
MOST: dict[str, tuple[tuple[int, timedelta], ...]] = {
    Medium.EMAIL: ((1, timedelta(hours=16)), (3, 7 * DAY)),
    Medium.SMS: ((1, DAY),),
    Medium.PUSH: ((1, DAY),),
}
# Two workflows that say the same by two media.
TWINS = {
    "abandoned_checkout_text": "abandoned_checkout",
    "back_in_stock_push": "back_in_stock",
    "price_drop_push": "price_drop",
}


@dataclass
class Oracle:
    """Judges the lives of one store. `complaints` is empty where all is well."""

    lives: Lives
    posts: Collection[Postbox]
    letters: list[Letter] = field(default_factory=list)
    people: dict[str, Known] = field(default_factory=lambda: defaultdict(Known))
    shelf: Known = field(default_factory=Known)
    messages: list[Any] = field(default_factory=list)
    outcomes: dict[tuple[int, str], list[Any]] = field(default_factory=lambda: defaultdict(list))
    ways: dict[int, Any] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    held_out: set[tuple[int, str]] = field(default_factory=set)

    def complaints(self) -> list[str]:
        self._read()
        found = [f"{rule.__name__.strip('_')}: {one}" for one in self.letters for rule in EACH if rule(self, one)]
        wholes = (self._too_often, self._too_many, self._told_beside, self._asked_again, self._held_back)
        found += [one for whole in (*wholes, self._ledger, self._left_over) for one in whole()]
        return found

    def _read(self) -> None:
        with self.lives.runtime.database.read() as session:
            self.messages = list(session.scalars(sa.select(Message)))
            self.ways = {one.id: one for one in session.scalars(sa.select(Enrollment))}
            for one in session.scalars(sa.select(Outcome).order_by(Outcome.turn)):
                self.outcomes[(one.enrollment_id, one.step)].append(one)
                self.held_out |= {(one.customer_id, one.workflow)} if one.kind == "held_out" else set()
            self.names = {one.id: str(one.email).partition("@")[0] for one in session.scalars(sa.select(Customer))}
        known = self.lives.known()
        never = datetime.max.replace(tzinfo=UTC)
        for place, page in enumerate(self.lives.diary):
            entry = (page.at, known.get(place, never), page.record)
            (
                self.shelf if isinstance(page.record, ProductRecord) else self.people[self._whose(page.record)]
            ).pages.append(entry)
        by_key = {one.key: one for one in self.messages}
        for taking in (one for post in self.posts for one in post.taken_at):
            message = by_key[taking.key]
            name, way = self._reached(message.medium, taking), self.ways[message.enrollment_id]
            self.letters.append(Letter(taking.at, name, message, way, self._since(message, way), taking.address))

    def _since(self, message: Any, way: Any) -> datetime:
        """What it counted from. Where a pause moved everybody, the message's own time says what was so when it was decided."""
        at: datetime = way.event_at
        if message.workflow not in self.lives.moved:
            return at
        step = self.lives.runtime.workflows[message.workflow].step(message.step)
        due: datetime = message.due_at
        return at + (due - step.due(at, {}))

    def _reached(self, medium: str, taking: Taking) -> str:
        """Whose mailbox, phone or browser it was."""
        if medium == Medium.PUSH:
            return self.lives.pockets.owner(taking.address, at=taking.at)
        return self.lives.pockets.numbers.get(taking.address) or taking.address.partition("@")[0]

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
        lost = Counter(key for post in self.posts for key in post.unanswered)
        # A notification shows on each browser of theirs, once.
        places = Counter(_call(letter) for letter in self.letters)
        for letter in self.letters:
            times = places[_call(letter)]
            may_be = 1 + doubts + lost[letter.message.key]
            if times > (may_be if letter.message.purpose == "service" else 1):
                yield f"sent {times} times: {letter}"
        said: dict[tuple[str, str, str], set[int]] = defaultdict(set)
        for letter in self.letters:
            subject = "ever" if letter.message.text in ONCE_EVER else letter.way.subject
            said[(letter.name, letter.message.text, subject)].add(letter.message.id)
        yield from (f"said twice: {place}" for place, ids in said.items() if len(ids) > 1)

    def _too_many(self) -> Iterator[str]:
        """So many marketing messages by one medium in so long, over all workflows."""
        times: dict[tuple[str, str], list[datetime]] = defaultdict(list)
        for letter in {letter.message.key: letter for letter in self.letters}.values():
            if letter.message.purpose == "marketing":
                times[(letter.name, letter.message.medium)].append(letter.at)
        for (name, medium), theirs in times.items():
            theirs.sort()
            for most, window in MOST[medium]:
                pairs = zip(theirs, theirs[most:], strict=False)
                yield from (f"more than {most} {medium} in {window}: {name} {b}" for a, b in pairs if b - a < window)

    def _told_beside(self) -> Iterator[str]:
        """Nobody hears of the same by two media within three hours."""
        times: dict[tuple[str, str], list[tuple[datetime, str]]] = defaultdict(list)
        for letter in self.letters:
            workflow = letter.message.workflow
            times[(letter.name, TWINS.get(workflow, workflow))].append((letter.at, letter.message.medium))
        for (name, told), theirs in times.items():
            theirs.sort()
            near = (b for a, b in pairwise(theirs) if a[1] != b[1] and b[0] - a[0] < timedelta(hours=3))
            yield from (f"told beside: {told} to {name} {at} by {medium}" for at, medium in near)

    def _asked_again(self) -> Iterator[str]:
        """A browser that its push service called gone is not called again, unless a worker died before it was let go."""
        for browser, times in Counter(browser for _, browser in self.lives.pockets.refused).items():
            if times > 1 + len(self.lives.killed):
                yield f"called {times} times though it was gone: {browser}"

    def _held_back(self) -> Iterator[str]:
        """About one of ten of those who may be written to is held out of a marketing workflow; of the others some get nothing
        for other reasons, so it may be more."""
        sent = {(one.message.customer_id, one.message.workflow) for one in self.letters if _is_measured(one)}
        together, share = len(sent) + len(self.held_out), self.lives.store.holdout_percent / 100
        spread = 5 * (together * share * (1 - share)) ** 0.5
        if not together * share - spread <= len(self.held_out) <= 2 * together * share + spread:
            yield f"held out {len(self.held_out)} of {together}"

    def _ledger(self) -> Iterator[str]:
        """Each message has its rows, and each row its message: no more, no less."""
        decided = {place for place, rows in self.outcomes.items() if any(one.kind == "queued" for one in rows)}
        yield from (f"a row without its message: {place}" for place in decided - {_place(one) for one in self.messages})
        taken = {letter.message.key for letter in self.letters}
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


def _call(letter: Letter) -> tuple[str, str]:
    return letter.message.key, letter.address if letter.message.medium == Medium.PUSH else ""


def _is_measured(letter: Letter) -> bool:
    return bool(letter.message.purpose == "marketing")
