"""Several messages on their way at once to a provider that takes one in each call (`connectors.base.SendsManyAtOnce`)."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from connectors.base import Accepted, Envelope
from connectors.errors import InDoubt, Permanent, Slowed, Temporary, Unsupported

LANES = 8
FAILURES = (Temporary, Permanent, Unsupported, InDoubt)
HandOver = Callable[[], Accepted]
Told = tuple[Envelope, Accepted | Exception]
Fate = Future[Accepted | Exception]


def each(
    ready: Callable[[Envelope], HandOver], envelopes: Iterable[Envelope], *, begun: Callable[[Envelope], None]
) -> Iterator[Told]:
    """What became of each, as soon as it is known. `ready` makes the call of one message, or raises Permanent or Unsupported
    for one that cannot leave, Slowed for one that is spared; such a one is told and never begun."""
    running: dict[Fate, Envelope] = {}
    with ThreadPoolExecutor(LANES) as pool:
        for one in envelopes:
            try:
                call = ready(one)
            except (Permanent, Unsupported, Slowed) as error:
                yield one, error
                continue
            begun(one)
            running[pool.submit(_fate, call)] = one
            if len(running) == LANES:
                yield from _finished(running)
        while running:
            yield from _finished(running)


def _fate(call: HandOver) -> Accepted | Exception:
    try:
        return call()
    except FAILURES as error:
        return error


def _finished(running: dict[Fate, Envelope]) -> Iterator[Told]:
    done, _ = wait(running, return_when=FIRST_COMPLETED)
    for fate in done:
        yield running.pop(fate), fate.result()
