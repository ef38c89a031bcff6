"""The list of customers: found by how a name begins, filtered, sorted, page by page; the other store's Anna is never in it."""

import csv
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
import sqlalchemy as sa

from app.db import Database
from app.model import Customer
from app.pipeline import by_hand
from app.reports.customers import Choices, Column, Group, Listing, Sort, customer_lines, customers, saved, search
from app.reports.customers.choices import read
from app.reports.customers.prefix import starts_with
from app.reports.customers.saved import tags_in_use
from app.reports.keyset import Place
from app.reports.sheet import csv_lines
from app.rows import table_of
from connectors.records import ConsentState
from tests.pipeline.rows import a_store
from tests.story import Story

CUSTOMER = table_of(Customer)


@pytest.fixture
def town(stories: list[Story]) -> Story:
    """Anna came again, Ben never agreed, Ægir bought once, Zoë never; and the other store's Anna is somebody else."""
    ours, theirs = stories
    for name, last in (("anna", "Müller"), ("ben", "van der Berg"), ("zoe", "Åström")):
        ours.join(name, last_name=last, consent=None if name == "ben" else ConsentState.SUBSCRIBED)
    ours.join("aegir", first_name="Ægir", last_name="Anders")
    for name in ("anna", "anna", "ben", "aegir"):
        ours.order(name)
        ours.travel(days=1)
    theirs.join("anna", last_name="Müller")
    theirs.order("anna")
    return ours


def listed(story: Story, text: str = "", *, place: Place | None = None, limit: int = 50, **given: Any) -> Listing:
    with story.runtime.database.read() as session:
        return customers(
            session,
            store_id=story.store_id,
            choices=replace(Choices(), **given),
            now=story.now,
            text=text,
            place=place,
            limit=limit,
        )


def names(page: Listing) -> list[str]:
    return [(one.address or "").partition("@")[0] for one in page.rows]


TYPED = {
    "ann": "anna",
    "ANNA MU": "anna",
    "muller an": "anna",
    "Müller": "anna",
    "van der": "ben",
    "æg": "aegir",
    "aegir a": "aegir",
    "astr": "zoe",
    "zoe@example.com": "zoe",
    "ZOE@EX": "zoe",
    "#1003": "ben",
    "1003": "ben",
    "a\x00nn": "anna",
    "uller": "",
    "%": "",
    "": "aegir anna ben zoe",
}


def test_people_are_found_by_how_a_name_an_address_or_a_number_begins(town: Story) -> None:
    assert {typed: " ".join(sorted(names(listed(town, typed)))) for typed in TYPED} == TYPED


def test_a_group_is_what_its_name_says(town: Story) -> None:
    with town.runtime.database.write() as session:
        hers = (Customer.store_id == town.store_id, Customer.name_key == "anna muller")
        anna = session.scalars(sa.select(Customer).where(*hers)).first()
        assert anna is not None
        by_hand.pause(session, by_hand.Hand(town.store_id, "7", town.now), customer_id=anna.id)
    told = {group: sorted(names(listed(town, group=group))) for group in Group}
    assert told == {
        Group.ALL: ["aegir", "anna", "ben", "zoe"],
        Group.NEVER_BOUGHT: ["zoe"],
        Group.BOUGHT_ONCE: ["aegir", "ben"],
        Group.CAME_AGAIN: ["anna"],
        Group.LAPSED: [],
        Group.SUBSCRIBED: ["aegir", "anna", "zoe"],
        Group.NO_CONSENT: ["ben"],
        Group.PAUSED: ["anna"],
    }
    town.travel(days=200)
    assert sorted(names(listed(town, group=Group.LAPSED))) == ["aegir", "anna", "ben"]


def test_pages_join_without_a_gap_or_a_doublet(town: Story) -> None:
    for sort, is_down in product(Sort, (True, False)):
        whole, pages, place = names(listed(town, sort=sort, is_down=is_down)), [], None
        for _ in range(4):
            page = listed(town, sort=sort, is_down=is_down, limit=1, place=place)
            pages += names(page)
            place = page.following
        assert place is None
        assert pages == whole
        # Whoever never ordered has no last order, and stands last either way.
        assert sort is not Sort.LAST_ORDER or whole[-1] == "zoe"


