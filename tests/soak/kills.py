"""A worker that is killed again and again while it sends: `python -m tests.soak.kills [KILLS] [MESSAGES]` (25 and 20,000).

Each worker is ended by SIGKILL after a random number of messages has arrived at the mail server, and another one begins. At the
end the mail server's own list of Message-IDs is held against the ledger: no marketing message arrived twice, none is missing
that is not named as a doubt, and there are no more doubts than connections that were cut.
"""

import dataclasses
import multiprocessing
import os
import random
import signal
import sys
import time
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from app import log
from app.clock import FrozenClock
from app.config import Config
from app.model import Message, MessageState, Outcome
from app.pipeline.advance import advance
from app.pipeline.deliver import settle_the_dead
from app.pipeline.journal import opened
from app.pipeline.leave import leave
from app.policy import Reason
from app.runtime import Runtime, assemble
from connectors.channels.smtp.channel import MOST_LINES
from tests.benchmarks.figures import say
from tests.benchmarks.hands import Silent
from tests.benchmarks.houses import NOW, enrollments, house, people
from tests.benchmarks.sink import Sink, sink
from tests.village import PLATFORM

KILLS, MESSAGES = 25, 20_000
# What a dead worker had claimed and not begun falls due again when its lease is over.
APART = timedelta(minutes=3)
GLANCE = 0.002
LONGEST_LIFE = 600.0


@dataclass(frozen=True, slots=True)
class Account:
    """What the mail server got and what the ledger says. `unnamed` are messages that neither left nor are in doubt."""

    kills: int
    arrived: int
    twice: int
    sent: int
    doubts: int
    named: int
    unnamed: int
    false: int

    @property
    def is_right(self) -> bool:
        few = self.doubts <= self.kills * MOST_LINES
        return few and not (self.twice or self.unnamed or self.false) and self.named == self.doubts


def soak(kills: int, messages: int, *, seed: int = 0) -> Account:
    """Send so many messages through so many deaths."""
    dice = random.Random(seed)
    limits = sorted(dice.randrange(messages) for _ in range(kills))
    with sink(keeps=True) as server, house(smtp_url=server.url) as (runtime, _, __, store_id):
        people(runtime, store_id, messages)
        enrollments(runtime, store_id, messages, due_at=NOW - timedelta(minutes=1))
        while advance(runtime):
            pass
        died = sum(_lived(runtime.config, server, life=life, until=until) for life, until in enumerate(limits))
        _lived(runtime.config, server, life=len(limits), until=None)
        return _account(runtime, server, kills=died)


def _lived(config: Config, server: Sink, *, life: int, until: int | None) -> bool:
    """One worker's life, ended when so many messages have arrived; whether it was killed rather than done."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    worker = context.Process(target=_work, args=(config, life))
    worker.start()
    begun = time.monotonic()
    while worker.is_alive() and (until is None or server.count() < until):
        if time.monotonic() - begun > LONGEST_LIFE:
            raise SystemExit("a worker does not come to an end")
        worker.join(GLANCE)
    if worker.is_alive() and worker.pid is not None:
        os.kill(worker.pid, signal.SIGKILL)
    worker.join()
    code = worker.exitcode
    if code not in {0, -signal.SIGKILL}:
        raise SystemExit(f"a worker ended with {code}")
    worker.close()
    return code != 0


def _work(config: Config, life: int) -> None:
    clock = FrozenClock(NOW + life * APART)
    log.configure(config, clock=clock)
    runtime = assemble(config, clock=clock, worker=f"life-{life}")
    runtime = dataclasses.replace(runtime, connectors={**runtime.connectors, PLATFORM: Silent(clock.now)})
    with opened(Path(config.journal_dir), runtime.worker) as journal:
        settle_the_dead(runtime)
        while leave(runtime, journal):
            pass
    runtime.close()


def _account(runtime: Runtime, server: Sink, *, kills: int) -> Account:
    _, __, keys = server.taken()
    with runtime.database.read() as session:
        states: dict[str, str] = {row.key: row.state for row in session.execute(sa.select(Message.key, Message.state))}
        told = Outcome.reason == Reason.CRASHED_WHILE_SENDING
        named = session.scalar(sa.select(sa.func.count()).select_from(Outcome).where(told)) or 0
    arrived = set(keys)
    by_state: Counter[Any] = Counter(states.values())
    open_ones = [key for key, state in states.items() if state not in {MessageState.SENT, MessageState.IN_DOUBT}]
    return Account(
        kills=kills,
        arrived=len(arrived),
        twice=len(keys) - len(arrived),
        sent=by_state[MessageState.SENT],
        doubts=by_state[MessageState.IN_DOUBT],
        named=named,
        unnamed=len(open_ones),
        false=sum(1 for key, state in states.items() if state == MessageState.SENT and key not in arrived),
    )


def main(kills: int, messages: int) -> bool:
    """Print the account; whether it is right."""
    found = soak(kills, messages)
    say(
        f"{messages:,} messages, {found.kills} times kill -9, {MOST_LINES} connections a worker: {found.arrived:,} arrived"
    )
    say(f"  arrived twice: {found.twice}; said to be sent and never arrived: {found.false}; unnamed: {found.unnamed}")
    say(f"  in doubt: {found.doubts}, named in the ledger: {found.named}; at most {found.kills * MOST_LINES}")
    say(f"  so: {'met' if found.is_right else 'missed'}")
    return found.is_right


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:]]
    sys.exit(not main(*(given + [KILLS, MESSAGES][len(given) :])))
