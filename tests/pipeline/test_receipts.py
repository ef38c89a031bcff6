"""What channels tell later: once per event, a doubt is settled, and who bounced, complained or left is not written to again."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app.clock import FrozenClock
from app.model import (
    Consent,
    Customer,
    Delivery,
    DeliveryState,
    Message,
    MessageState,
    Outcome,
    Receipt,
    Store,
    Suppression,
)
from app.model.message import PROOFS, ReceiptKind
from app.pipeline.receipts import Told, take
from app.pipeline.tombstones import bury
from app.runtime import Runtime
from tests.conftest import NOW
from tests.pipeline.rows import a_message, a_person, a_store

ANNA = "anna@example.com"
DORA = "dora@example.com"


@pytest.fixture(autouse=True)
def town(runtime: Runtime) -> None:
    """Two stores, each with an Anna of the same address; the first one wrote to Anna and to Dora."""
    with runtime.database.write() as session:
        first, second = a_store(session, "first"), a_store(session, "second")
        anna, dora = a_person(session, first, ANNA), a_person(session, first, DORA, external_id="78")
        a_message(session, anna, "anna1", provider_id="p-1")
        a_message(session, dora, "dora1", state=MessageState.IN_DOUBT, reason="a crash")
        a_message(session, a_person(session, second, ANNA), "other1", provider_id="p-2")


def told(kind: ReceiptKind, event: str = "e1", **given: Any) -> Told:
    return Told(kind, event, given.pop("at", NOW), **{"message": "anna1", **given})


def rows(runtime: Runtime, model: type[Any]) -> list[Any]:
    with runtime.database.read() as session:
        return list(session.scalars(sa.select(model).order_by(model.id)))


def suppressed(runtime: Runtime) -> list[tuple[int, str, str]]:
    return [(one.store_id, one.address, one.reason) for one in rows(runtime, Suppression)]


def test_a_receipt_is_kept_once_however_often_it_is_told(runtime: Runtime) -> None:
    delivered = told(ReceiptKind.DELIVERED, detail="250 ok")
    assert take(runtime, [delivered, delivered]) == 1
    assert take(runtime, [delivered, told(ReceiptKind.OPENED, "e2")]) == 1
    assert [(one.kind, one.detail) for one in rows(runtime, Receipt)] == [("delivered", "250 ok"), ("opened", None)]
    assert suppressed(runtime) == []


@pytest.mark.parametrize(
    "naming",
    [
        {"message": "<anna1@example.com>"},
        {"message": None, "provider_id": "p-1"},
        {"store": "first", "message": None, "provider_id": "p-1"},
    ],
)
def test_a_message_is_found_by_whatever_name_the_channel_has_for_it(runtime: Runtime, naming: dict[str, Any]) -> None:
    assert take(runtime, [told(ReceiptKind.DELIVERED, **naming)]) == 1
    assert [one.store_id for one in rows(runtime, Receipt)] == [1]


@pytest.mark.parametrize("kind", list(ReceiptKind))
def test_any_receipt_settles_a_message_in_doubt_as_sent(runtime: Runtime, kind: ReceiptKind) -> None:
    assert take(runtime, [told(kind, message="dora1", at=NOW - timedelta(hours=1), provider_id="p-9")]) == 1
    dora = next(one for one in rows(runtime, Message) if one.key == "dora1")
    assert (dora.state, dora.sent_at, dora.reason) == (MessageState.SENT, NOW - timedelta(hours=1), None)
    assert dora.provider_id == "p-9"
    assert [(one.kind, one.reason, one.seen) for one in rows(runtime, Outcome)] == [("sent", "left", {"receipt": kind})]


@pytest.mark.parametrize("kind", list(ReceiptKind))
def test_what_was_queued_again_in_doubt_is_not_said_twice_once_a_proof_comes(
    runtime: Runtime, kind: ReceiptKind
) -> None:
    with runtime.database.write() as session:
        session.execute(sa.update(Message).where(Message.key == "anna1").values(state=MessageState.QUEUED))
    take(runtime, [told(kind)])
    state = next(one.state for one in rows(runtime, Message) if one.key == "anna1")
    assert state == (MessageState.SENT if kind in PROOFS else MessageState.QUEUED)
    assert [one.seen for one in rows(runtime, Outcome)] == ([{"receipt": kind}] if kind in PROOFS else [])


SETTLED = set(MessageState) - {MessageState.IN_DOUBT, MessageState.QUEUED}


@pytest.mark.parametrize("state", sorted(SETTLED))
def test_no_other_state_is_moved(runtime: Runtime, state: MessageState) -> None:
    with runtime.database.write() as session:
        session.execute(sa.update(Message).where(Message.key == "anna1").values(state=state))
    assert take(runtime, [told(ReceiptKind.DELIVERED)]) == 1
    assert next(one.state for one in rows(runtime, Message) if one.key == "anna1") == state
    assert rows(runtime, Outcome) == []


def test_a_hard_bounce_and_a_complaint_suppress_the_address_in_this_store_only(runtime: Runtime) -> None:
    take(runtime, [told(ReceiptKind.BOUNCED, address="ANNA@example.com")])
    assert suppressed(runtime) == [(1, ANNA, "bounced")]
    take(runtime, [told(ReceiptKind.COMPLAINED, "e2")])
    assert suppressed(runtime) == [(1, ANNA, "complained")]


def test_an_unsubscription_is_an_answer_and_is_to_be_told_to_the_platform(runtime: Runtime) -> None:
    earlier = NOW - timedelta(minutes=5)
    assert take(runtime, [told(ReceiptKind.UNSUBSCRIBED, at=earlier), told(ReceiptKind.UNSUBSCRIBED, "e2")]) == 2
    answers = [(one.store_id, one.state, one.at, one.source) for one in rows(runtime, Consent)]
    assert answers == [(1, "unsubscribed", earlier, "receipt:outbox")]
    assert rows(runtime, Consent)[0].tell_at is not None
    assert [one.email_consent for one in rows(runtime, Customer)] == ["unsubscribed", None, None]


def test_a_moment_that_has_not_come_yet_is_now(runtime: Runtime) -> None:
    take(runtime, [told(ReceiptKind.UNSUBSCRIBED, at=NOW + timedelta(days=9))])
    assert [one.at for one in rows(runtime, Receipt)] == [NOW]
    assert [one.at for one in rows(runtime, Consent)] == [NOW]


def _soft(runtime: Runtime, clock: FrozenClock, *, every: timedelta, count: int) -> None:
    with runtime.database.write() as session:
        anna = session.scalars(sa.select(Customer).where(Customer.store_id == 1, Customer.email == ANNA)).one()
        for number in range(count):
            a_message(session, anna, f"soft{number}")
    for number in range(count):
        take(runtime, [told(ReceiptKind.SOFT_BOUNCED, f"s{number}", message=f"soft{number}", at=clock.now())])
        clock.travel(every)


def test_the_fifth_message_that_bounced_softly_within_30_days_suppresses(runtime: Runtime, clock: FrozenClock) -> None:
    _soft(runtime, clock, every=timedelta(days=7), count=4)
    assert suppressed(runtime) == []
    with runtime.database.write() as session:
        anna = session.scalars(sa.select(Customer).where(Customer.store_id == 1, Customer.email == ANNA)).one()
        a_message(session, anna, "fifth")
    take(runtime, [told(ReceiptKind.SOFT_BOUNCED, "s5", message="fifth", at=clock.now())])
    assert suppressed(runtime) == [(1, ANNA, "bounced")]


def test_soft_bounces_far_apart_or_of_one_message_do_not(runtime: Runtime, clock: FrozenClock) -> None:
    take(runtime, [told(ReceiptKind.SOFT_BOUNCED, f"again{number}") for number in range(9)])
    clock.travel(timedelta(days=31))
    _soft(runtime, clock, every=timedelta(days=8), count=9)
    assert suppressed(runtime) == []


def test_a_receipt_about_no_message_of_ours_is_obeyed_and_set_aside_where_it_is_seen(runtime: Runtime) -> None:
    strange = told(ReceiptKind.COMPLAINED, message="nobody", store="first", address=DORA)
    left = told(ReceiptKind.UNSUBSCRIBED, "e2", message="nobody", store="first", address=DORA)
    assert take(runtime, [strange, left]) == 0
    assert take(runtime, [strange]) == 0
    assert suppressed(runtime) == [(1, DORA, "complained")]
    assert [one.email_consent for one in rows(runtime, Customer)] == [None, "unsubscribed", None]
    with runtime.database.read_inbox() as session:
        aside = list(session.scalars(sa.select(Delivery).order_by(Delivery.id)))
    assert [(one.store_id, one.topic, one.state) for one in aside] == [(1, "receipt", DeliveryState.ASIDE)] * 2
    assert aside[0].reason
    assert DORA.encode() in (aside[0].body or b"")


def test_another_store_s_message_is_nobody_s(runtime: Runtime) -> None:
    take(runtime, [told(ReceiptKind.BOUNCED, message="other1", store="first", address=ANNA)])
    assert rows(runtime, Receipt) == []
    assert suppressed(runtime) == [(1, ANNA, "bounced")]


def test_a_receipt_of_no_store_is_not_kept_and_breaks_nothing(runtime: Runtime) -> None:
    assert take(runtime, [told(ReceiptKind.BOUNCED, message="nobody", address=ANNA)]) == 0
    assert suppressed(runtime) == []


def test_nobody_who_was_erased_comes_back_by_a_receipt(runtime: Runtime) -> None:
    with runtime.database.write() as session:
        anna = session.scalars(sa.select(Customer).where(Customer.store_id == 1, Customer.email == ANNA)).one()
        anna.email = anna.external_id = None
        anna.gone_at = NOW
        store = session.get_one(Store, 1)
        bury(session, runtime.signer, store_id=store.id, keys=[("email", ANNA)], now=NOW)
    kinds = (ReceiptKind.BOUNCED, ReceiptKind.UNSUBSCRIBED, ReceiptKind.COMPLAINED)
    assert take(runtime, [told(kind, kind.value, address=ANNA, detail=f"<{ANNA}>") for kind in kinds]) == 3
    assert {one.detail for one in rows(runtime, Receipt)} == {None}
    assert suppressed(runtime) == []
    assert rows(runtime, Consent) == []
