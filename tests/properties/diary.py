"""A day in a store's life by chance, written down without a house: who did what when. Later it is told in many ways."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from connectors.records import ConsentState, Record
from tests.stories.told import Tells

NAMES = ("anna", "ben", "cleo", "dora")


@dataclass
class Diary(Tells):
    """Everything that happened, each thing at a moment of its own."""

    dice: random.Random
    clock: datetime
    pages: list[tuple[datetime, Record]] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        return self.clock

    def tell(self, *records: Record) -> None:
        for record in records:
            self.pages.append((self.clock, record))
            self.clock += timedelta(seconds=1)

    def live(self, moves: int) -> "Diary":
        for name in NAMES[:3]:
            self.join(name, consent=self.dice.choice((None, ConsentState.SUBSCRIBED, ConsentState.SUBSCRIBED)))
        for _ in range(moves):
            self.clock += timedelta(minutes=self.dice.randrange(1, 20))
            self._move()
        return self

    def _move(self) -> None:
        name = self.dice.choice(NAMES)
        orders = sorted(self.orders)
        match self.dice.randrange(8):
            case 0 | 1 | 2:
                self.order(name)
            case 3 if name in self.people:
                self.answer(name, self.dice.choice((ConsentState.SUBSCRIBED, ConsentState.UNSUBSCRIBED)))
            case 4 if orders:
                self.cancel(self.dice.choice(orders))
            case 5 if orders:
                self.refund(self.dice.choice(orders), self.dice.choice((1000, 4900)))
            case 6 if orders:
                self.arrive(self.dice.choice(orders))
            case 7 if name in self.people:
                self.review(name)
            case _:
                self.guest_order(name)
