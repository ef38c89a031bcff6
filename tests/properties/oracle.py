"""What must never be, written plainly from the rules and asked of a diary: it knows nothing of how the house decides.

A letter is wrong where something that made it pointless was known before the moment in which it left. What became known in
that very moment, or what happened and would make it right again, is no proof of anything.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import sqlalchemy as sa

from app.model import Enrollment, EnrollmentState, Message, MessageState, Outcome
from connectors.records import (
    CheckoutRecord,
    CustomerRecord,
    OrderRecord,
    ProductRecord,
    RefundRecord,
)
from tests.properties.death import HANDING_OVER
from tests.properties.lives import Lives, Postbox
from tests.properties.rules import EACH, Known, Letter

ENDED = {"sent", "skipped", "dropped", "stopped", "held_out", "failed", "in_doubt"}
ONCE_EVER = {"welcome_hello", "welcome_story", "welcome_favourites", "first_order_thanks"}


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
        never = datetime.max.replace(tzinfo=UTC)
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
