"""A big store for the pages: as many customers and orders as are asked for, with parcels, messages, verdicts and answers."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy as sa

from app.clock import FrozenClock
from app.config import Config
from app.model import Consent, Customer, Enrollment, Fulfillment, Message, Order, Outcome
from app.rows import bulk, table_of
from app.runtime import Runtime, assemble
from app.spelling import name_keys
from migrations import migrate
from tests.benchmarks.houses import NOW
from tests.web.visiting import APP_SECRET, CLIENT_ID, House, shopify_store

PIECE = 20_000
FIRST = (
    "Anna",
    "Ben",
    "Cleo",
    "Dora",
    "Emil",
    "Frida",
    "Gustav",
    "Hanna",
    "Ida",
    "Jonas",
    "Karla",
    "Leo",
    "Mia",
    "Noah",
)
LAST = (
    "Abel",
    "Bauer",
    "Conrad",
    "Dietz",
    "Ernst",
    "Fuchs",
    "Gruber",
    "Huber",
    "Jansen",
    "Keller",
    "Lang",
    "Maier",
    "Roth",
)
WORKFLOWS = ("welcome", "win_back", "review_request", "post_purchase")
STEPS = ("hello", "miss_you", "ask", "howto")
REASONS = (
    ("queued", "due"),
    ("sent", "left"),
    ("deferred", "capped"),
    ("dropped", "no_consent"),
    ("failed", "refused"),
)


@contextmanager
def big_house(folder: str | None = None) -> Iterator[tuple[Runtime, House, bool]]:
    """A house over SQLite with one store of Shopify, and whether it is new and empty; kept in `folder` where one is named."""
    with TemporaryDirectory(prefix="perennial-") if folder is None else nullcontext(folder) as place:
        is_new = not (Path(place) / "house.db").exists()
        config = Config(
            database_url=f"sqlite:///{Path(place) / 'house.db'}",
            outbox_dir=f"{place}/outbox",
            journal_dir=f"{place}/journal",
            shopify_client_id=CLIENT_ID,
            shopify_client_secret=(APP_SECRET,),
            log_level="error",
        )
        runtime = assemble(config, clock=FrozenClock(NOW), worker="benchmark")
        migrate(runtime.database)
        yield runtime, shopify_store(runtime, "big"), is_new
        runtime.close()


def fill(runtime: Runtime, store_id: int, *, customers: int, orders: int) -> None:
    """So many of each, and about as many other rows as such a store would have."""
    dice = random.Random(7)
    _write(runtime, Customer, count=customers, make=lambda n: _customer(n, store_id, dice, orders=orders // customers))
    _write(runtime, Order, count=orders, make=lambda n: _order(n, store_id, n % customers + 1))
    _write(runtime, Fulfillment, count=orders // 10, make=lambda n: _parcel(n, store_id))
    _write(runtime, Consent, count=customers, make=lambda n: _consent(n, store_id))
    _write(runtime, Enrollment, count=customers * 2, make=lambda n: _way(n, store_id, n % customers + 1))
    _write(runtime, Message, count=customers, make=lambda n: _message(n, store_id, n % customers + 1))
    _write(runtime, Outcome, count=customers * 4, make=lambda n: _verdict(n, store_id, customers))


def _write(runtime: Runtime, model: Any, *, count: int, make: Callable[[int], dict[str, Any]]) -> None:
    table = table_of(model)
    insert = sa.insert(table)
    for start in range(0, count, PIECE):
        rows = [make(number) for number in range(start, min(start + PIECE, count))]
        with runtime.database.write() as session:
            bulk(session, insert, table=table, rows=rows)


def _ago(days: float) -> Any:
    return NOW - timedelta(days=days)


def _customer(number: int, store_id: int, dice: random.Random, *, orders: int) -> dict[str, Any]:
    first, last = dice.choice(FIRST), f"{dice.choice(LAST)}{number % 997}"
    name_key, back_key = name_keys(first, last)
    bought = 0 if number % 10 == 0 else 1 if number % 10 < 4 else orders
    return {
        "id": number + 1,
        "store_id": store_id,
        "external_id": str(number),
        "email": f"person{number}@example.com",
        "first_name": first,
        "last_name": last,
        "name_key": name_key,
        "back_key": back_key,
        "country": "DE",
        "email_consent": dice.choice(("subscribed", "subscribed", "unsubscribed", None)),
        "email_consent_at": _ago(30),
        "orders_count": bought,
        "spent": bought * 4900,
        "first_order_at": _ago(700) if bought else None,
        "last_order_at": _ago(dice.random() * 600) if bought else None,
        "said": {"email": [1, 1], "first_name": [1, 1], "last_name": [1, 1], "country": [1, 1]},
        "paused_until": NOW + timedelta(days=10) if number % 5000 == 7 else None,
    }


def _order(number: int, store_id: int, customer: int) -> dict[str, Any]:
    placed = _ago(1 + (number * 7919 % 700_000) / 1000)
    words = {"status": "paid", "raw_status": "paid", "origin": "storefront", "currency": "EUR"}
    return {
        "id": number + 1,
        "store_id": store_id,
        "external_id": str(number + 1),
        "number": f"#{number + 1}",
        "customer_id": customer,
        "counts": True,
        "may_start": True,
        "total": 4900,
        "placed_at": placed,
        "paid_at": placed,
        "updated_at": placed,
        **words,
    }


def _parcel(number: int, store_id: int) -> dict[str, Any]:
    at = _ago(1 + number % 700)
    external = {"external_id": f"p{number}", "order_external_id": str(number * 10 + 1)}
    return {"store_id": store_id, **external, "status": "success", "shipped_at": at, "updated_at": at}


def _consent(number: int, store_id: int) -> dict[str, Any]:
    answer = {"medium": "email", "state": "subscribed", "source": "form"}
    return {"store_id": store_id, "customer_id": number + 1, "at": _ago(30), "recorded_at": _ago(30), **answer}


def _way(number: int, store_id: int, customer: int) -> dict[str, Any]:
    """One in four waits, and of these half are late, as after a pause."""
    due = NOW + timedelta(minutes=number % 50_000 + 1)
    which = number // 4 % 4
    late = timedelta(days=number % 40) if number % 8 == 0 else timedelta(0)
    return {
        "id": number + 1,
        "store_id": store_id,
        "workflow": WORKFLOWS[which],
        "customer_id": customer,
        "subject": f"self:{number}",
        "state": "waiting" if number % 4 == 0 else "done",
        "event_at": _ago(2) - late,
        "step": STEPS[which],
        "due_at": due - late,
        "alarm_at": due,
        "enrolled_at": _ago(2) - late,
        "version": number % 3 + 1,
    }


def _message(number: int, store_id: int, customer: int) -> dict[str, Any]:
    at = _ago(number % 400 + (number % 97) / 100)
    words = {"medium": "email", "purpose": "marketing", "rank": 9, "text": "welcome_hello", "channel": "smtp"}
    return {
        "id": number + 1,
        "store_id": store_id,
        "enrollment_id": number + 1,
        "customer_id": customer,
        "workflow": WORKFLOWS[number % 4],
        "step": "story",
        "key": f"k{number}",
        "state": "failed" if number % 50 == 0 else "sent",
        "due_at": at,
        "stale_at": at + timedelta(days=2),
        "alarm_at": at,
        "created_at": at,
        "sent_at": at,
        **words,
    }


def _verdict(number: int, store_id: int, customers: int) -> dict[str, Any]:
    kind, reason = REASONS[number % 5]
    return {
        "id": number + 1,
        "store_id": store_id,
        "enrollment_id": number % (customers * 2) + 1,
        "customer_id": number % customers + 1,
        "workflow": WORKFLOWS[number % 4],
        "step": "story",
        "turn": number // (customers * 2),
        "kind": kind,
        "reason": reason,
        "at": _ago(number % 400 + (number % 89) / 100),
    }
