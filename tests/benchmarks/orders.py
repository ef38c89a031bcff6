"""From a completed order's webhook to the message in a mail server: `python -m tests.benchmarks.orders [ORDERS]` (10,000).

The payload is a real WooCommerce webhook, each with an order, a buyer and a signature of its own. Eight threads check and keep
them, as the web does behind its server, while two workers open, take in, enroll, decide and deliver; the clock runs from the
first call to the last message. Every workflow is on, so that each order also begins what follows it weeks later. Beside it the
bare durable keeping of as many payloads, one transaction for 200 of them.
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
from app.model import Delivery, Message, Store
from app.pipeline.inbox import accept
from app.rows import bulk, table_of
from app.runtime import Runtime
from connectors.base import Credentials
from tests.benchmarks.figures import beside, figure, say
from tests.benchmarks.hands import WORKERS, together, whole_way
from tests.benchmarks.houses import NOW, house
from tests.benchmarks.sink import sink

GOAL = 1_000
THREADS = 8
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
    """Print the figures; whether the goal is met."""
    made = calls(count)
    with sink(keeps=True) as server, house(smtp_url=server.url) as (runtime, _, __, store_id):
        keys = _moved(runtime, store_id)

        def keep() -> None:
            with ThreadPoolExecutor(THREADS) as pool:
                list(pool.map(lambda call: _kept(runtime, store_id, keys=keys, call=call), made))

        work = together(runtime.config, whole_way, beside=keep)
        taken, _, names = server.taken()
        with runtime.database.read() as session:
            query = sa.select(sa.func.count()).where(Message.workflow == "order_confirmation", Message.state == "sent")
            confirmed = session.scalar(query)
        if not confirmed == count <= taken == len(set(names)):
            raise SystemExit(f"{count} orders, {confirmed} confirmed, {taken} arrived, {len(set(names))} of them once")
        limit = _bare(runtime, store_id, made)
    rate = count / work.seconds
    say(f"{count:,} orders of {len(made[0][1]):,} bytes, {WORKERS} workers, each confirmed once")
    is_met = figure("orders from webhook to mail server", rate, goal=GOAL)
    say(f"  {count / work.cpu:,.0f} a CPU second of the workers; AutomateWoo on such a machine: about 16 a second")
    beside("the bare keeping of the same payloads", limit, of=rate)
    return is_met


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
