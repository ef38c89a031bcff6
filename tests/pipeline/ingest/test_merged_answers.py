"""When two accounts become one, the stricter side holds until the one person answers again; in whatever order it came."""

import random
from datetime import timedelta
from itertools import permutations
from types import SimpleNamespace
from typing import Any
from zlib import crc32

import pytest
import sqlalchemy as sa

from app.facts.rights import joined_wishes
from app.model import Consent, Customer
from app.pipeline.consent import holding
from app.pipeline.ingest import ingest
from app.policy.caps import KEPT
from app.runtime import Runtime
from connectors.records import ConsentRecord, ConsentState, CustomerRecord, Medium, MergeRecord, Record
from tests.pipeline.ingest.life import BIRTH
from tests.pipeline.ingest.test_any_order import open_store

YES, NO = ConsentState.SUBSCRIBED, ConsentState.UNSUBSCRIBED
MERGED_ON = 10


@pytest.fixture
def backend(request: pytest.FixtureRequest) -> str:
    """Each promise on one of the two databases, by its name."""
    return ("sqlite", "postgresql")[crc32(request.node.name.encode()) % 2]


def _account(number: str) -> CustomerRecord:
    return CustomerRecord(number, f"anna{number}@example.com", updated_at=BIRTH)


def _answer(side: str, state: ConsentState, *, day: int, medium: Medium = Medium.EMAIL) -> ConsentRecord:
    return ConsentRecord(medium, state, BIRTH + timedelta(days=day), "form", customer_external_id=side)


MERGE = MergeRecord("1", "2", BIRTH + timedelta(days=MERGED_ON))
LIVES: dict[str, tuple[list[ConsentRecord], ConsentState]] = {
    "the stricter side wins, though the other answered later": (
        [_answer("1", NO, day=1), _answer("2", YES, day=5)],
        NO,
    ),
    "and so it does the other way round": ([_answer("1", YES, day=5), _answer("2", NO, day=1)], NO),
    "of each side only the latest counts": ([_answer("2", NO, day=1), _answer("2", YES, day=2)], YES),
    "until the one person answers again": ([_answer("2", NO, day=1), _answer("1", YES, day=MERGED_ON + 1)], YES),
    "a no after the merge is a no": ([_answer("1", YES, day=1), _answer("1", NO, day=MERGED_ON + 1)], NO),
    "a yes on one side alone stays one": ([_answer("1", YES, day=1), _answer("2", ConsentState.NEVER, day=3)], YES),
}


@pytest.mark.parametrize("life", LIVES)
def test_the_stricter_side_wins_in_any_order(runtime: Runtime, life: str) -> None:
    answers, holds = LIVES[life]
    records: list[Record] = [_account("1"), _account("2"), *answers, MERGE]
    orders = random.Random(7).sample(list(permutations(records)), 3)
    assert {_told(runtime, list(order)) for order in orders} == {(holds.value, len(answers))}


def _told(runtime: Runtime, records: list[Record]) -> tuple[str, int]:
    """What holds in the end on the one row that is left, and how long its history is."""
    store = open_store(runtime.database, runtime)
    for record in (*records, MERGE):
        with runtime.database.write() as session:
            ingest(session, store=store, records=[record], now=BIRTH + timedelta(days=30), runtime=runtime)
    with runtime.database.read() as session:
        one = session.scalars(sa.select(Customer)).one()
        assert one.answers["email"][0] == one.email_consent
        return str(one.email_consent), session.scalar(sa.select(sa.func.count()).select_from(Consent)) or 0


def test_of_two_who_become_one_the_most_peace_that_either_asked_for_stays() -> None:
    one = {"unwanted": ["news"], "every_days": 7, "rests_until": 5}
    assert joined_wishes([one, {"unwanted": ["reviews"], "every_days": 30}]) == {
        "unwanted": ["news", "reviews"],
        "every_days": 30,
        "rests_until": 5,
    }
    assert joined_wishes([{}, {}]) == {}


def _row(side: str, state: ConsentState, *, day: int) -> Any:
    at = BIRTH + timedelta(days=day)
    return SimpleNamespace(side=side, state=state, at=at, opt_in_level=None, basis="express")


def test_an_answer_without_a_side_was_given_on_each() -> None:
    """A guest, or a page of ours, speaks for whoever the mailbox belongs to."""
    rows = [_row("1", NO, day=1), _row("2", YES, day=2), _row("", YES, day=3)]
    assert holding(rows, BIRTH + timedelta(days=MERGED_ON)).state is YES
    assert holding([*rows, _row("2", NO, day=4)], BIRTH + timedelta(days=MERGED_ON)).state is NO


def test_without_a_merge_the_later_answer_holds_and_of_two_at_once_the_stricter() -> None:
    rows = [_row("1", YES, day=1), _row("", NO, day=1), _row("1", YES, day=2)]
    assert (holding(rows, None).state, holding(rows[:2], None).state) == (YES, NO)


def test_the_caps_see_what_either_was_sent_up_to_the_most_that_they_look_at(runtime: Runtime) -> None:
    """The places of both, the newest first; one fewer, and a message too many would leave within the week."""
    store = open_store(runtime.database, runtime)
    with runtime.database.write() as session:
        now = BIRTH + timedelta(days=30)
        ingest(session, store=store, records=[_account("1"), _account("2")], now=now, runtime=runtime)
        for number, person in enumerate(session.scalars(sa.select(Customer).order_by(Customer.external_id))):
            person.pace = {"email": [[2 * at + number, 100 * number + at, "welcome"] for at in range(KEPT, 0, -1)]}
        session.flush()
        ingest(session, store=store, records=[MERGE], now=now, runtime=runtime)
    with runtime.database.read() as session:
        (pace,) = session.scalars(sa.select(Customer.pace)).all()
    newest = range(2 * KEPT + 1, KEPT + 1, -1)
    assert [at for at, _, _ in pace["email"]] == list(newest)
    assert len(newest) == KEPT
