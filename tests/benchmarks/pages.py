"""How long the server takes for each page of a big store, beside its limit: `python -m tests.benchmarks.pages`.

Each page is asked through Flask's test client with a real token, from the guard to the last byte of HTML. Both the time on the
wall and the processor's time are printed: on a machine that does other things the first one tells of these, too.
"""

import random
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import sqlalchemy as sa

from app.model import Store, SyncRun, SyncState
from app.pipeline.figures import renew
from app.reports.customer import timeline
from app.runtime import Runtime
from app.web import plug
from tests.benchmarks.town import big_house, fill
from tests.web.pages_town import Browser

CUSTOMERS, ORDERS = 100_000, 1_000_000
ROUNDS = 40
PAGE_MS, TIMELINE_MS = 100.0, 50.0
TYPED = ("an", "anna b", "fuchs", "person123", "#4711", "huber1", "rosa ", "zzz")


@dataclass(frozen=True, slots=True)
class Asked:
    """One kind of page: its path for each round, and its limit."""

    name: str
    path: Callable[[random.Random], str]
    most: float = PAGE_MS


def at(path: str) -> Callable[[random.Random], str]:
    """The same path each round."""
    return lambda _: path


def pages(customers: int) -> list[Asked]:
    """Every page, opened at random places."""

    def whose(dice: random.Random) -> int:
        return dice.randrange(customers) + 1

    lists = ("", *(f"?group={group}" for group in GROUPS), "?sort=spent", "?sort=orders&is_down=false", "?sort=newest")
    tabs = ("waiting", "deferred", "dropped", "failed", "all")
    return [
        *(Asked(path, at(f"/admin/{path}")) for path in HOUSE),
        *(Asked(f"customers{query}", at(f"/admin/customers{query}")) for query in lists),
        Asked("one customer", lambda dice: f"/admin/customers/{whose(dice)}"),
        *(Asked(f"queue {tab}", at(f"/admin/queue?tab={tab}")) for tab in tabs),
        Asked("queue, a rare reason", at("/admin/queue?tab=dropped&reason=bad_text")),
        Asked("queue of one", lambda dice: f"/admin/queue?tab=all&customer={whose(dice)}"),
        *(Asked(f"report {one}", at(f"/admin/reports/{one}")) for one in REPORTS),
    ]


HOUSE = (
    "home",
    "home?days=30",
    "home/connection",
    "home/messages",
    "workflows",
    "workflows/win_back",
    "workflows/win_back/switch?to=on",
    "workflows/win_back/texts/news",
    "workflows/birthday/texts/today",
)
GROUPS = ("never_bought", "bought_once", "came_again", "lapsed", "subscribed", "no_consent", "paused")
REPORTS = ("messages?days=90", "workflows", "repeat", "retention", "cohorts", "sales")


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
    line = f"{name:32} p95 {walls:7.1f} ms on the wall, {ticks:6.1f} ms of processor; limit {most:.0f}: {verdict}\n"
    sys.stdout.write(line)
    sys.stdout.flush()


def main(customers: int = CUSTOMERS, orders: int = ORDERS) -> None:
    """Fill a store, count its figures, and print a line for each page."""
    with big_house() as (runtime, house):
        begun = time.process_time()
        fill(runtime, house.id, customers=customers, orders=orders)
        sys.stdout.write(f"{customers:,} customers, {orders:,} orders: {time.process_time() - begun:.0f} s to write\n")
        _figures(runtime, house.id)
        browser = Browser(plug(runtime).test_client(), runtime, house)
        dice = random.Random(7)
        for page in pages(customers):
            told(page.name, partial(_open_one, browser, page, dice), most=page.most)
        told("search", lambda: _searched(browser, dice.choice(TYPED)), most=PAGE_MS)
        told("timeline alone", _timeline(runtime, house.id, customers=customers, dice=dice), most=TIMELINE_MS)


def _figures(runtime: Runtime, store_id: int) -> None:
    with runtime.database.read() as session:
        store = session.get_one(Store, store_id)
    with runtime.database.write() as session:
        session.execute(sa.update(SyncRun).values(state=SyncState.DONE))
    begun = time.process_time()
    renew(runtime, store)
    sys.stdout.write(f"the night's figures: {time.process_time() - begun:.1f} s of processor\n")
    sys.stdout.flush()


def _open_one(browser: Browser, page: Asked, dice: random.Random) -> None:
    _opened(browser, page.path(dice))


def _opened(browser: Browser, path: str) -> None:
    answer = browser.get(path)
    if answer.status_code != 200:
        raise SystemExit(f"{path}: {answer.status_code}")


def _searched(browser: Browser, text: str) -> None:
    _opened(browser, browser.post("/admin/search", q=text).headers["Location"])


def _timeline(runtime: Runtime, store_id: int, *, customers: int, dice: random.Random) -> Callable[[], object]:
    def ask() -> None:
        with runtime.database.read() as session:
            timeline(session, store_id=store_id, customer_id=dice.randrange(customers) + 1)

    return ask


if __name__ == "__main__":
    main(*(int(one) for one in sys.argv[1:3]))
