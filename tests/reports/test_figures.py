"""The figures of the reports: counted once a night, told as of when; a small store does not wait for the night."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from app.model import Customer, Figure, Forecast, Order, Store
from app.pipeline.figures import renew
from app.reports.figures import BuyersFigure, buyers, effects, keep, kept, lapsed_after, sent, telling
from app.reports.figures.calendar import day_edges, month_edges
from tests.pipeline.rows import a_person
from tests.story import Story


def test_months_and_days_are_those_of_the_stores_own_calendar(story: Story) -> None:
    """In Berlin the month begins an hour before it does in UTC, and in summer two."""
    months = month_edges(story.now, zone="Europe/Berlin", months=6)
    assert [(name, f"{at:%m-%d %H}") for name, at in (months[0], months[-1])] == [
        ("2026-06", "05-31 22"),
        ("2026-11", "10-31 23"),
    ]
    assert [name for name, _ in day_edges(story.now, zone="Europe/Berlin", days=2)] == ["2026-11-19", "2026-11-20"]


@pytest.fixture
def traded(stories: list[Story]) -> Story:
    """Anna buys in November and in December, Ben once and in dollars; the other store's Anna buys a lot."""
    ours, theirs = stories
    for one in stories:
        one.on("welcome")
        one.join("anna")
    ours.order("anna", price=1000)
    theirs.order("anna", price=99900)
    ours.travel(days=20)
    ours.order("anna", price=500)
    ours.order("ben", price=700, currency="USD")
    return ours


def store_of(story: Story) -> Store:
    return story.store


def test_who_came_back_is_told_by_its_definitions_and_money_per_currency(traded: Story) -> None:
    with traded.runtime.database.read() as session:
        told = buyers(session, store_of(traded), now=traded.now)
    assert told is not None
    november, december = told.figure.months[-2:]
    assert (november.month, november.size, november.again, november.repeat_rate) == ("2026-11", 1, (1,), 0.0)
    assert (december.buyers, december.repeaters, december.repeat_rate) == (2, 1, 0.5)
    assert (december.start, december.end, december.new, december.retention) == (1, 2, 1, 1.0)
    assert (november.again_rate(1), november.again_rate(2), november.retention) == (1.0, None, None)
    assert [(one.month, one.currency, one.amount, one.amount_again) for one in told.figure.sales] == [
        ("2026-11", "EUR", 1000, 0),
        ("2026-12", "EUR", 500, 500),
        ("2026-12", "USD", 700, 0),
    ]
    assert told.figure.gap_days is None


def test_what_left_is_told_by_day_and_workflow(traded: Story) -> None:
    with traded.runtime.database.read() as session:
        told = sent(session, store_of(traded), now=traded.now, days=30)
    assert told is not None
    assert [(one.day, one.workflow, one.decided, one.sent) for one in told.figure.rows] == [
        ("2026-11-20", "welcome", 1, 1)
    ]


def test_a_night_counts_once_and_the_day_goes_on_from_there(traded: Story) -> None:
    store = store_of(traded)
    assert renew(traded.runtime, store)
    assert not renew(traded.runtime, store)
    at = traded.now
    traded.join("cleo")
    traded.travel(hours=2)
    with traded.runtime.database.read() as session:
        by_night = buyers(session, store, now=traded.now)
        assert by_night is not None
        assert by_night.at == at
        live = sent(session, store, now=traded.now, days=30)
        assert live is not None
        assert [(one.day, one.sent) for one in live.figure.rows] == [("2026-11-20", 1), ("2026-12-10", 1)]
        caused = effects(session, store, known=traded.runtime.workflows, now=traded.now)
        assert caused is not None
        assert [(one.workflow, one.sent, one.finding, one.caused) for one in caused.figure.rows] == [
            ("welcome", 1, "not_enough_data", None)
        ]
    traded.travel(days=1)
    assert renew(traded.runtime, store)
    with traded.runtime.database.read() as session:
        live = sent(session, store, now=traded.now, days=30)
        assert live is not None
        assert [one.sent for one in live.figure.rows] == [1, 1]


def test_a_big_store_waits_for_the_night(traded: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "SMALL", 1)
    with traded.runtime.database.read() as session:
        assert buyers(session, store_of(traded), now=traded.now) is None


def test_what_another_version_counted_is_not_told(story: Story) -> None:
    with story.runtime.database.write() as session:
        session.add(Figure(store_id=story.store_id, report="buyers", body={"other": 1}, at=story.now))
        keep(session, story.store_id, report="pace", figure={"days": 40.5}, at=story.now)
    with story.runtime.database.read() as session:
        assert kept(session, story.store_id, report="buyers", shape=BuyersFigure) is None
        assert lapsed_after(session, story.store_id) == timedelta(days=40.5)
        assert lapsed_after(session, story.store_id + 1) == timedelta(days=180)


def test_a_store_with_a_past_knows_when_its_customers_are_due(story: Story) -> None:
    """Sixty people who buy every four weeks are expected about four weeks after their last order."""
    with story.runtime.database.write() as session:
        for name in range(60):
            person = a_person(session, story.store, f"p{name}@example.com", external_id=f"x{name}")
            days = (28 * (6 - turn) + name % 3 for turn in range(6))
            session.add_all(an_order(person, day, at=story.now - timedelta(days=day)) for day in days)
    assert renew(story.runtime, story.store)
    with story.runtime.database.read() as session:
        told = session.scalars(sa.select(Forecast)).all()
    assert len(told) == 60
    assert all(one.from_at <= one.likely_at <= one.until_at for one in told)
    assert all(timedelta(0) <= one.likely_at - story.now <= timedelta(days=20) for one in told)


def an_order(person: Customer, number: int, *, at: datetime) -> Order:
    words = {"status": "paid", "raw_status": "paid", "origin": "storefront", "currency": "EUR"}
    return Order(
        store_id=person.store_id,
        external_id=f"{person.id}-{number}",
        number=str(number),
        customer_id=person.id,
        counts=True,
        may_start=True,
        total=1000,
        placed_at=at,
        updated_at=at,
        **words,
    )
