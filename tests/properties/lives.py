"""Many random lives in one store, under one clock: what people do, what the store tells of it and when, and what is done to
the house meanwhile. `python -m tests.soak.lives` lives thousands; `oracle.py` judges them by the diary kept here."""

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from app.model import Delivery
from app.pipeline.calendar import BY_HOUR, RECKONERS, reckon
from app.pipeline.inbox import accept
from app.pipeline.switch import Choice
from connectors.base import DeliveryHead
from connectors.records import ConsentRecord, ConsentState, Medium, OrderStatus, Record
from tests.conftest import NOW
from tests.properties.death import Fate, mortal
from tests.properties.pockets import DEEDS, Pockets, answer_texts, equip, send_off
from tests.stories.told import TEA
from tests.story import Story
from tests.village import written

STEP = timedelta(hours=8)
ANSWERS = (ConsentState.SUBSCRIBED, ConsentState.UNSUBSCRIBED, ConsentState.UNSUBSCRIBED, ConsentState.PENDING)


@dataclass(frozen=True)
class Page:
    """Something that happened, and under which keys the store called about it; none where the house heard it at once."""

    at: datetime
    record: Record
    keys: tuple[str, ...] = ()


@dataclass
class Lives(Story):
    """A store whose people live by the dice. Calls about what they do are doubled, late and out of order."""

    dice: random.Random = field(default_factory=random.Random)
    fate: Fate = field(default_factory=Fate)
    diary: list[Page] = field(default_factory=list)
    switched: list[tuple[datetime, str, bool]] = field(default_factory=list)
    owners: dict[str, str] = field(default_factory=dict)
    moved: set[str] = field(default_factory=set)
    killed: list[str] = field(default_factory=list)
    pockets: Pockets = field(default_factory=Pockets)
    _calls: list[tuple[datetime, int, str, bytes]] = field(default_factory=list)

    def tell(self, *records: Record) -> None:
        """The store holds it at once; its calls come at once, or late, and some twice."""
        for record in records:
            self.world.village.keep(self.home, record)
            body = written(record)
            late = [self._lateness()] + ([self._lateness()] if self.dice.random() < 0.15 else [])
            keys = tuple(f"{len(self.diary)}:{place}" for place in range(len(late)))
            self.diary.append(Page(self.now, record, keys))
            for key, delay in zip(keys, late, strict=True):
                heapq.heappush(self._calls, (self.now + delay, len(self._calls), key, body))

    def hear(self, name: str, medium: Medium, *, state: ConsentState) -> None:
        """Somebody answered the house itself, without the store."""
        answer = ConsentRecord(medium, state, self.now, "themselves", self.people[name].external_id)
        self.diary.append(Page(self.now, answer))

    def later(self, *, days: int) -> datetime:
        return self.now + timedelta(days=days)

    def _lateness(self) -> timedelta:
        return STEP * self.dice.choice((1, 1, 2, 5)) if self.dice.random() < 0.1 else timedelta(0)

    def live_on(self, *, people: int, days: int) -> None:
        """So many people, for so many days, a step every eight hours; then quietly until everything is said."""
        self.shelve()
        for number in range(days * 3):
            newcomers = range(people * number // (days * 2), min(people * (number + 1) // (days * 2), people))
            for one in newcomers:
                self._arrive(f"p{one}")
            for name in self.dice.sample(sorted(self.people), k=len(self.people) // 8):
                self._move(name)
            self._call()
            self._fate(number)
        for _ in range(4):
            self._call()
            self._tick(timedelta(days=2))

    def _arrive(self, name: str) -> None:
        consent = self.dice.choice((None, ConsentState.SUBSCRIBED, ConsentState.SUBSCRIBED, ConsentState.SUBSCRIBED))
        born = date(2000, 1, 1) + timedelta(days=self.dice.randrange(366)) if self.dice.random() < 0.4 else None
        self.join(name, consent=consent, birthday=born, birthday_has_year=False, **equip(self, name))
        if self.people[name].phone and self.dice.random() < 0.6:
            answer_texts(self, name, state=ConsentState.SUBSCRIBED)

    def _move(self, name: str) -> None:
        mine = [order for order, owner in self.owners.items() if owner == name]
        deeds: tuple[Callable[[str], object], ...]
        deeds = (
            self._buy,
            self._buy,
            self._buy,
            self._check_out,
            self._check_out,
            self._change_mind,
            self.look,
            self.wish,
        )
        deeds += (self._change_birthday,) if self.people[name].birthday else ()
        deeds += (self.review,) if mine else ()
        deeds += (self._in_their_pocket,) * 3
        about: tuple[Callable[[str], None], ...]
        about = (self.cancel, self._give_back, self.arrive, self._send_off, self._send_off) if mine else ()
        number = self.dice.randrange(len(deeds) + len(about))
        if number < len(deeds):
            deeds[number](name)
        else:
            about[number - len(deeds)](mine[-1])

    def _in_their_pocket(self, name: str) -> None:
        self.dice.choice(DEEDS)(self, name)

    def _send_off(self, order: str) -> None:
        send_off(self, order)

    def _check_out(self, name: str) -> None:
        self.checkout(name, number=f"{name}-{self.dice.randrange(2)}")

    def _change_mind(self, name: str) -> None:
        self.answer(name, self.dice.choice(ANSWERS))

    def _change_birthday(self, name: str) -> None:
        self.join(name, consent=None, birthday=date(2000, self.dice.randrange(1, 13), 3))

    def _give_back(self, order: str) -> None:
        self.refund(order, self.dice.choice((900, 4900)))

    def _buy(self, name: str) -> None:
        """Now and then as a guest, or on account, or from a checkout that was begun."""
        given: dict[str, Any] = {"status": OrderStatus.OPEN, "paid_at": None} if self.dice.random() < 0.1 else {}
        told = self.guest_order if self.dice.random() < 0.2 else self.order
        self.owners[told(name, **given)] = name
        begun = f"{name}-0"
        if begun in self.checkouts and self.dice.random() < 0.5:
            self.checkouts[begun] = replace(self.checkouts[begun], completed_at=self.now, updated_at=self.now)
            self.tell(self.checkouts[begun])

    def _call(self) -> None:
        """The calls that are due by now come in, in any order."""
        while self._calls and self._calls[0][0] <= self.now:
            _, _, key, body = heapq.heappop(self._calls)
            accept(self.runtime, store_id=self.store_id, head=DeliveryHead("told", None, key), body=body)

    def _fate(self, number: int) -> None:
        """What is done to the house in this step: a shelf that empties, a switch, a kill, a machine that sleeps."""
        if self.dice.random() < 0.1:
            self.shelve(is_available=not self.shelf[TEA].is_available)
        if self.dice.random() < 0.1:
            self.shelve(price=self.dice.choice((3900, 4400, 4900, 5900)))
        if self.dice.random() < 0.06:
            self._turn_a_switch()
        reckon(self.runtime, self.store_id, kinds=RECKONERS if number % 3 == 2 else BY_HOUR)
        if self.dice.random() < 0.05:
            # The machine sleeps, and the clock has jumped when it wakes.
            self.clock.travel(STEP * self.dice.randrange(1, 7))
            return
        # Back to the step's own hour, so that many alarms ring together.
        self._tick(STEP - (self.now - NOW) % STEP)

    def _turn_a_switch(self) -> None:
        """A workflow that is off is most often the next one to be switched, so that all of them have their time."""
        state = {name: is_on for _, name, is_on in self.switched}
        rests = sorted(name for name, is_on in state.items() if not is_on)
        name = self.dice.choice(rests if rests and self.dice.random() < 0.8 else sorted(self.runtime.workflows))
        is_on = not state.get(name, True)
        # What is due in this very moment is said before the switch, so that the diary knows which came first.
        self._tick(timedelta(minutes=1))
        choice = self.dice.choice(tuple(Choice))
        (self.on if is_on else self.off)(name, choice=choice)
        self.moved |= {name} if choice is Choice.SHIFT else set()
        self.switched.append((self.now, name, is_on))

    def _tick(self, length: timedelta) -> None:
        """Work until then; now and then the worker is killed somewhere in the middle."""
        end = self.now + length
        if self.dice.random() < 0.15:
            self.fate.at, self.fate.points, self.fate.moment = self.dice.randrange(1, 300), 0, ""
            with mortal(self.world, self.fate):
                self.world.tick()
            self.killed += [self.fate.moment] if self.fate.moment else []
        self.world.travel(max(end - self.now, timedelta(0)))

    def known(self) -> dict[int, datetime]:
        """When the house had taken in each page of the diary, by its place; pages it never heard of are left out."""
        with self.runtime.database.read_inbox() as inbox:
            rows = inbox.execute(sa.select(Delivery.key, Delivery.done_at).where(Delivery.store_id == self.store_id))
            done = {key: at for key, at in rows if at is not None}
        found = {}
        for place, page in enumerate(self.diary):
            times = [done[key] for key in page.keys if key in done] if page.keys else [page.at]
            if times:
                found[place] = min(times)
        return found
