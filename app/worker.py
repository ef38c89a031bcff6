"""Rings the jobs: APScheduler is only the clock, with nothing in its memory that a restart could lose; no logic here.

Any number of workers may ring the same jobs at once, on one machine or on many: what a job takes, it takes in the database.
"""

import logging
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from app import jobs, log, memory
from app.pulse import HEARTBEAT
from app.runtime import Runtime

BEAT_SECONDS = 10
# Whoever waits for an answer goes first where both share a machine: a worker takes what the web leaves, and a quarter at least.
NICENESS = 5
STOPS = (signal.SIGTERM, signal.SIGINT)


def run(runtime: Runtime) -> None:
    """Work until told to stop (SIGTERM, SIGINT); the piece that is in hand is finished first."""
    with jobs.desk(runtime) as desk, _told_to_stop() as told:
        clock = timetable(desk)
        memory.settle()
        os.nice(NICENESS)
        clock.start()
        log.done("worker_started", worker=runtime.worker)
        told.wait()
        desk.is_stopping.set()
        clock.shutdown(wait=True)
    log.done("worker_stopped", worker=runtime.worker)


def timetable(desk: jobs.Desk) -> BackgroundScheduler:
    """The clock with every job set, not started. A ring that comes late or while the job still runs is simply the next one."""
    # Skipped rings are the rule here and not worth a line each.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    clock = BackgroundScheduler(
        timezone="UTC",
        executors={"default": ThreadPoolExecutor(len(jobs.JOBS) + 1)},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    for one in jobs.JOBS:
        clock.add_job(
            jobs.ring, "interval", args=(desk, one), seconds=one.every.total_seconds(), id=one.name, name=one.name
        )
    clock.add_job(jobs.beat, "interval", args=(desk,), seconds=BEAT_SECONDS, id=HEARTBEAT)
    return clock


@contextmanager
def _told_to_stop() -> Iterator[threading.Event]:
    told = threading.Event()

    def stop(_: int, __: FrameType | None) -> None:
        told.set()

    before = {number: signal.signal(number, stop) for number in STOPS}
    try:
        yield told
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
