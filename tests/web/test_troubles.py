"""A store in every trouble at once: what its pages say of it can be said in another language, and is no machine's word."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app.model import Brake, Connection, Enrollment, Outcome, Store, StoreText, SyncRun
from app.model.delivery import Delivery, DeliveryState
from app.model.sync import SyncState
from app.pipeline.deliver.recover import CRASHED
from app.pipeline.heal import WEBHOOKS
from app.pipeline.inbox import TOO_LARGE
from app.pipeline.ingest import ingest
from app.pipeline.sync.working import BROKE
from app.policy.consent import HOUSE_SILENCE
from app.runtime import Runtime
from connectors.base import SyncKind
from connectors.records import ConsentRecord, ConsentState, CustomerRecord, Medium
from tests.web.brackets import brackets, left_over
from tests.web.pages_town import Browser, live
from tests.web.visiting import House

ON_SQLITE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
PAGES = ("/admin/home", "/admin/customers", "/admin/queue", "/admin/queue?tab=all", "/admin/settings/connection")
# Whatever a store or a name system says, and what a law is called.
THEIRS = re.compile(
    r"(Anna|Ben|Cleo) Fuchs|The corner store|Shopify|\w+@example\.com|corner\.myshopify\.com|EUR"
    r"|^vor \d+ Stunden$|(Nov|Okt)\.( 2026)?|customers/update|answered 418|Europe/Berlin|\w+\.\w+_?\w*$|^form$"
)
SEEN = {
    "orders_since": 1,
    "due_at": "2026-11-19T09:00:00+00:00",
    "consent": "pending",
    "medium": "sms",
    "rule": HOUSE_SILENCE,
    "suppressed": "by_hand",
    "open": "parcel",
    "topic": "refills",
    "brake": "store",
    "winner": "abandoned_checkout",
    "zone": "Europe/Berlin",
    "receipt": "soft_bounced",
    "why": CRASHED,
    "given": None,
}


@pytest.fixture
def troubled(runtime: Runtime, client: FlaskClient, corner: House) -> Browser:
    live(runtime, corner, secret="Fuchs")
    now = runtime.clock.now()
    nobody = CustomerRecord("nobody", None, created_at=now, updated_at=now)
    yes = ConsentRecord(Medium.EMAIL, ConsentState.SUBSCRIBED, now, "form", customer_external_id="nobody")
    with runtime.database.write() as session:
        store = session.get_one(Store, corner.id)
        ingest(session, store=store, records=[nobody, yes], now=now, runtime=runtime)
        session.add_all(_troubles(corner.id, now=now))
        session.execute(sa.update(Connection).values(trouble=f"{WEBHOOKS}answered 418", last_delivery_at=None))
        way = session.scalars(sa.select(Enrollment).order_by(Enrollment.id)).first()
        assert way is not None
        place = {"store_id": corner.id, "enrollment_id": way.id, "customer_id": way.customer_id}
        told = {"workflow": way.workflow, "step": way.step, "kind": "failed", "reason": "bad_text"}
        session.add(Outcome(**place, **told, turn=7, seen=SEEN, at=now))
    with runtime.database.write_inbox() as session:
        old = now - timedelta(hours=2)
        for number, state in enumerate((DeliveryState.WAITING, DeliveryState.ASIDE)):
            row: dict[str, Any] = {
                "store_id": corner.id,
                "topic": "customers/update",
                "key": f"{number}",
                "body": b"{}",
            }
            session.add(Delivery(**row, received_at=old, alarm_at=old, state=state, reason=TOO_LARGE))
    return Browser(client, runtime, corner, "de")


def _troubles(store_id: int, *, now: Any) -> Iterator[object]:
    until = now + timedelta(days=7)
    for workflow in ("", "win_back"):
        yield Brake(store_id=store_id, workflow=workflow, trouble="complaints", sent=900, bad=9, at=now, until=until)
    yield StoreText(store_id=store_id, workflow="welcome", step="hello", version=1, source="S\n{{ x.y }}", at=now)
    run = {"store_id": store_id, "kind": SyncKind.HISTORY, "alarm_at": until, "started_at": now}
    yield SyncRun(**run, state=SyncState.WAITING, phase="orders", done=12, total=90)


@pytest.fixture
def in_brackets(tmp_path: Path) -> Iterator[None]:
    with brackets(tmp_path):
        yield


@ON_SQLITE
@pytest.mark.usefixtures("in_brackets")
def test_every_trouble_can_be_told_in_another_language(troubled: Browser) -> None:
    way = troubled.way()
    paths = (
        *PAGES,
        f"/admin/customers/{way.customer_id}",
        f"/admin/customers/{way.customer_id}/why/{way.id}/{way.step}",
    )
    pages = {path: troubled.get(path).text for path in paths}
    assert [f"{path}: {one}" for path, page in pages.items() for one in left_over(page, but=THEIRS)] == []


@ON_SQLITE
def test_german_pages_tell_troubles_in_german(troubled: Browser) -> None:
    home = troubled.get("/admin/home").text
    assert "Ihre Vergangenheit wird eingelesen: Bestellungen" in home
    assert "„Stille Kunden zurückgewinnen“ hat bis" in home
    assert "Die Webhooks ließen sich nicht einrichten: answered 418" in home
    assert "Person ohne Namen" in troubled.get("/admin/queue").text
    with troubled.runtime.database.write() as session:
        session.execute(sa.update(SyncRun).values(state=SyncState.FAILED, trouble=BROKE))
    assert "Es brach bei uns mehrmals ab" in troubled.get("/admin/home").text


@ON_SQLITE
def test_what_a_verdict_saw_is_shown_as_people_say_it(troubled: Browser) -> None:
    way = troubled.way()
    page = troubled.get(f"/admin/customers/{way.customer_id}/why/{way.id}/{way.step}").text
    told = dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", page))
    assert {"19. Nov., 10:00", "Noch nicht bestätigt", "SMS", "Von Hand", "Paket", "–"} <= set(told.values())
    assert "eigene Regel: Eine fehlende Antwort ist ein Nein" in told.values()
    assert not {"pending", "by_hand", "abandoned_checkout", "2026-11-19T09:00:00+00:00"} & set(told.values())
