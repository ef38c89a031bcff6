"""The kit in which stories are told: the whole pipeline on a frozen clock, with fakes only at the wall.

    story.on("welcome")
    story.join("anna")
    story.travel(days=5)
    assert story.sent == ["anna: welcome_hello", "anna: welcome_story", "anna: welcome_favourites"]

What a store tells goes in by the inbox, what leaves is read back from the outbox. `travel` stops at every alarm on its way,
so that everything falls due in its order. The cast: Anna buys again, Ben never consented, Cleo unsubscribed, Dora bounces, and
the other store's Anna must never be seen.
"""

import email
import email.policy
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from app.clock import FrozenClock
from app.model import Customer, Delivery, Enrollment, Message, Outcome, Store, SyncRun
from app.model.message import ReceiptKind
from app.pipeline import receipts, sync
from app.pipeline.advance import advance
from app.pipeline.calendar import reckon
from app.pipeline.deliver import settle_the_dead
from app.pipeline.fair import PARKED
from app.pipeline.inbox import accept, open_batch
from app.pipeline.install import install
from app.pipeline.journal import Journal
from app.pipeline.leave import ALONE, Hand, leave
from app.pipeline.switch import Choice, switch, turn
from app.runtime import Runtime
from connectors.base import Channel, Credentials, DeliveryHead, SyncKind
from connectors.channels.outbox import Outbox
from connectors.records import Record, StoreProfile
from tests.stories.told import Tells
from tests.village import PLATFORM, Village, written
from workflows.language import Purpose


def _alarm(model: type[Any], *states: str) -> sa.Select[datetime]:
    """When the next of these rows falls due; nothing does in a store that has gone."""
    query = sa.select(sa.func.min(model.alarm_at)).where(model.state.in_(states))
    is_here = model.store_id.in_(sa.select(Store.id).where(Store.state == "active"))
    return query if model is Delivery else query.where(is_here)


# Written once, and asked at once: a story does so at every step. Where the inbox has a file of its own it is asked by itself.
INBOX = (_alarm(Delivery, "waiting"),)
MAIN = (_alarm(SyncRun, "waiting"), _alarm(Enrollment, "waiting"), _alarm(Message, "queued", "sending"))
APART = tuple(sa.select(*(one.scalar_subquery() for one in some)) for some in (MAIN, INBOX))
TOGETHER = sa.select(*(one.scalar_subquery() for one in (*MAIN, *INBOX)))


@dataclass
class World:
    """What the stories of one village share: the runtime, its clock, the wall, and one worker with its journal."""

    runtime: Runtime
    clock: FrozenClock
    village: Village
    journal: Journal
    is_awake: bool = True

    def tick(self) -> None:
        """Everything that is due now, station after station, until nothing is."""
        self._work_off(None)

    def _work_off(self, alarm: datetime | None) -> datetime | None:
        """The same, where the next alarm may be known already; the one after it."""
        if not self.is_awake:
            return None
        if settle_the_dead(self.runtime) or alarm is None:
            alarm = self._next()
        while self.is_awake and alarm is not None and alarm <= self.clock.now():
            self.round()
            alarm = self._next()
        return alarm

    def round(self, *, purpose: Purpose | None = None, hand: Hand = ALONE) -> None:
        """One turn of every station, in the order's way."""
        sync.go_on(self.runtime)
        open_batch(self.runtime)
        advance(self.runtime)
        leave(self.runtime, self.journal, purpose=purpose, hand=hand)

    def travel(self, length: timedelta) -> None:
        """Go on by so much, stopping at every alarm on the way."""
        end = self.clock.now() + length
        alarm = self._work_off(None)
        while self.is_awake and alarm is not None and alarm <= end:
            self.clock.set(max(alarm, self.clock.now()))
            alarm = self._work_off(alarm)
        self.clock.set(end)
        self._work_off(alarm)

    def _next(self) -> datetime | None:
        database = self.runtime.database
        if database.is_sqlite:
            with database.read() as session, database.read_inbox() as inbox:
                alarms = [*session.execute(APART[0]).one(), *inbox.execute(APART[1]).one()]
        else:
            with database.read() as session:
                alarms = [*session.execute(TOGETHER).one()]
        return min((one for one in alarms if one is not None and one < PARKED), default=None)

    def die(self) -> None:
        """The worker is killed: the system closes its journal, and nobody says goodbye. Another one begins, which knows only
        what is in the database and the journals."""
        os.close(self.journal._file)
        self.runtime.database.close()
        self.journal = Journal(Path(self.runtime.config.journal_dir), "story-worker")


