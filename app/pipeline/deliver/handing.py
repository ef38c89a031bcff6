"""What was judged is handed over: written out just before, stores by turns and each one's in the order of judgement, and noted
in the journal before and after.

Writing out is work, and so it happens here, where no transaction is open. A channel that keeps several messages on their way
at once is given the next one whenever it has room.
"""

from collections import defaultdict
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from typing import Any

from sqlalchemy.exc import OperationalError

from app import log
from app.pipeline import devices, short_links
from app.pipeline.deliver.door import Ready
from app.pipeline.deliver.envelopes import Scribe
from app.pipeline.deliver.every_device import EveryDevice
from app.pipeline.deliver.settle import Fate, Settlement
from app.pipeline.journal import Journal, Mark
from app.pipeline.short_links import Shortened
from app.render import BadTextError
from app.rows import chunks
from app.runtime import Runtime
from connectors.base import RETRY_LATER, Accepted, Channel, Envelope, SendsManyAtOnce
from connectors.errors import InDoubt, Permanent, Slowed, Temporary, Unsupported
from connectors.records import Medium
from workflows.language import Purpose

MOST_TROUBLES = 5
NO_DEVICE = "no device of theirs is left"
# So many are written in one go: between two calls of the system each takes twice as long, for the processor has to fetch
# everything anew.
AHEAD = 32
# A service message of another store waits for the end of it, and that for less than a minute; what is not begun by then goes
# back untried.
LONGEST_BATCH = timedelta(seconds=40)
FAILURES = (Temporary, Permanent, Unsupported, InDoubt)


@dataclass(frozen=True, slots=True)
class _Hand:
    """One channel's part of a batch, and what is told of it so far."""

    runtime: Runtime
    journal: Journal
    channel: Channel
    until: datetime
    told: list[Settlement] = field(default_factory=list)
    rows: dict[str, Any] = field(default_factory=dict)
    reached: dict[int, list[devices.Reached]] = field(default_factory=dict)


def hand_over(runtime: Runtime, journal: Journal, *, ready: Sequence[Ready]) -> list[Settlement]:
    """What became of each. What is not begun in time, or comes after its channel could take nothing several times in a row,
    goes back untried."""
    until = runtime.clock.now() + LONGEST_BATCH
    told: list[Settlement] = []
    for medium in dict.fromkeys(one.row.medium for one in ready):
        hand = _Hand(runtime, journal, runtime.channels[medium], until)
        mine = _by_turns([one for one in ready if one.row.medium == medium])
        if medium == Medium.PUSH:
            hand.reached.update(devices.reached(runtime, [one.row.customer_id for one in mine]))
        _work_off(hand, mine)
        told += hand.told
    return told


def _by_turns(ready: Sequence[Ready]) -> list[Ready]:
    """Each store's first, then each one's second, and so on: what a slow channel is not handed in time is not always that of a
    small store, whose messages fell due after a large one's."""
    turns: defaultdict[int, Iterator[int]] = defaultdict(count)
    return sorted(ready, key=lambda one: next(turns[one.row.store_id]))


def _work_off(hand: _Hand, ready: Sequence[Ready]) -> None:
    def note(one: Envelope, mark: Mark) -> None:
        hand.journal.note(hand.rows[one.key].id, mark)

    with closing(_fates(hand, _written(hand, ready), note=note)) as fates:
        for one, fate in fates:
            settlement = _settlement(hand, one, fate=fate)
            if settlement.fate not in {Fate.IN_DOUBT, Fate.REPEATED}:
                hand.journal.note(settlement.row.id, Mark.LEFT if settlement.fate is Fate.LEFT else Mark.STAYED)
            hand.told.append(settlement)


def _written(hand: _Hand, ready: Sequence[Ready]) -> Iterator[Envelope]:
    """The envelopes, some written ahead of being asked for."""
    scribe = Scribe(hand.runtime.config, hand.runtime.signer, channel=hand.channel)
    clock = hand.runtime.clock
    for piece in chunks(ready, AHEAD):
        written = [(one, _made(scribe, one)) for one in piece]
        is_kept = _kept(hand, scribe.links())
        for one, made in written:
            rest = _rest(hand.told) if is_kept else RETRY_LATER
            if rest is not None or clock.now() > hand.until:
                hand.told.append(Settlement(one.row, Fate.UNTRIED, clock.now(), wait=rest))
            elif isinstance(made, BadTextError):
                hand.told.append(Settlement(one.row, Fate.UNWRITABLE, clock.now(), why=str(made)))
            elif made.medium is Medium.PUSH and one.row.customer_id not in hand.reached:
                hand.told.append(Settlement(one.row, Fate.REFUSED, clock.now(), why=NO_DEVICE))
            else:
                hand.rows[made.key] = one.row
                yield made


