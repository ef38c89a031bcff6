"""Whom the coming days concern is taken in, in the order in which they became customers: so they are written to."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from app.clock import FrozenClock
from app.model import Customer
from app.runtime import Runtime
from tests.story import Story, village


@pytest.fixture
def story(runtime: Runtime, clock: FrozenClock) -> Iterator[Story]:
    with village(runtime, clock) as made:
        yield made[0]


def _is_changed(story: Story, name: str) -> None:
    """PostgreSQL lays the row anew, behind the others as long as its page has room, and once it has counted the rows it reads
    so few of them as they lie."""
    mine = sa.and_(Customer.store_id == story.store_id, Customer.email == story.address(name))
    with story.runtime.database.write() as session:
        session.execute(sa.update(Customer).where(mine).values(last_name="Tee"))
        session.execute(sa.text("ANALYZE customer"))


def test_those_of_one_day_come_in_their_own_order_however_their_rows_lie(story: Story) -> None:
    story.on("anniversary")
    names = ("anna", "ben", "cleo")
    for name in names:
        story.join(name)
        story.order(name)
    for name in ("ben", "anna"):
        _is_changed(story, name)
    story.travel(days=363)
    story.live(days=2, every=24)
    assert story.sent == [f"{name}: anniversary" for name in names]
