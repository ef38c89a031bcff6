"""The brake: marketing stops within a look of the receipt, service goes on, and the merchant lets go."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.model import Deed, Message
from app.model.message import ReceiptKind
from app.pipeline.brake import brakes, release, watch
from app.pipeline.by_hand.deeds import Hand, NotTheirsError
from app.pipeline.receipts import Told, take
from app.runtime import Runtime
from tests.conftest import NOW
from tests.pipeline.rows import a_message, a_person, a_store

HAND = Hand(1, "staff-7", NOW + timedelta(minutes=1))


@pytest.fixture(autouse=True)
def town(runtime: Runtime) -> None:
    """A store that sent sixty of one workflow, and one that sent a single message."""
    with runtime.database.write() as session:
        first, second = a_store(session, "first"), a_store(session, "second")
        anna = a_person(session, first, "anna@example.com")
        for number in range(60):
            a_message(session, anna, f"first{number}")
        a_message(session, a_person(session, second, "anna@example.com"), "second0")


def _tell(runtime: Runtime, kind: ReceiptKind, *keys: str) -> None:
    take(runtime, [Told(kind, f"{kind}:{key}", runtime.clock.now(), message=key) for key in keys])


def _on(runtime: Runtime, store_id: int = 1) -> list[tuple[str, str, int, int]]:
    with runtime.database.read() as session:
        found = brakes(session, store_id)
    return [(one.workflow, one.trouble, one.sent, one.bad) for one in found if one.is_on(runtime.clock.now())]


def test_complaints_over_the_limit_brake_the_workflow_and_the_store_once(runtime: Runtime) -> None:
    _tell(runtime, ReceiptKind.COMPLAINED, "first0", "second0")
    assert watch(runtime) == 0
    _tell(runtime, ReceiptKind.COMPLAINED, "first1")
    assert watch(runtime) == 2
    assert sorted(_on(runtime)) == [("", "complaints", 60, 2), ("welcome", "complaints", 60, 2)]
    assert watch(runtime) == 0
    assert _on(runtime, 2) == []


def test_dead_addresses_brake_and_what_belongs_to_an_order_does_not_count(runtime: Runtime) -> None:
    keys = [f"first{number}" for number in range(26)]
    with runtime.database.write() as session:
        session.execute(sa.update(Message).where(Message.key.in_(keys[:1])).values(purpose="service"))
    _tell(runtime, ReceiptKind.BOUNCED, *keys)
    assert watch(runtime) == 0
    _tell(runtime, ReceiptKind.BOUNCED, "first26")
    assert watch(runtime) == 2
    with runtime.database.read() as session:
        sentence = brakes(session, 1)[0].sentence
    assert sentence.startswith("26 of the last 59 messages came back for good.")


def test_a_brake_that_was_let_go_counts_anew(runtime: Runtime) -> None:
    _tell(runtime, ReceiptKind.COMPLAINED, "first0", "first1")
    watch(runtime)
    with runtime.database.write() as session:
        numbers = [one.id for one in brakes(session, 1)]
        assert [release(session, HAND, brake_id=number) for number in [*numbers, *numbers]] == [
            True,
            True,
            False,
            False,
        ]
        with pytest.raises(NotTheirsError):
            release(session, Hand(2, "staff-8", NOW), brake_id=numbers[0])
        deeds = session.scalars(sa.select(Deed).order_by(Deed.id)).all()
    assert [(one.kind, one.actor, one.workflow) for one in deeds] == [
        ("brake_released", "staff-7", "welcome"),
        ("brake_released", "staff-7", None),
    ]
    assert _on(runtime) == []
    _tell(runtime, ReceiptKind.COMPLAINED, "first2", "first3")
    assert watch(runtime) == 0
