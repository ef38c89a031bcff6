"""A whole store's history and what changed in it since: everybody and everything, at its own time."""

from datetime import timedelta

import pytest

from connectors.base import SyncKind
from connectors.errors import Permanent, Temporary, Unsupported
from connectors.records import (
    CheckoutRecord,
    CustomerRecord,
    GoneRecord,
    Kind,
    OrderRecord,
    ProductRecord,
    RefundRecord,
    ReviewRecord,
)
from connectors.stores.woocommerce.changes import modified_since, written
from connectors.stores.woocommerce.history import statuses
from tests.connectors.stores.woocommerce.conftest import NOW, Met, records


def test_a_history_has_customers_products_orders_reviews_and_what_was_left_unpaid_but_no_drafts(met: Met) -> None:
    anna = met.store.create_customer("anna@example.com")
    met.store.place_order(items=["MUG-1"], customer_id=anna.id)
    met.store.place_order(items=["MUG-1"], email="guest@example.com", status="pending")
    met.store.open_checkout(items=["MUG-1"], email="cleo@example.com")
    met.store.add_review(product_id=next(iter(met.store.state.products)), email="anna@example.com", rating=4)
    pages = met.pages(SyncKind.HISTORY)
    assert len(records(pages, CustomerRecord)) == 3
    assert sum(customer.is_staff for customer in records(pages, CustomerRecord)) == 2
    assert len(records(pages, ProductRecord)) == len(met.store.state.products)
    assert len(records(pages, OrderRecord)) == 2
    assert [one.total for one in records(pages, CheckoutRecord)] == [
        order.total for order in records(pages, OrderRecord) if order.raw_status == "pending"
    ]
    assert [review.rating for review in records(pages, ReviewRecord)] == [4]
    assert [page.phase for page in pages] == ["customers", "products", "orders", "reviews"]
    assert pages[0].total == pages[-1].done == pages[-1].total


def test_refunds_of_a_history_have_their_own_time(met: Met) -> None:
    order = met.store.place_order(items=["MUG-1"], email="guest@example.com")
    refund = met.store.refund_order(order, 100)
    order.modified_at = refund.created_at + timedelta(days=30)
    assert [one.at for one in records(met.pages(SyncKind.HISTORY), RefundRecord)] == [refund.created_at]


def test_a_catch_up_has_what_changed_in_the_store_s_own_zone(met: Met) -> None:
    """The store keeps New York's time; a filter off by its five hours would find too much or too little."""
    early = met.store.place_order(items=["MUG-1"], email="a@example.com", at=NOW - timedelta(hours=3))
    late = met.store.place_order(items=["MUG-1"], email="b@example.com", at=NOW - timedelta(hours=1))
    pages = met.pages(SyncKind.CHANGES, since=NOW - timedelta(hours=2))
    assert [order.external_id for order in records(pages, OrderRecord)] == [str(late.id)]
    assert early.id not in [order.external_id for order in records(pages, OrderRecord)]


def test_without_a_list_of_statuses_the_known_ones_are_named(met: Met) -> None:
    assert statuses(met.client, drafts=False) == [
        "cancelled",
        "completed",
        "failed",
        "on-hold",
        "pending",
        "processing",
        "refunded",
    ]


def test_a_catch_up_begins_a_little_earlier_than_asked(met: Met) -> None:
    order = met.store.place_order(items=["MUG-1"], email="a@example.com", at=NOW - timedelta(minutes=5))
    pages = met.pages(SyncKind.CHANGES, since=NOW)
    assert [one.external_id for one in records(pages, OrderRecord)] == [str(order.id)]


def test_a_catch_up_finds_the_trash_the_drafts_and_quiet_changes_of_customers(met: Met) -> None:
    anna = met.store.create_customer("anna@example.com", at=NOW - timedelta(days=900))
    met.store.set_customer_meta(anna, "perennial_birthday", value="1990-02-28")
    order = met.store.place_order(items=["MUG-1"], customer_id=anna.id, at=NOW - timedelta(days=800))
    met.store.trash_order(order)
    draft = met.store.open_checkout(items=["MUG-1"], email="cleo@example.com")
    pages = met.pages(SyncKind.CHANGES, since=NOW - timedelta(days=1))
    assert records(pages, GoneRecord) == [GoneRecord(Kind.ORDER, str(order.id), NOW)]
    assert [one.external_id for one in records(pages, CheckoutRecord)] == [f"draft-{draft.id}"]
    assert [str(one.birthday) for one in records(pages, CustomerRecord) if one.birthday] == ["1990-02-28"]


def test_reviews_are_caught_up_by_their_date(met: Met) -> None:
    product_id = next(iter(met.store.state.products))
    old = met.store.add_review(product_id=product_id, email="old@example.com", rating=1)
    old.created_at = NOW - timedelta(days=9)
    met.store.add_review(product_id=product_id, email="new@example.com", rating=5)
    pages = met.pages(SyncKind.CHANGES, since=NOW - timedelta(days=2))
    assert [one.email for one in records(pages, ReviewRecord)] == ["new@example.com"]


def test_a_catch_up_without_a_moment_is_refused(met: Met) -> None:
    with pytest.raises(Permanent):
        met.pages(SyncKind.CHANGES)
    with pytest.raises(Unsupported):
        met.pages(SyncKind.LOOKS)


def test_a_moment_is_written_as_naive_gmt_with_its_flag() -> None:
    assert written(NOW) == "2026-11-22T12:00:00"
    assert modified_since(NOW) == {"modified_after": "2026-11-22T11:50:00", "dates_are_gmt": "true"}


def test_a_store_that_falls_in_the_middle_is_gone_on_with_from_the_cursor(met: Met) -> None:
    for number in range(130):
        met.store.create_customer(f"somebody{number}@example.com")
    profile = met.connector.profile(met.access)
    run = met.connector.pages(met.access, SyncKind.HISTORY, profile=profile, cursor=None, since=None)
    first = next(run)
    met.store.faults.fail(path="customers")
    with pytest.raises(Temporary):
        next(run)
    rest = list(met.connector.pages(met.access, SyncKind.HISTORY, profile=profile, cursor=first.cursor, since=None))
    assert len(records([first, *rest], CustomerRecord)) == 132
