"""A notification goes to every device of its reader and is one message: it left, stayed or is in doubt as a whole."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from app.pipeline.deliver.every_device import Answer, EveryDevice, Told
from app.pipeline.devices import Reached
from app.pipeline.journal import Mark
from connectors.base import Accepted, Envelope
from connectors.errors import InDoubt, Permanent, Slowed, Temporary
from connectors.records import Medium
from tests.contracts.channel import envelope

TAKEN, GONE, REFUSED = Accepted("its name"), Permanent("gone", bad_address=True), Permanent("too long")
LATER, SOON = Temporary("busy", timedelta(minutes=9)), Temporary("busy", timedelta(minutes=1))
SPARED, DOUBT = Slowed("spared", timedelta(seconds=5), is_tried=False), InDoubt("no answer")
LEFT, STAYED, STARTED = Mark.LEFT, Mark.STAYED, Mark.STARTED


class Wall:
    """Push services that answer by device; `lanes` are on their way at once, and the first begun is told first."""

    def __init__(self, answers: Sequence[Answer], *, lanes: int = 1, others: bool = False) -> None:
        self.answers = {f"device-{number}": answer for number, answer in enumerate(answers)}
        self.lanes, self.others = lanes, others
        self.marks: list[Mark] = []
        self.let_go: list[int] = []
        self.asked: list[str] = []

    def hand_over(self, parts: Iterable[Envelope], begun: Callable[[Envelope], None]) -> Iterator[Told]:
        waiting: list[Envelope] = []
        for part in parts:
            begun(part)
            self.asked.append(part.to.address)
            waiting.append(part)
            if len(waiting) == self.lanes:
                yield waiting[0], self.answers[waiting.pop(0).to.address]
        yield from ((part, self.answers[part.to.address]) for part in waiting)

    def is_gone(self, device: Reached) -> bool:
        self.let_go.append(device.device_id)
        return self.others

    def send(self, key: str = "key-1") -> list[Told]:
        every = EveryDevice(self.hand_over, lambda _, mark: self.marks.append(mark), self.is_gone)
        devices = [Reached(number, name, name) for number, name in enumerate(self.answers)]
        return list(every.send_each([(replace(envelope(key), medium=Medium.PUSH), devices)]))


@pytest.mark.parametrize(
    ("answers", "together"),
    [
        ([TAKEN, TAKEN], TAKEN),
        ([GONE, TAKEN], TAKEN),
        ([TAKEN, DOUBT], TAKEN),
        ([LATER, TAKEN], TAKEN),
        ([LATER, DOUBT], DOUBT),
        ([LATER, SOON, GONE], SOON),
        ([SPARED, LATER], LATER),
        ([SPARED, GONE], SPARED),
        ([GONE, REFUSED], REFUSED),
    ],
)
@pytest.mark.parametrize("lanes", [1, 8])
def test_the_best_answer_is_that_of_the_message(answers: list[Answer], together: Answer, lanes: int) -> None:
    wall = Wall(answers, lanes=lanes)
    [(whole, answer)] = wall.send()
    assert (whole.to, answer) == (envelope().to, together)
    assert wall.asked == list(wall.answers), "each device is asked once"
    assert wall.let_go == [number for number, one in enumerate(answers) if one is GONE]


@pytest.mark.parametrize(
    ("answers", "lanes", "marks"),
    [
        ([TAKEN, LATER], 1, [STARTED, LEFT, LEFT]),
        ([LATER, TAKEN], 1, [STARTED, STAYED, STARTED, LEFT]),
        ([LATER, TAKEN], 2, [STARTED, STARTED, LEFT]),
        ([TAKEN, LATER], 2, [STARTED, STARTED, LEFT, LEFT]),
        ([LATER, GONE], 2, [STARTED, STARTED, STAYED]),
        ([DOUBT, LATER], 1, [STARTED, STARTED]),
    ],
)
def test_the_journal_never_says_less_than_is_so(answers: list[Answer], lanes: int, marks: list[Mark]) -> None:
    """It left with the first device that took it; that it stayed is said while nothing of it is on its way."""
    wall = Wall(answers, lanes=lanes)
    wall.send()
    assert wall.marks == marks


@pytest.mark.parametrize(("others", "kind"), [(True, Temporary), (False, Permanent)])
def test_where_every_device_is_gone_only_a_new_one_is_waited_for(others: bool, kind: type[Exception]) -> None:
    wall = Wall([GONE, GONE], others=others)
    [(_, answer)] = wall.send()
    assert type(answer) is kind
    assert not getattr(answer, "bad_address", False), "where a browser listens goes on no list"
    assert wall.marks[-1] is STAYED