def _kept(hand: _Hand, links: Sequence[Shortened]) -> bool:
    """Whether these links lead somewhere. Where the database is down their messages wait: it must not break those which are on
    their way meanwhile, for nobody would hear what became of them."""
    try:
        short_links.keep(hand.runtime, links, now=hand.runtime.clock.now())
    except OperationalError as error:
        log.trouble("links_not_kept", count=len(links), error=error)
        return False
    return True


def _made(scribe: Scribe, one: Ready) -> Envelope | BadTextError:
    try:
        return scribe.envelope(one.text, now=one.at)
    except BadTextError as error:
        return error


def _rest(told: Sequence[Settlement]) -> timedelta | None:
    """How long a channel is left alone that could not take the last few messages; None while it may be asked.

    A domain that slows us down counts once, and not at all where it was spared: it holds no other one up.
    """
    troubles: dict[object, timedelta | None] = {}
    for one in reversed(told):
        if one.fate not in {Fate.AGAIN, Fate.REPEATED, Fate.UNTRIED}:
            return None
        if one.domain is None or one.fate is not Fate.UNTRIED:
            troubles.setdefault(one.domain or one.row.id, one.wait)
        if len(troubles) == MOST_TROUBLES:
            return next(iter(troubles.values())) or RETRY_LATER
    return None


Told = tuple[Envelope, Accepted | Exception]


def _fates(
    hand: _Hand, envelopes: Iterator[Envelope], *, note: Callable[[Envelope, Mark], None]
) -> Generator[Told, None, None]:
    """What became of each: all but notifications have one address, and those go to every device of their reader."""
    if hand.channel.medium != Medium.PUSH:
        yield from _each(hand.channel, envelopes, begun=lambda one: note(one, Mark.STARTED))
        return
    every = EveryDevice(
        lambda parts, begun: _each(hand.channel, parts, begun=begun), note, partial(_is_gone, hand.runtime)
    )
    yield from every.send_each((one, hand.reached[hand.rows[one.key].customer_id]) for one in envelopes)


def _is_gone(runtime: Runtime, device: devices.Reached) -> bool:
    """As `devices.is_gone`. Where the database is down it is found gone again the next time: nor must that break the others."""
    try:
        return devices.is_gone(runtime, device)
    except OperationalError as error:
        log.trouble("device_not_let_go", error=error)
        return True


def _each(
    channel: Channel, envelopes: Iterable[Envelope], *, begun: Callable[[Envelope], None]
) -> Generator[Told, None, None]:
    if isinstance(channel, SendsManyAtOnce):
        yield from channel.send_each(envelopes, begun=begun)
        return
    for one in envelopes:
        begun(one)
        try:
            fate: Accepted | Exception = channel.send(one)
        except FAILURES as error:
            fate = error
        yield one, fate


def _settlement(hand: _Hand, one: Envelope, *, fate: Accepted | Exception) -> Settlement:
    row, now = hand.rows[one.key], hand.runtime.clock.now()
    if isinstance(fate, Accepted):
        return Settlement(row, Fate.LEFT, now, provider_id=fate.provider_id)
    why = str(fate)
    match fate:
        case Slowed():
            tried = Fate.AGAIN if fate.is_tried else Fate.UNTRIED
            domain = fate.domain or one.to.address.rpartition("@")[2].lower()
            return Settlement(row, tried, now, why=why if fate.is_tried else "", wait=fate.retry_after, domain=domain)
        case Temporary():
            return Settlement(row, Fate.AGAIN, now, why=why, wait=fate.retry_after)
        case Permanent() | Unsupported():
            return _refused(hand, one, fate=fate)
        case InDoubt():
            doubt = Fate.IN_DOUBT if row.purpose == Purpose.MARKETING else Fate.REPEATED
            return Settlement(row, doubt, now, why=why)
    raise fate


def _refused(hand: _Hand, one: Envelope, *, fate: Permanent | Unsupported) -> Settlement:
    row, now, why = hand.rows[one.key], hand.runtime.clock.now(), str(fate)
    is_bad = isinstance(fate, Permanent) and fate.bad_address
    bad_address, channel = (one.to.address, hand.channel.name) if is_bad else (None, "")
    return Settlement(row, Fate.REFUSED, now, why=why, bad_address=bad_address, channel=channel)
