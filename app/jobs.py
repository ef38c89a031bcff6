"""The timetable: which job, how often. A job that breaks is written down and rings again; it stops no other."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from app import log, pulse
from app.pipeline import approval, bounces, brake, erase, sync, write_back
from app.pipeline.advance import advance
from app.pipeline.deliver import settle_the_dead
from app.pipeline.deliver.codes import remove_old
from app.pipeline.double_opt_in import send_questions
from app.pipeline.inbox import open_batch
from app.pipeline.journal import Journal, opened
from app.pipeline.leave import leave
from app.pipeline.switch import tallies
from app.rehearsal import trials
from app.runtime import Runtime
from workflows.language import Purpose

# One turn of a job, after which it lets the clock ring it anew: a stop is heard soon, and no job holds a thread for long.
TURN_SECONDS = 5.0
SYNC_SECONDS = 10.0
LONGEST_TURN = timedelta(minutes=15)
MOST_ROUNDS = 1000


@dataclass(slots=True)
class Desk:
    """What one worker works with: the runtime, its journal, the one hand that may hold a channel, and since when each job
    that runs now has been running."""

    runtime: Runtime
    journal: Journal
    hand: threading.Lock = field(default_factory=threading.Lock)
    running: dict[str, datetime] = field(default_factory=dict)
    is_stopping: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True, slots=True)
class Job:
    """`work` does one piece and says how much that was; 0 means that nothing is left to do now.

    A piece of less than `least` ends the turn too: what comes in meanwhile waits for the next ring, where more of it is done
    together. Taken as they drop in, each handful would cost as many questions, commits and flushes as a hundred.
    """

    name: str
    every: timedelta
    work: Callable[[Desk], int]
    least: int = 1


def _opened(desk: Desk) -> int:
    return open_batch(desk.runtime)


def _decided(desk: Desk) -> int:
    return advance(desk.runtime)


def _served(desk: Desk) -> int:
    return leave(desk.runtime, desk.journal, purpose=Purpose.SERVICE, hand=desk.hand)


def _delivered(desk: Desk) -> int:
    return leave(desk.runtime, desk.journal, purpose=Purpose.MARKETING, hand=desk.hand)


def _recovered(desk: Desk) -> int:
    with desk.hand:
        return settle_the_dead(desk.runtime)


def _arrived(desk: Desk) -> int:
    return approval.finish_waiting(desk.runtime)


def _synced(desk: Desk) -> int:
    return sync.go_on(desk.runtime, seconds=SYNC_SECONDS)


def _periodic(desk: Desk) -> int:
    return sync.nightly(desk.runtime)


def _erased(desk: Desk) -> int:
    return erase.work_off(desk.runtime, limit=20)


def _removed(desk: Desk) -> int:
    return remove_old(desk.runtime)


def _asked(desk: Desk) -> int:
    with desk.hand:
        return send_questions(desk.runtime)


def _came_back(desk: Desk) -> int:
    return bounces.work(desk.runtime)


def _braked(desk: Desk) -> int:
    return brake.watch(desk.runtime)


def _told(desk: Desk) -> int:
    return write_back.tell(desk.runtime, limit=50)


def _rehearsed(desk: Desk) -> int:
    return trials.work_off(desk.runtime)


def _counted(desk: Desk) -> int:
    return tallies.work_off(desk.runtime)


# In the order of the order's way, which is also the order of one `tick`.
JOBS: tuple[Job, ...] = (
    Job("recover", timedelta(seconds=30), _recovered),
    Job("arrive", timedelta(seconds=5), _arrived),
    Job("periodic", timedelta(seconds=30), _periodic),
    Job("sync", timedelta(seconds=1), _synced),
    Job("open", timedelta(milliseconds=200), _opened, least=100),
    Job("advance", timedelta(milliseconds=500), _decided, least=100),
    Job("serve", timedelta(milliseconds=500), _served, least=100),
    Job("deliver", timedelta(milliseconds=500), _delivered, least=100),
    Job("bounces", timedelta(seconds=30), _came_back),
    Job("brake", timedelta(seconds=20), _braked),
    Job("erase", timedelta(seconds=30), _erased),
    Job("write_back", timedelta(seconds=5), _told),
    Job("ask", timedelta(seconds=2), _asked),
    Job("count", timedelta(seconds=1), _counted),
    Job("rehearse", timedelta(seconds=1), _rehearsed),
    Job("codes", timedelta(minutes=10), _removed),
)


@contextmanager
def desk(runtime: Runtime) -> Iterator[Desk]:
    """A worker's desk for the length of a `with`, its journal open."""
    with opened(Path(runtime.config.journal_dir), runtime.worker) as journal:
        yield Desk(runtime, journal)


def ring(at: Desk, job: Job) -> int:
    """Work one job off, piece by piece, until nothing is left or its turn is over; how much was done.

    Whatever breaks is written down; what it had taken rests under its lease.
    """
    at.running[job.name] = at.runtime.clock.now()
    done, until = 0, time.monotonic() + TURN_SECONDS
    try:
        while not at.is_stopping.is_set():
            piece = job.work(at)
            done += piece
            if piece < job.least or time.monotonic() > until:
                break
    except Exception as error:  # noqa: BLE001 - the one place where whatever breaks is only written down.
        log.broken("job_broke", job=job.name, error=error)
    finally:
        at.running.pop(job.name, None)
    return done


def tick(runtime: Runtime) -> dict[str, int]:
    """Do whatever is due until nothing is; how much was done, by the job's name."""
    counts = {job.name: 0 for job in JOBS}
    with desk(runtime) as at:
        for _ in range(MOST_ROUNDS):
            before = sum(counts.values())
            for job in JOBS:
                counts[job.name] += ring(at, job)
            if sum(counts.values()) == before:
                break
    return counts


def beat(at: Desk) -> None:
    """Say that this worker lives; not while a job of it has hung, so that a watchdog can tell."""
    now = at.runtime.clock.now()
    if hung := [name for name, since in list(at.running.items()) if now - since > LONGEST_TURN]:
        log.broken("job_hangs", jobs=hung)
    else:
        pulse.beat(at.runtime)
