"""How long the server takes for each page of a big store, beside its limit:

    python -m tests.benchmarks.pages [CUSTOMERS] [ORDERS] [FOLDER]

With FOLDER the store is kept there and found again. Each page is asked through Flask's test client with a real token, from the
guard to the last byte of HTML. Both the time on the wall and the processor's time are printed: on a machine that does other
things the first one tells of these, too.
"""

import random
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from app.model import Store, SyncRun, SyncState
from app.pipeline.figures import renew
from app.reports.customer import timeline
from app.runtime import Runtime
from app.sections import SECTIONS
from app.web import plug
from tests.benchmarks.figures import say
from tests.benchmarks.town import big_house, fill
from tests.web.pages_town import Browser

CUSTOMERS, ORDERS = 100_000, 1_000_000
ROUNDS = 40
PAGE_MS, TIMELINE_MS = 100.0, 50.0
TYPED = ("an", "anna b", "fuchs", "person123", "#4711", "huber1", "rosa ", "zzz")


@dataclass(frozen=True, slots=True)
class Asked:
    """One kind of page: its path for each round, what is posted there if anything is, and its limit."""

    name: str
    path: Callable[[random.Random], str]
    typed: Mapping[str, str] | None = None
    most: float = PAGE_MS


def at(path: str) -> Asked:
    """The same path each round."""
    return Asked(path.removeprefix("/admin/"), lambda _: path)


