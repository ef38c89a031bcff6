"""One notification for every device of its reader: one message, one note in the journal, one answer.

A message has left with the first device that took it: whatever fails on another one then, or crashes, nobody is told twice. One
that no device took is tried again on all of them. So each device is told once at most, and what is in doubt is a message.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from app.pipeline.devices import Reached
from app.pipeline.journal import Mark
from connectors.base import Accepted, Address, Envelope
from connectors.errors import InDoubt, Permanent, Slowed, Temporary

Answer = Accepted | Exception
Told = tuple[Envelope, Answer]
# How a channel is handed envelopes, and is heard before the first byte of each.
HandOver = Callable[[Iterable[Envelope], Callable[[Envelope], None]], Iterator[Told]]


@dataclass(slots=True)
class _Round:
    """One message on its way to its devices: those that were begun and told nothing yet, and what the others told."""

    whole: Envelope
    devices: dict[str, Reached]
    under_way: set[str] = field(default_factory=set)
    answers: list[tuple[Reached, Answer]] = field(default_factory=list)

    def has(self, *kinds: type[Answer]) -> bool:
        return any(isinstance(answer, kinds) for _, answer in self.answers)

    @property
    def is_over(self) -> bool:
        return len(self.answers) == len(self.devices)

    @property
    def mark(self) -> Mark | None:
        """What is certain of the message by now."""
        if self.has(Accepted):
            return Mark.LEFT
        return None if self.under_way or self.has(InDoubt) else Mark.STAYED


@dataclass(frozen=True, slots=True)
class EveryDevice:
    """Hands messages to a channel of notifications. `note` writes into the journal; `is_gone` lets a device go that the push
    service knows no more, and says whether its owner has another one."""

    hand_over: HandOver
    note: Callable[[Envelope, Mark], None]
    is_gone: Callable[[Reached], bool]
    _rounds: dict[str, _Round] = field(default_factory=dict)

    def send_each(self, envelopes: Iterable[tuple[Envelope, Sequence[Reached]]]) -> Iterator[Told]:
        """What became of each message, once all of its devices have told: `Accepted` if one of them took it."""
        for part, answer in self.hand_over(self._parts(envelopes), self._begun):
            one = self._rounds[part.key]
            one.under_way.discard(part.to.address)
            one.answers.append((one.devices[part.to.address], answer))
            if one.mark is not None:
                self.note(one.whole, one.mark)
            if one.is_over:
                del self._rounds[part.key]
                yield one.whole, self._together(one)

    def _parts(self, envelopes: Iterable[tuple[Envelope, Sequence[Reached]]]) -> Iterator[Envelope]:
        for whole, devices in envelopes:
            one = self._rounds[whole.key] = _Round(whole, {device.subscription: device for device in devices})
            yield from (replace(whole, to=Address(address)) for address in one.devices)

    def _begun(self, part: Envelope) -> None:
        one = self._rounds[part.key]
        one.under_way.add(part.to.address)
        # What left on one device has left: beginning on another one is no doubt.
        if not one.has(Accepted):
            self.note(one.whole, Mark.STARTED)

    def _together(self, one: _Round) -> Answer:
        """The best that any device told; those that are gone are let go, where that makes no doubt of the message."""
        gone = [device for device, answer in one.answers if isinstance(answer, Permanent) and answer.bad_address]
        goes_on = [self.is_gone(device) for device in gone]
        answers = [answer for _, answer in one.answers]
        for kind in (Accepted, InDoubt):
            if (found := next((answer for answer in answers if isinstance(answer, kind)), None)) is not None:
                return found
        if later := [answer for answer in answers if isinstance(answer, Temporary)]:
            return min(later, key=_how_soon)
        refusal = next((answer for answer in answers if not _is_gone(answer)), answers[-1])
        if not _is_gone(refusal):
            return refusal
        # Where a browser listens is a secret, and no address to keep on a list.
        return Temporary(str(refusal)) if goes_on[-1] else Permanent(str(refusal))


def _is_gone(answer: Answer) -> bool:
    return isinstance(answer, Permanent) and answer.bad_address


def _how_soon(answer: Temporary) -> tuple[bool, float]:
    """One that was tried before one that was spared, and the shortest wait first."""
    is_spared = isinstance(answer, Slowed) and not answer.is_tried
    return is_spared, answer.retry_after.total_seconds() if answer.retry_after is not None else 0.0