def test_the_whole_list_goes_into_a_file_of_this_store_alone(town: Story) -> None:
    town.join("=cmd|'/c calc'!a0", first_name="=HYPERLINK(1)", last_name="@x")
    lines = customer_lines(
        town.runtime.database, store_id=town.store_id, currency="EUR", choices=Choices(sort=Sort.SPENT), now=town.now
    )
    rows = list(csv.reader("".join(lines).removeprefix("\ufeff").splitlines()))
    assert [row[1] for row in rows[:2]] == ["Name", "Anna Müller"]
    assert rows[1][3:6] == ["2", "98.00", "EUR"]
    assert len(rows) == 6
    assert "'=HYPERLINK(1) @x" in {row[1] for row in rows}


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(1)", "\tx", " =1", "\uff1dx"])
def test_no_cell_is_a_formula(cell: str) -> None:
    assert list(csv_lines(["a"], [[cell]]))[1].lstrip('"').startswith("'")
    assert list(csv_lines(["a"], [[-1]]))[1] == "-1\r\n"


def test_search_from_anywhere_knows_people_orders_and_workflows(town: Story) -> None:
    with town.runtime.database.read() as session:
        found = search(session, store_id=town.store_id, text="1001", known=town.runtime.workflows, titles={})
        assert [(one.number, one.total) for one in found.orders] == [("#1001", 4900)]
        assert [one.name for one in found.people] == ["Anna Müller"]
        by_word = search(session, store_id=town.store_id, text="win quiet", known=town.runtime.workflows, titles={})
        assert [one.name for one in by_word.workflows] == ["win_back"]
        assert not search(session, store_id=town.store_id, text="  ", known=town.runtime.workflows, titles={})


def test_a_filter_is_kept_for_the_store_under_its_name(stories: list[Story]) -> None:
    ours, theirs = stories
    chosen = Choices(Group.LAPSED, "vip", Sort.SPENT, is_down=False, columns=(Column.TAGS,))
    hand = by_hand.Hand(ours.store_id, "7", ours.now)
    with ours.runtime.database.write() as session:
        by_hand.keep_filter(session, hand, name="Sleeping  beauties", choices=Choices().written())
        number = by_hand.keep_filter(session, hand, name="Sleeping beauties", choices=chosen.written())
    with ours.runtime.database.read() as session:
        assert [(one.name, one.choices) for one in saved(session, store_id=ours.store_id)] == [
            ("Sleeping beauties", chosen)
        ]
        assert saved(session, store_id=theirs.store_id) == []
    stranger = by_hand.Hand(theirs.store_id, "7", ours.now)
    with ours.runtime.database.write() as session, pytest.raises(by_hand.NotTheirsError):
        by_hand.forget_filter(session, stranger, filter_id=number)
    with ours.runtime.database.write() as session:
        by_hand.forget_filter(session, hand, filter_id=number)


def test_words_that_nobody_knows_choose_nothing() -> None:
    assert read({"group": "; DROP", "sort": "x", "columns": ["y"], "tag": " "}) == Choices()


def test_tags_in_use_are_told_once_each(town: Story) -> None:
    hand = by_hand.Hand(town.store_id, "7", town.now)
    with town.runtime.database.write() as session:
        for one in session.scalars(sa.select(Customer.id).where(Customer.store_id == town.store_id)).all():
            by_hand.put_tag(session, hand, customer_id=one, word="vip")
        by_hand.put_tag(session, hand, customer_id=one, word="late  payer")
    with town.runtime.database.read() as session:
        assert tags_in_use(session, store_id=town.store_id) == ["late payer", "vip"]
        assert tags_in_use(session, store_id=town.store_id + 1) == []
    tagged = listed(town, tag="late payer", columns=(Column.TAGS,))
    assert [one.tags for one in tagged.rows] == [("late payer", "vip")]


def test_how_a_name_begins_is_found_by_an_index_on_both_databases(database: Database) -> None:
    with database.write() as session:
        store = a_store(session, "first")
        names = [f"{number * 7919 % 3000:04}" for number in range(3000)]
        rows = [
            {"name_key": name, "back_key": name, "email": f"{name}@example.com", "store_id": store.id} for name in names
        ]
        session.execute(sa.insert(CUSTOMER), rows)
        session.execute(sa.text("ANALYZE customer"))
    for name, column in (("name", CUSTOMER.c.name_key), ("back", CUSTOMER.c.back_key), ("email", CUSTOMER.c.email)):
        with database.read() as session:
            begins = starts_with(session, column, prefix="0042")
            asked = sa.select(CUSTOMER.c.id).where(CUSTOMER.c.store_id == store.id, begins)
            written = asked.compile(session.get_bind(), compile_kwargs={"literal_binds": True})
            how = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN"
            plan = str(session.connection().exec_driver_sql(f"{how} {written}").all())
            assert len(session.execute(asked).all()) == 1
        assert f"ix_customer_store_{name}" in plan
        assert "Filter" not in plan