def home_of(number: int) -> str:
    return f"https://tea-{number}.example.com"


@contextmanager
def village(
    runtime: Runtime, clock: FrozenClock, *, stores: int = 1, channel: Channel | None = None
) -> Iterator[list["Story"]]:
    """Stores that moved in just now, every workflow off, over a runtime that stands on this clock. `channel` takes the place
    of the outbox."""
    wall = Village(clock.now)
    channels = {**runtime.channels, channel.medium: channel} if channel else runtime.channels
    whole = replace(runtime, connectors={**runtime.connectors, PLATFORM: wall}, channels=channels)
    world = World(whole, clock, wall, Journal(Path(runtime.config.journal_dir), "story-worker"))
    yield [move_in(world, number) for number in range(stores)]
    world.journal.close()


def move_in(world: World, number: int) -> "Story":
    """A store moves in over the same door as a real one, and what its platform holds of it is read as its history."""
    address = home_of(number)
    profile = StoreProfile(f"Tea {number}", "EUR", "Europe/Berlin", country="DE", email=f"shop-{number}@example.com")
    keys = Credentials({"key": "of the village"})
    store_id = install(world.runtime, platform=PLATFORM, address=address, profile=profile, credentials=keys)
    world.tick()
    return Story(world, store_id, address)


@dataclass
class Story(Tells):
    """One store, told from the merchant's chair. While `is_heard` is False its calls are lost on their way."""

    world: World
    store_id: int
    home: str
    told: list[Record] = field(default_factory=list)
    is_heard: bool = True

    @property
    def runtime(self) -> Runtime:
        return self.world.runtime

    @property
    def clock(self) -> FrozenClock:
        return self.world.clock

    @property
    def now(self) -> datetime:
        return self.clock.now()

    @property
    def store(self) -> Store:
        with self.runtime.database.read() as session:
            return session.get_one(Store, self.store_id)

    def tell(self, *records: Record) -> None:
        """Something happened: the store holds it from now on, and calls about it."""
        for record in records:
            self.world.village.keep(self.home, record)
            self.told.append(record)
            if self.is_heard:
                self.deliver(record)
        self.world.tick()

    def deliver(self, record: Record, *, again: int = 0) -> None:
        """One webhook call about it at our door; the same call keeps its key, `again` is another call about the same thing."""
        body = written(record)
        head = DeliveryHead("told", None, f"{again}:{sha256(body).hexdigest()}")
        accept(self.runtime, store_id=self.store_id, head=head, body=body)

    def catch_up(self) -> None:
        """The store is asked for whatever its calls may have lost."""
        with self.runtime.database.write() as session:
            sync.begin(session, store_id=self.store_id, kind=SyncKind.CHANGES, since=None, now=self.now)
        self.world.tick()

    def tick(self) -> None:
        self.world.tick()

    def travel(self, *, days: float = 0, hours: float = 0, minutes: float = 0) -> None:
        self.world.travel(timedelta(days=days, hours=hours, minutes=minutes))

    def live(self, *, days: float, every: float = 6) -> None:
        """Go on by so many days, and have the coming days reckoned every so many hours, as the timetable does."""
        end = self.now + timedelta(days=days)
        while self.now < end:
            reckon(self.runtime, self.store_id)
            self.travel_to(min(self.now + timedelta(hours=every), end))

    def travel_to(self, moment: datetime) -> None:
        self.world.travel(moment - self.now)

    def worker_stops(self) -> None:
        """The machine is down: calls are kept by the web, and nothing is done about them."""
        self.world.is_awake = False

    def worker_starts(self) -> None:
        self.world.is_awake = True
        self.world.tick()

    def on(self, *workflows: str, choice: Choice = Choice.KEEP) -> None:
        self._switch(*workflows, is_on=True, choice=choice)

    def off(self, *workflows: str, choice: Choice = Choice.KEEP) -> None:
        self._switch(*workflows, is_on=False, choice=choice)

    def _switch(self, *workflows: str, is_on: bool, choice: Choice) -> None:
        for name in workflows:
            with self.runtime.database.write() as session:
                switch(session, store_id=self.store_id, workflow=name, is_on=is_on, now=self.now, choice=choice)
        self.world.tick()

    def turn(self, workflow: str, *, moves: bool = False, **dials: int) -> list[str]:
        one = self.runtime.workflows[workflow]
        with self.runtime.database.write() as session:
            refused = turn(session, store_id=self.store_id, workflow=one, dials=dials, now=self.now, moves=moves)
            return [*map(str, refused)]

    def set(self, **values: Any) -> None:
        """What the merchant turns of the law, as the store's row holds it."""
        with self.runtime.database.write() as session:
            session.execute(sa.update(Store).where(Store.id == self.store_id).values(**values))

    def receipt(self, name: str, kind: ReceiptKind) -> None:
        """What the channel says later about the last message to somebody."""
        key = self.messages(name)[-1].key
        receipts.take(self.runtime, [receipts.Told(kind, f"{kind}:{key}", self.now, message=key)])

    @property
    def sent(self) -> list[str]:
        """Who got what, in the order of leaving, as the outbox keeps it."""
        return [line for _, line in self.left()]

    @property
    def sent_at(self) -> list[tuple[str, str]]:
        """When what left, in UTC."""
        return [(f"{at:%Y-%m-%d %H:%M}", line) for at, line in self.left()]

    def letter(self, name: str) -> str:
        """The plain words of the last message to somebody."""
        kept = Outbox(Path(self.runtime.config.outbox_dir)).kept(self.store.public_key, limit=10_000)
        last = max((one for one in kept if _name(one.raw) == name), key=lambda one: one.at)
        body = email.message_from_bytes(last.raw, policy=email.policy.default).get_body(("plain",))
        assert body is not None
        return str(body.get_content())

    def left(self) -> list[tuple[datetime, str]]:
        with self.runtime.database.read() as session:
            query = sa.select(Message.key, Message.text, Message.id).where(Message.store_id == self.store_id)
            texts = {key: (number, text) for key, text, number in session.execute(query)}
        kept = Outbox(Path(self.runtime.config.outbox_dir)).kept(self.store.public_key, limit=10_000)
        ordered = sorted(kept, key=lambda one: (one.at, texts[one.key][0]))
        return [(one.at, f"{_name(one.raw)}: {texts[one.key][1]}") for one in ordered]

    def why(self, name: str) -> list[Outcome]:
        """The ledger's rows about somebody, in their order."""
        return self._about(Outcome, name)

    def reasons(self, name: str) -> list[str]:
        """The ledger about somebody, shortly: "welcome.story: has_ordered"."""
        return [f"{one.workflow}.{one.step}: {one.reason}" for one in self.why(name)]

    def ways(self, name: str) -> list[Enrollment]:
        """Each workflow that took somebody in."""
        return self._about(Enrollment, name)

    def messages(self, name: str) -> list[Message]:
        return self._about(Message, name)

    def _about(self, model: type[Any], name: str) -> list[Any]:
        mine = (Customer.store_id == self.store_id, Customer.email == self.address(name))
        query = sa.select(model).join(Customer, Customer.id == model.customer_id).where(*mine).order_by(model.id)
        with self.runtime.database.read() as session:
            return list(session.scalars(query))


def _name(raw: bytes) -> str:
    to = str(email.message_from_bytes(raw, policy=email.policy.default)["To"])
    return to.rpartition("<")[2].partition("@")[0]
