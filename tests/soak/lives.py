"""Random lives by the thousand against the real pipeline: `python -m tests.soak.lives [--worlds 25] [--people 400] [--seed 1]`.

People have mailboxes, phones and browsers.

Every world is a store of its own under one clock; the oracle judges each by its diary. A seed makes the same world again.
"""

import argparse
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from app import log
from app.clock import FrozenClock
from app.config import Config
from app.db import Database
from app.model import Message
from app.runtime import Runtime, assemble
from connectors.records import Medium
from migrations import migrate
from tests.conftest import NOW
from tests.properties.death import Fate
from tests.properties.lives import Lives
from tests.properties.oracle import Oracle
from tests.properties.pockets import Postbox, posts
from tests.story import village

# Memory, where a machine has it: nothing of a world outlives it.
MEMORY = Path("/dev/shm")
# What a world may leave out: a store that can be looked at costs a call and a reading for every message.
LOOKS = (True, False, False, False)


@dataclass(frozen=True)
class World:
    """What became of one world: what the oracle complains of, and what was said how often."""

    seed: int
    complaints: list[str]
    said: Counter[str]
    kills: int


def world(seed: int, *, people: int, days: int = 40) -> World:
    """Live one world to its end and judge it."""
    dice, fate = random.Random(seed), Fate()
    with _runtime() as (runtime, clock):
        post = posts(fate, knows=dice.random() < 0.5, clock=clock, seed=seed)
        with village(replace(runtime, channels={**runtime.channels, **post}), clock) as made:
            story = made[0]
            story.world.village.is_blind = not LOOKS[seed % len(LOOKS)]
            if dice.random() < 0.5:
                story.set(quiet_from=22 * 60, quiet_until=7 * 60)
            whose = post[Medium.EMAIL].pockets
            lives = Lives(story.world, story.store_id, story.home, dice=dice, fate=fate, pockets=whose)
            lives.on(*runtime.workflows)
            lives.live_on(people=people, days=days)
            complaints = Oracle(lives, post.values()).complaints()
            said = _said(lives.runtime, post.values())
        return World(seed, complaints, said, len(lives.killed))


def _said(runtime: Runtime, wall: Iterable[Postbox]) -> Counter[str]:
    with runtime.database.read() as session:
        texts = {row.key: row.text for row in session.execute(sa.select(Message.key, Message.text))}
    return Counter(texts[key] for post in wall for key in post.taken)


@contextmanager
def _runtime() -> Iterator[tuple[Runtime, FrozenClock]]:
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as name:
        folder, clock = Path(name), FrozenClock(NOW)
        for path in _migrated().iterdir():
            shutil.copy(path, folder / path.name)
        config = Config(
            database_url=f"sqlite:///{folder / 'store.db'}",
            outbox_dir=str(folder / "outbox"),
            journal_dir=str(folder / "journal"),
            allow_private_stores=True,
            holdout_percent=10,
            quiet_hours="",
            log_level="error",
        )
        log.configure(config)
        runtime = assemble(config, clock=clock, worker="lives")
        for engine in (runtime.database.main, runtime.database.inbox):
            sa.event.listen(engine, "connect", _careless)
        yield runtime, clock
        runtime.close()


def _careless(connection: Any, _: object) -> None:
    """A killed worker leaves its writes with the system; no machine goes down here."""
    connection.execute("PRAGMA synchronous=OFF")


@cache
def _migrated() -> Path:
    folder = Path(tempfile.mkdtemp(dir=MEMORY if MEMORY.is_dir() else None))
    database = Database(f"sqlite:///{folder / 'store.db'}")
    migrate(database)
    database.close()
    return folder


def main() -> None:
    """Live the worlds and say what was seen; ends with 1 where the oracle complains."""
    asked = argparse.ArgumentParser(description=__doc__)
    for name, value in (("worlds", 25), ("people", 400), ("seed", 1), ("days", 40)):
        asked.add_argument(f"--{name}", type=int, default=value)
    given = asked.parse_args()
    begun, whole = time.process_time(), World(0, [], Counter(), 0)
    for seed in range(given.seed, given.seed + given.worlds):
        one = world(seed, people=given.people, days=given.days)
        sys.stdout.write(
            f"seed {seed}: {one.said.total()} messages, {one.kills} kills, {len(one.complaints)} complaints\n"
        )
        sys.stdout.writelines(f"  {line}\n" for line in one.complaints[:10])
        whole = replace(
            whole,
            complaints=whole.complaints + one.complaints,
            said=whole.said + one.said,
            kills=whole.kills + one.kills,
        )
    seconds = time.process_time() - begun
    sys.stdout.write(
        f"{given.worlds * given.people} lives, {whole.said.total()} messages, {whole.kills} kills, "
        f"{len(whole.complaints)} complaints, {seconds:.0f} s of CPU\n{dict(whole.said)}\n"
    )
    sys.exit(bool(whole.complaints))


if __name__ == "__main__":
    main()
