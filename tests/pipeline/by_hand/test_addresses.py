"""Addresses blocked and allowed by hand: per store, with who and why, and a trace of each."""

import pytest
import sqlalchemy as sa

from app.model import Deed
from app.model.consent import SuppressionReason
from app.pipeline.by_hand.addresses import NotAnAddressError, allow, block, suppressions
from app.pipeline.by_hand.deeds import Hand, NotTheirsError
from app.pipeline.suppress import Refusal, suppress
from app.runtime import Runtime
from connectors.records import Medium
from tests.conftest import NOW
from tests.pipeline.rows import a_store

DORA = "dora@example.com"
HAND = Hand(1, "staff-7", NOW)


@pytest.fixture(autouse=True)
def town(runtime: Runtime) -> None:
    with runtime.database.write() as session:
        stores = [a_store(session, "first"), a_store(session, "second")]
        bounced = [Refusal(one.id, "email", DORA, SuppressionReason.BOUNCED, "receipt:ses") for one in stores]
        suppress(session, bounced, now=NOW)


def test_an_address_is_allowed_again_in_one_store_and_the_row_stays(runtime: Runtime) -> None:
    with runtime.database.write() as session:
        (held,) = suppressions(session, 1)
        assert (held.address, held.reason, held.source) == (DORA, "bounced", "receipt:ses")
        assert [allow(session, HAND, suppression_id=held.id) for _ in range(2)] == [True, False]
        assert suppressions(session, 1) == []
        assert [one.undone_at for one in suppressions(session, 1, holding=False)] == [NOW]
        assert [one.address for one in suppressions(session, 2)] == [DORA]
        with pytest.raises(NotTheirsError):
            allow(session, HAND, suppression_id=suppressions(session, 2)[0].id)
    with runtime.database.read() as session:
        deeds = [(one.store_id, one.kind, one.actor, one.about) for one in session.scalars(sa.select(Deed))]
    assert deeds == [(1, "unsuppressed", "staff-7", held.id)]


def test_an_address_is_blocked_by_hand(runtime: Runtime) -> None:
    with runtime.database.write() as session:
        block(session, HAND, medium=Medium.EMAIL, address=" Ben@Example.com ")
        block(session, HAND, medium=Medium.SMS, address="+1 415 555 0123")
        with pytest.raises(NotAnAddressError):
            block(session, HAND, medium=Medium.SMS, address="0415")
        found = [(one.address, one.reason, one.source) for one in suppressions(session, 1)]
    assert found[:2] == [("+14155550123", "by_hand", "staff:staff-7"), ("ben@example.com", "by_hand", "staff:staff-7")]


def test_what_weighs_more_takes_the_place_of_what_weighs_less(runtime: Runtime) -> None:
    held = []
    with runtime.database.write() as session:
        for reason in ("unsubscribed", "bounced", "unsubscribed", "complained", "bounced"):
            suppress(session, [Refusal(1, "email", "ben@example.com", SuppressionReason(reason), "x")], now=NOW)
            held.append(next(one.reason for one in suppressions(session, 1) if one.address == "ben@example.com"))
    assert held == ["unsubscribed", "bounced", "bounced", "complained", "complained"]
