"""The village in which switches are planned and done."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from app.clock import FrozenClock
from app.model import Store
from app.pipeline.switch import Change, ChangeKind, Choice, Done, Plan, carry_out, plan
from app.runtime import Runtime
from tests.story import Story, village

Planned = Callable[..., Plan]
Acts = Callable[..., Done]


@pytest.fixture
def story(runtime: Runtime, clock: FrozenClock) -> Iterator[Story]:
    with village(runtime, clock) as made:
        yield made[0]


@pytest.fixture
def planned(story: Story) -> Planned:
    """The sheet of a change to one workflow."""

    def make(workflow: str, kind: ChangeKind, **given: Any) -> Plan:
        with story.runtime.database.read() as session:
            return plan(session, **_whole(story, session, workflow=workflow, change=Change(kind, **given)))

    return make


@pytest.fixture
def act(story: Story) -> Acts:
    """Does what a sheet says."""

    def do(sheet: Plan, choice: Choice = Choice.KEEP, *, ticket: str | None = None) -> Done:
        with story.runtime.database.write() as session:
            whole = _whole(story, session, workflow=sheet.workflow, change=sheet.change)
            return carry_out(session, **whole, choice=choice, ticket=ticket or sheet.ticket)

    return do


def _whole(story: Story, session: Any, *, workflow: str, change: Change) -> Mapping[str, Any]:
    store = session.get_one(Store, story.store_id)
    return {"store": store, "workflow": story.runtime.workflows[workflow], "change": change, "now": story.now}
