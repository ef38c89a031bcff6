"""Several worker processes over one house: started together, timed from the first to the last that has nothing left to do."""

import dataclasses
import multiprocessing
import os
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app import log
from app.clock import FrozenClock
from app.config import Config
from app.jobs import JOBS, Desk, ring
from app.memory import settle
from app.pipeline.advance import advance
from app.pipeline.journal import Journal, opened
from app.pipeline.leave import leave
from app.runtime import Runtime, assemble
from connectors.base import Ability, Now
from tests.benchmarks.houses import NOW
from tests.village import PLATFORM, Village

WAY = tuple(job for job in JOBS if job.name in {"open", "advance", "serve", "deliver"})
WORKERS = 2
IDLE = 0.02
PAGE = os.sysconf("SC_PAGE_SIZE")


class Silent(Village):
    """A platform that keeps no answers of people, as WooCommerce: before a message leaves there is nothing to look at."""

    def __init__(self, now: Now) -> None:
        super().__init__(now)
        self.abilities = frozenset[Ability]()


@dataclass(frozen=True, slots=True)
class Work:
    """What all hands did together. `grown` is by how much the memory of the worst of them grew after its first quarter."""

    count: int
    seconds: float
    cpu: float
    memory: int
    grown: int

    @property
    def rate(self) -> float:
        return self.count / self.seconds


Step = Callable[[Runtime, Journal], int]


def decide(runtime: Runtime, _: Journal) -> int:
    return advance(runtime)


def send(runtime: Runtime, journal: Journal) -> int:
    return leave(runtime, journal)


@dataclass(slots=True)
class WholeWay:
    """From kept deliveries to what has left: each station as often as the timetable of the house rings it, one after the other
    where a worker has a thread for each. Nothing is left to do once every one of them was rung in vain."""

    due: dict[str, float] = field(default_factory=dict)

    def __call__(self, runtime: Runtime, journal: Journal) -> int:
        desk = Desk(runtime, journal)
        in_vain: set[str] = set()
        while len(in_vain) < len(WAY):
            job = min(WAY, key=lambda one: self.due.get(one.name, 0.0))
            time.sleep(max(self.due.get(job.name, 0.0) - time.monotonic(), 0.0))
            self.due[job.name] = time.monotonic() + job.every.total_seconds()
            if done := ring(desk, job):
                return done
            in_vain.add(job.name)
        return 0


def together(config: Config, step: Step, *, workers: int = WORKERS, beside: Callable[[], object] | None = None) -> Work:
    """Let so many workers repeat the step until it finds nothing to do; `beside` is what this process does meanwhile, and they
    wait for its end. It is timed until the last of them did its last piece."""
    context = multiprocessing.get_context("spawn")
    ready, over, told = context.Barrier(workers + 1), context.Event(), context.SimpleQueue()
    given = [(config, step, f"hand-{number}", ready, over, told) for number in range(workers)]
    hands = [context.Process(target=_work, args=one) for one in given]
    for one in hands:
        one.start()
    ready.wait(120)
    begun = time.perf_counter()
    if beside is not None:
        beside()
    over.set()
    # In this order: a process that has told something ends only after it was heard.
    found = [told.get() for _ in hands]
    seconds = max(one["last"] for one in found) - begun
    for one in hands:
        one.join(60)
    return Work(
        count=sum(one["count"] for one in found),
        seconds=seconds,
        cpu=sum(one["cpu"] for one in found),
        memory=max(one["memory"] for one in found),
        grown=max(one["grown"] for one in found),
    )


def _work(config: Config, step: Step, name: str, ready: Any, over: Any, told: Any) -> None:
    clock = FrozenClock(NOW)
    log.configure(config, clock=clock)
    runtime = assemble(config, clock=clock, worker=name)
    runtime = dataclasses.replace(runtime, connectors={**runtime.connectors, PLATFORM: Silent(clock.now)})
    with opened(Path(config.journal_dir), name) as journal:
        settle()
        ready.wait(120)
        begun, last = time.process_time(), time.perf_counter()
        memory: list[int] = []
        count = 0
        is_over = False
        while (done := step(runtime, journal)) or not is_over:
            count += done
            last = time.perf_counter() if done else last
            memory.append(_memory())
            # Asked before the last look, so that what came in at the end is not left lying.
            is_over = not done and bool(over.wait(IDLE))
    runtime.close()
    early = max(memory[: len(memory) // 4 + 1], default=0)
    highest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    cpu = time.process_time() - begun
    told.put({"count": count, "last": last, "cpu": cpu, "memory": highest, "grown": max(memory, default=0) - early})


def _memory() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE
