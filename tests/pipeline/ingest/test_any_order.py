"""However payloads are shuffled, doubled, cut into batches or lost, the catch-up ends in the model of the orderly run."""

import random
from collections.abc import Sequence
from datetime import timedelta

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app.db import Database
from app.model import Store, WorkflowSetting
from app.pipeline.ingest import ingest
from app.runtime import Runtime
from connectors.records import Record
from tests.conftest import empty
from tests.pipeline.ingest.life import BIRTH, Life
from tests.pipeline.ingest.picture import picture


def open_store(database: Database, runtime: Runtime) -> Store:
    """A store that is live since before the life begins, with every workflow on."""
    empty(database)
    with database.write() as session:
        store = Store(platform="shopify", address="demo.myshopify.com", public_key="demo", country="DE", currency="EUR")
        store.created_at = store.live_since = BIRTH
        session.add(store)
        session.flush()
        for name in runtime.workflows:
            on = WorkflowSetting(store_id=store.id, workflow=name, is_on=True, on_since=BIRTH, updated_at=BIRTH)
            session.add(on)
    return store


def told(runtime: Runtime, batches: Sequence[Sequence[Record]]) -> dict[str, list[object]]:
    """The picture of a fresh store after these batches."""
    store = open_store(runtime.database, runtime)
    for batch in batches:
        with runtime.database.write() as session:
            ingest(session, store=store, records=batch, now=BIRTH + timedelta(days=30), runtime=runtime)
    with runtime.database.read() as session:
        return picture(session, store.id)


def shuffled(life: Life, dice: random.Random, *, lost: float) -> list[list[Record]]:
    """What arrives: some lost, some doubled, all in any order, in batches of any size."""
    arriving = [one for one in life.records if dice.random() >= lost]
    arriving += [one for one in arriving if dice.random() < 0.3]
    dice.shuffle(arriving)
    batches: list[list[Record]] = []
    while arriving:
        size = dice.randrange(1, 6)
        batches.append(arriving[:size])
        arriving = arriving[size:]
    return batches


@settings(
    max_examples=20,
    deadline=None,
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(seed=st.integers(0, 2**32), steps=st.integers(1, 40))
def test_any_order_and_doubling_ends_in_the_same_model(runtime: Runtime, seed: int, steps: int) -> None:
    life = Life(random.Random(seed)).go_on(steps)
    orderly = told(runtime, [[one] for one in life.records])
    assert told(runtime, shuffled(life, random.Random(seed + 1), lost=0)) == orderly


@settings(
    max_examples=20,
    deadline=None,
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(seed=st.integers(0, 2**32), steps=st.integers(1, 40))
def test_what_was_lost_comes_with_the_catch_up(runtime: Runtime, seed: int, steps: int) -> None:
    # What no catch-up tells (a former address, what was deleted) must not be lost altogether.
    life = Life(random.Random(seed), tells_all=True).go_on(steps)
    catch_up = life.snapshot()
    orderly = told(runtime, [*[[one] for one in life.records], catch_up])
    arrived = [*shuffled(life, random.Random(seed + 1), lost=0.4), catch_up]
    assert told(runtime, arrived) == orderly


def test_one_batch_with_everything_is_the_same_as_one_by_one(runtime: Runtime) -> None:
    life = Life(random.Random(7)).go_on(200)
    assert told(runtime, [life.records]) == told(runtime, [[one] for one in life.records])
