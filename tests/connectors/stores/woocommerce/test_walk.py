"""Walking a store's lists: nothing skipped, nothing twice, whatever happens to the list meanwhile."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.base import Credentials
from connectors.errors import Malformed, Misplaced
from connectors.http import Http
from connectors.records import GoneRecord, Kind, Page, Reading, StoreProfile
from connectors.stores.woocommerce.client import Client
from connectors.stores.woocommerce.history import Phase, statuses, walk
from connectors.stores.woocommerce.read import Frame
from tests.connectors.stores.woocommerce.conftest import NOW, Met
from tests.contracts.loopback import served

KEYS = Credentials({"consumer_key": "ck_key", "consumer_secret": "cs_secret"})


PROFILE = StoreProfile("Shop", "USD", "UTC")


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
