"""The database counts who waits by the same rule that judges one row at a time."""

import random
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.model import Enrollment, WorkflowSetting, WorkflowVersion
from app.pipeline.switch.counting import on_their_way, total, when
from tests.story import Story

DIALS: tuple[dict[str, int], ...] = ({}, {"story": 1}, {"story": 3, "favourites": 9})


@pytest.mark.parametrize("shift", [timedelta(0), timedelta(days=3, hours=5)])
def test_many_at_once_fare_as_each_by_itself(story: Story, shift: timedelta) -> None:
    story.on("welcome")
    story.join("anna")
    workflow, now, dice = story.runtime.workflows["welcome"], story.now, random.Random(4)
    with story.runtime.database.write() as session:
        first = session.scalars(sa.select(Enrollment)).one()
        first.state = "done"
        setting = session.get_one(WorkflowSetting, (story.store_id, "welcome"))
        setting.version, setting.dials = 3, DIALS[2]
        for version in (1, 2):
            session.add(
                WorkflowVersion(
                    store_id=story.store_id, workflow="welcome", version=version, dials=DIALS[version - 1], at=now
                )
            )
        rows = []
        for number in range(200):
            step, version = dice.choice(workflow.steps), dice.randint(1, 4)
            event_at = now - timedelta(hours=dice.randint(0, 400))
            due_at = step.due(event_at, DIALS[min(version, 3) - 1]) + timedelta(hours=dice.choice((0, 0, 30)))
            rows.append((step, due_at, event_at, DIALS[min(version, 3) - 1]))
            way = {"store_id": story.store_id, "workflow": "welcome", "customer_id": first.customer_id}
            times = {"event_at": event_at, "due_at": due_at, "alarm_at": due_at, "enrolled_at": now}
            session.add(Enrollment(**way, **times, subject=f"s{number}", step=step.name, version=version))
        session.flush()
        found = on_their_way(session, story.store_id, workflow=workflow, now=now, shift=shift)
    alone = total(
        when(step, due_at + shift, event_at=event_at + shift, workflow=workflow, dials=dials, now=now)
        for step, due_at, event_at, dials in rows
    )
    assert found == alone
    assert min(found.soon, found.later, found.stale) > 0
