"""Walking a store's lists: nothing skipped, nothing twice, whatever happens to the list meanwhile."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.base import Credentials, SyncKind
from connectors.errors import Malformed, Misplaced, Permanent, Temporary, Unsupported
from connectors.http import Http
from connectors.records import (
    CheckoutRecord,
    CustomerRecord,
    GoneRecord,
    Kind,
    OrderRecord,
    Page,
    ProductRecord,
    Reading,
    RefundRecord,
    ReviewRecord,
    StoreProfile,
)
from connectors.stores.woocommerce.changes import modified_since, written
from connectors.stores.woocommerce.client import Client
from connectors.stores.woocommerce.history import Phase, statuses, walk
from connectors.stores.woocommerce.look import zone
from connectors.stores.woocommerce.read import Frame
from tests.connectors.stores.woocommerce.conftest import NOW, Met
from tests.contracts.loopback import served

KEYS = Credentials({"consumer_key": "ck_key", "consumer_secret": "cs_secret"})
PROFILE = StoreProfile("Shop", "USD", "UTC")


def records(pages: list[Page], kind: type[Any]) -> list[Any]:
    return [record for page in pages for record in page.records if isinstance(record, kind)]


class Shelf:
    """A list of ids as a store shows it, that may change between two calls."""

    def __init__(self, ids: list[int]) -> None:
        self.ids = ids
        self.calls: list[dict[str, list[str]]] = []
        self.total: Callable[[], int | None] = lambda: len(self.ids)
        self.show: Callable[[int], Any] = lambda number: {"id": number}

    def program(self, _url: str) -> Callable[..., Any]:
        def answer(environ: dict[str, Any], start_response: Any) -> list[bytes]:
            asked = parse_qs(environ["QUERY_STRING"])
            self.calls.append(asked)
            offset, limit = int(asked["offset"][0]), int(asked["per_page"][0])
            total = self.total()
            start_response("200 OK", [] if total is None else [("X-WP-Total", str(total))])
            return [json.dumps([self.show(one) for one in self.ids[offset : offset + limit]]).encode()]

        return answer


def seen(body: Any, frame: Frame) -> Reading:
    number = json.loads(bytes(body))["id"]
    if number % 1000 == 999:
        raise Malformed("a row for this test")
    return Reading((GoneRecord(Kind.ORDER, str(number), frame.at),))


def numbers(page: Page) -> list[int]:
    return [int(record.external_id) for record in page.records if isinstance(record, GoneRecord)]


PHASES = (Phase("first", "orders", {}, seen),)


def client(url: str) -> Client:
    return Client(Http(allow_private=True), url, credentials=KEYS, now=lambda: NOW)


def walked(shelf: Shelf) -> list[Page]:
    with served(shelf.program) as url:
        return list(walk(lambda: client(url), PHASES, profile=PROFILE, cursor=None))


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 195, 200, 205, 350])
def test_a_list_of_any_length_is_walked_once(count: int) -> None:
    pages = walked(Shelf(list(range(1, count + 1))))
    assert [one for page in pages for one in numbers(page)] == list(range(1, count + 1))
    assert [page.is_last for page in pages] == [False] * (len(pages) - 1) + [True]
    assert (pages[-1].done, pages[-1].total) == (count, count)


@settings(max_examples=40, deadline=None)
@given(
    count=st.integers(0, 450),
    losses=st.lists(st.sets(st.integers(1, 450), max_size=160), max_size=6),
    growth=st.lists(st.integers(0, 30), max_size=6),
)
def test_rows_that_go_or_come_meanwhile_hide_no_other(count: int, losses: list[set[int]], growth: list[int]) -> None:
    shelf = Shelf(list(range(1, count + 1)))
    found: list[int] = []
    with served(shelf.program) as url:
        pages = walk(lambda: client(url), PHASES, profile=PROFILE, cursor=None)
        for number, page in enumerate(pages):
            found += numbers(page)
            lost = losses[number] if number < len(losses) else set()
            more = growth[number] if number < len(growth) else 0
            shelf.ids = [one for one in shelf.ids if one not in lost] + [
                1001 + 40 * number + one for one in range(more)
            ]
    assert len(found) == len(set(found))
    assert set(range(1, count + 1)) - set().union(*losses) <= set(found)


def test_a_stripped_total_does_not_end_the_list_early() -> None:
    shelf = Shelf(list(range(1, 251)))
    shelf.total = lambda: None
    assert [one for page in walked(shelf) for one in numbers(page)] == list(range(1, 251))


def test_a_store_that_promises_rows_for_ever_is_not_believed_for_ever() -> None:
    shelf = Shelf(list(range(1, 120)))
    shelf.total = lambda: 10**9
    pages = walked(shelf)
    assert pages[-1].is_last
    assert len(shelf.calls) < 30


def test_a_row_that_cannot_be_read_is_told_and_stops_nobody() -> None:
    shelf = Shelf([998, 999, 1000])
    (page,) = walked(shelf)
    assert numbers(page) == [998, 1000]
    assert page.unknown == ("first.malformed=999: a row for this test",)


def test_a_row_without_an_id_is_told(met: Met) -> None:
    shelf = Shelf([1, 2, 3])
    shelf.show = lambda number: {"id": number} if number != 2 else {"id": "two"}
    phase = replace(PHASES[0], read=lambda body, frame: seen(body, frame) if b'"two"' not in bytes(body) else _bad())
    with served(shelf.program) as url:
        (page,) = walk(lambda: client(url), (phase,), profile=PROFILE, cursor=None)
    assert numbers(page) == [1, 3]
    assert page.unknown == ("first.malformed=None: no id",)


def _bad() -> Reading:
    raise Malformed("no id")


def test_a_page_of_very_many_records_is_cut_and_only_its_end_moves_the_cursor() -> None:
    shelf = Shelf([1, 2])
    phase = replace(PHASES[0], read=lambda body, frame: Reading(seen(body, frame).records * 1500))
    with served(shelf.program) as url:
        first, second = walk(lambda: client(url), (phase,), profile=PROFILE, cursor=None)
        again = list(walk(lambda: client(url), (phase,), profile=PROFILE, cursor=first.cursor))
    assert (len(first.records), len(second.records)) == (2000, 1000)
    assert [len(page.records) for page in again] == [2000, 1000]


@pytest.mark.parametrize("cursor", [{"x": 1}, {"phase": "nowhere"}, {"phase": "first", "offset": "two"}])
def test_a_cursor_that_is_none_is_refused(cursor: dict[str, object]) -> None:
    with served(Shelf([]).program) as url, pytest.raises(Misplaced):
        list(walk(lambda: client(url), PHASES, profile=PROFILE, cursor=cursor))


def test_a_run_that_ended_stays_ended() -> None:
    with served(Shelf([1]).program) as url:
        (page,) = walk(lambda: client(url), PHASES, profile=PROFILE, cursor=None)
        (again,) = walk(lambda: client(url), PHASES, profile=PROFILE, cursor=page.cursor)
    assert (again.records, again.is_last) == ((), True)


# Before a whole store


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


@pytest.mark.parametrize(
    ("listed", "drafts", "wanted"),
    [
        ([{"slug": "completed"}, {"slug": "engraved"}, {"slug": "checkout-draft"}], False, ["completed", "engraved"]),
        ([{"slug": "completed"}, {"slug": "checkout-draft"}], True, ["checkout-draft", "completed"]),
        ([{"slug": "completed"}], True, ["completed"]),
    ],
)
def test_a_store_s_own_statuses_are_asked_for_by_name(listed: list[Any], drafts: bool, wanted: list[str]) -> None:
    def program(_environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        return [json.dumps(listed).encode()]

    with served(lambda _url: program) as url:
        assert statuses(client(url), drafts=drafts) == wanted


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


def test_a_look_tells_a_trashed_order_gone_and_a_refund_s_own_time(met: Met) -> None:
    order = met.store.place_order(items=["MUG-1"], email="guest@example.com")
    refund = met.store.refund_order(order, 100)
    order.modified_at = refund.created_at + timedelta(days=30)

    def look() -> tuple[Any, ...]:
        return met.connector.look(met.access, Kind.ORDER, external_id=str(order.id), profile=PROFILE).records

    assert [one.at for one in look() if isinstance(one, RefundRecord)] == [refund.created_at]
    met.store.trash_order(order)
    assert look() == (GoneRecord(Kind.ORDER, str(order.id), NOW),)


def test_a_false_alarm_is_found_out_by_a_look(met: Met) -> None:
    """Trashing any page sends product.deleted with its id; the products that are there stay."""
    number = next(iter(met.store.state.products))
    (found,) = met.connector.look(met.access, Kind.PRODUCT, external_id=str(number), profile=PROFILE).records
    assert isinstance(found, ProductRecord)


def test_a_draft_that_was_placed_is_seen_as_its_order(met: Met) -> None:
    draft = met.store.open_checkout(items=["MUG-1"], email="cleo@example.com")
    name = f"draft-{draft.id}"

    def look() -> Any:
        return met.connector.look(met.access, Kind.CHECKOUT, external_id=name, profile=PROFILE).records[0]

    assert isinstance(look(), CheckoutRecord)
    met.store.place_draft(draft)
    placed = look()
    assert isinstance(placed, OrderRecord)
    assert name in placed.checkout_keys


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


def test_the_profile_says_what_rest_tells(met: Met) -> None:
    profile = met.connector.profile(met.access)
    assert (profile.currency, profile.zone, profile.country) == ("USD", "America/New_York", "US")
    assert profile.postal_address == "1 Stand-in Street, 10001, New York"


@pytest.mark.parametrize(
    ("name", "offset", "wanted"),
    [
        ("Europe/Berlin", 1, "Europe/Berlin"),
        ("", "-5", "Etc/GMT+5"),
        ("", 2, "Etc/GMT-2"),
        ("", 5.5, "Asia/Kolkata"),
        ("", "0", "UTC"),
        ("", 99, "UTC"),
        ("", "soon", "UTC"),
        ("", None, "UTC"),
        ("", [1], "UTC"),
        ("Mars/Olympus", 1, "Etc/GMT-1"),
        ("../../etc/passwd", 0, "UTC"),
        ("+05:30", 5.5, "Asia/Kolkata"),
        ("/etc/localtime", 0, "UTC"),
        ("", "nan", "UTC"),
        ("", "1e400", "UTC"),
    ],
)
def test_a_zone_is_an_iana_name_whatever_the_site_says(name: str, offset: object, wanted: str) -> None:
    assert zone(name, offset) == wanted
