"""From a completed order's webhook to the message in a mail server: `python -m tests.benchmarks.orders [ORDERS]` (10,000).

The payload is a real WooCommerce webhook, each with an order, a buyer and a signature of its own. Eight threads check and keep
them, as the web does behind its server, while two workers open, take in, enroll, decide and deliver, each station as often as
the house rings it; the clock runs from the first call to the last message. Beside it the bare durable keeping of as many
payloads, one transaction for 200 of them.

Two figures. The goal speaks of an order's one message and stands beside a product that was asked for one: so it is judged on a
store that has its confirmation of orders on. The other store has every workflow on: then an order makes three pieces of news,
eight enrollments, three steps that fall due at once, five rows of the ledger and two messages, and begins what follows later.
"""

import base64
import hashlib
import hmac
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa

from app import connections
from app.model import Delivery, Message, Store, WorkflowSetting
from app.pipeline.inbox import accept
from app.rows import bulk, table_of
from app.runtime import Runtime
from connectors.base import Credentials
from tests.benchmarks.figures import beside, figure, say
from tests.benchmarks.hands import WORKERS, WholeWay, Work, together
from tests.benchmarks.houses import NOW, house
from tests.benchmarks.sink import sink

GOAL = 1_000
THREADS = 8
CONFIRMATION = "order_confirmation"
PLATFORM, TOPIC, SECRET = "woocommerce", "order.updated", "whsec_bench"
SAMPLE = Path(__file__).parents[1] / "payloads" / "woocommerce" / "webhook.order.updated.06.json"
Call = tuple[dict[str, str], bytes]


def calls(count: int) -> list[Call]:
    """So many completed orders, each of another person."""
    sample = msgspec.json.decode(msgspec.json.decode(SAMPLE.read_bytes())["body_raw"])
    return [_call(sample, number) for number in range(1, count + 1)]


def _call(sample: dict[str, Any], number: int) -> Call:
    at = (NOW - timedelta(seconds=5)).replace(tzinfo=None).isoformat()
    moments = {
        f"date_{what}{zone}": at for what in ("created", "modified", "paid", "completed") for zone in ("", "_gmt")
    }
    billing = {**sample["billing"], "first_name": "Anna", "email": f"buyer{number}@example.com", "country": "DE"}
    order = sample | moments | {"id": number, "number": str(number), "customer_id": number, "billing": billing}
    body = msgspec.json.encode(
        order | {"status": "completed", "refunds": [], "currency": "EUR", "created_via": "checkout"}
    )
    signature = base64.b64encode(hmac.digest(SECRET.encode(), body, hashlib.sha256)).decode()
    return {"X-WC-Webhook-Topic": TOPIC, "X-WC-Webhook-Signature": signature}, body


def main(count: int) -> bool:
    """Print the figures; whether the goal is met by the store that sends one message an order."""
    made = calls(count)
    say(f"{count:,} orders of {len(made[0][1]):,} bytes, {WORKERS} workers, each confirmed once")
    is_met = _whole_way(made, only=CONFIRMATION)
    _whole_way(made)
    return is_met


def _whole_way(made: Sequence[Call], only: str | None = None) -> bool:
    """One store's figure: with one workflow on, or with all of them."""
    count = len(made)
    with sink(keeps=True) as server, house(smtp_url=server.url) as (runtime, _, __, store_id):
        keys = _moved(runtime, store_id)
        _switch_off_all_but(runtime, only)

        def keep() -> None:
            with ThreadPoolExecutor(THREADS) as pool:
                list(pool.map(lambda call: _kept(runtime, store_id, keys=keys, call=call), made))

        begun = time.process_time()
        work = together(runtime.config, WholeWay(), beside=keep)
        door = time.process_time() - begun
        taken, _, names = server.taken()
        _check(runtime, count, names=names)
        limit = _bare(runtime, store_id, made)
    say(f"{only} alone is on" if only else f"every workflow is on, {taken / count:.0f} messages an order")
    is_met = figure("orders from webhook to mail server", count / work.seconds, goal=GOAL)
    _say_costs(work, count, door=door, messages=taken)
    beside("the bare keeping of the same payloads", limit, of=count / work.seconds)
    return is_met


def _switch_off_all_but(runtime: Runtime, only: str | None) -> None:
    if only is not None:
        with runtime.database.write() as session:
            session.execute(sa.update(WorkflowSetting).where(WorkflowSetting.workflow != only).values(is_on=False))


def _check(runtime: Runtime, count: int, *, names: Sequence[str]) -> None:
    """A figure counts only if every order was confirmed once, and every message arrived once."""
    with runtime.database.read() as session:
        sent = sa.select(sa.func.count()).where(Message.state == "sent")
        confirmed, left = session.scalar(sent.where(Message.workflow == CONFIRMATION)), session.scalar(sent)
    if not confirmed == count or not left == len(names) == len(set(names)):
        raise SystemExit(
            f"{count} orders, {confirmed} confirmed, {left} sent, {len(names)} arrived, {len(set(names))} once"
        )


def _say_costs(work: Work, count: int, *, door: float, messages: int) -> None:
    workers, web = 1e6 * work.cpu / count, 1e6 * door / count
    say(f"  {messages / work.seconds:,.0f} messages a second; AutomateWoo on such a machine: about 16 a second")
    say(f"  {workers:,.0f} us of CPU an order in the workers, {web:,.0f} at the door")


def _moved(runtime: Runtime, store_id: int) -> Credentials:
    """The house's store is on WooCommerce from now on."""
    keys = Credentials({"consumer_key": "ck", "consumer_secret": "cs", "webhook_secret": SECRET})
    with runtime.database.write() as session:
        store = session.get_one(Store, store_id)
        store.platform = PLATFORM
        connections.keep(session, store_id=store_id, credentials=keys, vault=runtime.vault, now=NOW)
    return keys


def _kept(runtime: Runtime, store_id: int, *, keys: Credentials, call: Call) -> None:
    connector, (headers, body) = runtime.connectors[PLATFORM], call
    head = connector.head(headers, body)
    if not connector.is_genuine(headers, body, credentials=keys):
        raise SystemExit("a signature of ours is not right")
    accept(runtime, store_id=store_id, head=head, body=body)


def _bare(runtime: Runtime, store_id: int, made: Sequence[Call]) -> float:
    table = table_of(Delivery)
    rows = [
        {"store_id": store_id, "topic": "bare", "key": str(number), "received_at": NOW, "body": body, "state": "done"}
        | {"alarm_at": NOW, "tries": 0}
        for number, (_, body) in enumerate(made)
    ]
    begun = time.perf_counter()
    statement = sa.insert(table)
    for start in range(0, len(rows), 200):
        with runtime.database.write_inbox() as session:
            bulk(session, statement, table=table, rows=rows[start : start + 200])
    return len(rows) / (time.perf_counter() - begun)


if __name__ == "__main__":
    sys.exit(not main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))