def pages(customers: int) -> list[Asked]:
    """Every page, part and sheet, opened at random places."""

    def whose(dice: random.Random) -> int:
        return dice.randrange(customers // 2) + 1

    lists = ("", *(f"?group={group}" for group in GROUPS), "?sort=spent", "?sort=orders&is_down=false", "?sort=newest")
    tabs = ("waiting", "deferred", "dropped", "failed", "all")
    one = {name: Asked(f"one customer{name}", _of_one(name, whose)) for name in OF_ONE}
    one["/merge/find"] = replace(one["/merge/find"], typed={"text": "anna b"})
    return [
        *(at(f"/admin/{path}") for path in HOUSE),
        Asked("a text while it is typed", lambda _: f"{TEXT}/preview", typed={"source": TYPED_TEXT}),
        *(at(f"/admin/customers{query}") for query in lists),
        *one.values(),
        *(at(f"/admin/queue?tab={tab}") for tab in tabs),
        at("/admin/queue?tab=dropped&reason=bad_text"),
        Asked("queue of one", lambda dice: f"/admin/queue?tab=all&customer={whose(dice)}"),
        *(at(f"/admin/reports/{one}") for one in REPORTS),
        *(at(f"/admin/settings/{one.name}") for one in SECTIONS),
    ]


def _of_one(name: str, whose: Callable[[random.Random], int]) -> Callable[[random.Random], str]:
    def path(dice: random.Random) -> str:
        who = whose(dice)
        # The town's ways are numbered like its people.
        return f"/admin/customers/{who}{name.format(way=who, other=who % 1000 + 1)}"

    return path


TEXT = "/admin/workflows/win_back/texts/news"
TYPED_TEXT = "Hello\n\nDear {{ customer.first_name }}, this is what is new.\n"
HOUSE = (
    "home",
    "home?days=30",
    "home/connection",
    "home/messages",
    "workflows",
    "workflows/win_back",
    "workflows/welcome",
    "workflows/welcome/rehearsal",
    "workflows/welcome/past",
    "workflows/win_back/switch?to=on",
    "workflows/welcome/switch?to=on",
    "workflows/birthday/switch?to=on",
    "workflows/first_order_thanks/switch?to=on&recent=30",
    "workflows/win_back/switch?to=on&recent=90",
    "workflows/anniversary/switch?to=on&recent=30",
    "workflows/win_back/texts/news",
    "workflows/birthday/texts/today",
    "workflows/order_confirmation/texts/confirm",
    "search",
)
OF_ONE = ("", "/timeline", "/why/{way}/story", "/never", "/erase", "/merge", "/merge/{other}", "/merge/find")
GROUPS = ("never_bought", "bought_once", "came_again", "lapsed", "subscribed", "no_consent", "paused")
REPORTS = ("messages?days=90", "workflows", "repeat", "retention", "cohorts", "sales")
# What goes on to another page, asks the outside, reads the outbox, or works for longer and says so.
NOT_A_PAGE = {
    "outbox.read",
    "admin_reports.first",
    "admin_settings.first",
    "admin_settings.domain",
}


def measured(ask: Callable[[], object]) -> tuple[list[float], list[float]]:
    """The milliseconds of each round on the wall and on the processor, the first one, which warms up, left out."""
    walls, ticks = [], []
    for _ in range(ROUNDS + 1):
        wall, tick = time.perf_counter(), time.process_time()
        ask()
        walls.append((time.perf_counter() - wall) * 1000)
        ticks.append((time.process_time() - tick) * 1000)
    return walls[1:], ticks[1:]


def told(name: str, ask: Callable[[], object], *, most: float) -> None:
    walls, ticks = (statistics.quantiles(times, n=20)[-1] for times in measured(ask))
    verdict = "met" if ticks < most else "missed"
    say(f"{name:44} p95 {walls:7.1f} ms on the wall, {ticks:6.1f} ms of processor; limit {most:.0f}: {verdict}")


def main(customers: int = CUSTOMERS, orders: int = ORDERS, folder: str | None = None) -> None:
    """Fill a store (or take the one that is kept in `folder`), count its figures, and print a line for each page."""
    with big_house(folder) as (runtime, house, is_new):
        begun = time.process_time()
        if is_new:
            fill(runtime, house.id, customers=customers, orders=orders)
            say(f"{customers:,} customers, {orders:,} orders: {time.process_time() - begun:.0f} s to write")
        _figures(runtime, house.id, is_new=is_new)
        app = plug(runtime)
        browser = Browser(app.test_client(), runtime, house)
        dice = random.Random(7)
        asked = pages(customers)
        for page in asked:
            told(page.name, partial(_open_one, browser, page, dice), most=page.most)
        told("search for something", lambda: _searched(browser, dice.choice(TYPED)), most=PAGE_MS)
        told("timeline alone", _timeline(runtime, house.id, customers=customers, dice=dice), most=TIMELINE_MS)
        say(f"not asked: {', '.join(_left_out(app, asked)) or 'none'}")


def _left_out(app: Flask, asked: list[Asked]) -> list[str]:
    """Pages of the admin that no line above is about."""
    doors = app.url_map.bind("localhost")
    paths = [page.path(random.Random(7)).partition("?")[0] for page in asked]
    seen = {
        doors.match(path, method=method)[0] for path in paths for method in ("GET", "POST") if doors.test(path, method)
    }
    ours = [
        rule for rule in app.url_map.iter_rules() if str(rule).startswith("/admin/") and "GET" in (rule.methods or ())
    ]
    return sorted({rule.endpoint for rule in ours} - seen - NOT_A_PAGE)


def _figures(runtime: Runtime, store_id: int, *, is_new: bool) -> None:
    with runtime.database.read() as session:
        store = session.get_one(Store, store_id)
    with runtime.database.write() as session:
        session.execute(sa.update(SyncRun).values(state=SyncState.DONE))
    if is_new:
        begun = time.process_time()
        renew(runtime, store)
        say(f"the night's figures: {time.process_time() - begun:.1f} s of processor")


def _open_one(browser: Browser, page: Asked, dice: random.Random) -> None:
    path = page.path(dice)
    _opened(path, browser.get(path) if page.typed is None else browser.post(path, **page.typed))


def _opened(path: str, answer: TestResponse) -> None:
    if answer.status_code != 200:
        raise SystemExit(f"{path}: {answer.status_code}")


def _searched(browser: Browser, text: str) -> None:
    path = browser.post("/admin/search", q=text).headers["Location"]
    _opened(path, browser.get(path))


def _timeline(runtime: Runtime, store_id: int, *, customers: int, dice: random.Random) -> Callable[[], object]:
    def ask() -> None:
        with runtime.database.read() as session:
            timeline(session, store_id=store_id, customer_id=dice.randrange(customers) + 1)

    return ask


if __name__ == "__main__":
    sizes = [int(one) for one in sys.argv[1:3]] or [CUSTOMERS, ORDERS]
    main(sizes[0], sizes[-1], sys.argv[3] if len(sys.argv) > 3 else None)
