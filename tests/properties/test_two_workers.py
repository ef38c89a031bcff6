"""Several workers at once on PostgreSQL: no step is decided twice, nobody is written to twice or past a cap."""

import threading
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.clock import FrozenClock
from app.db import Database
from app.model import Enrollment, EnrollmentState, Message, MessageState, Outcome
from app.pipeline.advance import advance
from app.pipeline.inbox import open_batch
from app.pipeline.journal import opened
from app.pipeline.leave import leave
from app.runtime import Runtime
from connectors.base import Accepted, Envelope
from connectors.records import Medium
from tests.story import Story, village

PEOPLE = 24
WORKERS = 3


@pytest.fixture
def backend() -> str:
    return "postgresql"


@dataclass
class Postmen:
    """One channel for all workers, which counts what it takes."""

    taken: list[str] = field(default_factory=list)
    name: str = "postman"
    medium: Medium = Medium.EMAIL
    notice: str | None = None

    def send(self, envelope: Envelope) -> Accepted:
        self.taken.append(envelope.key)
        return Accepted()

    def has_left(self, key: str, *, store: str) -> bool | None:
        return None

    def close(self) -> None:
        """Nothing is open between calls."""


def work(runtime: Runtime, begin: threading.Barrier) -> None:
    """One worker with connections and a journal of its own, until it finds nothing left to do three times."""
    mine = replace(runtime, database=Database(runtime.config.database_url))
    with opened(Path(runtime.config.journal_dir), "one-of-many") as journal:
        begin.wait()
        idle = 0
        while idle < 3:
            done = open_batch(mine, limit=3) + advance(mine, limit=3) + leave(mine, journal, limit=3)
            idle = 0 if done else idle + 1
    mine.database.close()


def together(story: Story) -> None:
    begin = threading.Barrier(WORKERS)
    errors: list[BaseException] = []

    def guarded() -> None:
        try:
            work(story.runtime, begin)
        except BaseException as error:  # noqa: BLE001 - A thread's death has to reach the test.
            errors.append(error)
            begin.abort()

    threads = [threading.Thread(target=guarded) for _ in range(WORKERS)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert errors == []


def test_what_many_workers_do_at_once_is_done_once(runtime: Runtime, clock: FrozenClock) -> None:
    postmen = Postmen()
    with village(runtime, clock, channel=postmen) as made:
        story = made[0]
        story.on("welcome", "first_order_thanks", "order_confirmation")
        story.worker_stops()
        for number in range(PEOPLE):
            story.join(f"anna{number}")
            if number % 2:
                story.order(f"anna{number}")
        together(story)
        # Who has ordered is thanked an hour later, and was greeted before: the cap lets only one of both go.
        clock.travel(timedelta(hours=2))
        together(story)
        _check(story, postmen)


def _check(story: Story, postmen: Postmen) -> None:
    with story.runtime.database.read() as session:
        decided = session.execute(sa.select(Outcome.enrollment_id, Outcome.step).where(Outcome.kind == "queued")).all()
        messages = list(session.scalars(sa.select(Message)))
        waiting = sa.select(sa.func.count()).where(Enrollment.state == EnrollmentState.WAITING)
        assert session.scalar(waiting.where(Enrollment.alarm_at <= story.now)) == 0
    assert [step for step, count in Counter(map(tuple, decided)).items() if count > 1] == []
    sent = [one for one in messages if one.state == MessageState.SENT]
    assert sorted(postmen.taken) == sorted(one.key for one in sent)
    assert len(set(postmen.taken)) == len(postmen.taken)
    each = Counter(one.customer_id for one in sent if one.purpose == "marketing")
    assert set(each.values()) == {1}
    assert len([one for one in sent if one.text == "order_confirmation"]) == PEOPLE // 2
