"""Two stores whose people have lived a little, and an admin's browser that asks for their pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.model import Customer, Enrollment, Store
from app.pipeline.ingest import ingest
from app.pipeline.switch import switch
from app.runtime import Runtime
from connectors.records import (
    ConsentRecord,
    ConsentState,
    CustomerRecord,
    FulfillmentRecord,
    LineRecord,
    Medium,
    OrderRecord,
    OrderStatus,
)
from tests.web.visiting import House, staff_of

NAMES = ("anna", "ben", "cleo")


@dataclass
class Browser:
    """Asks as a verified member of one store's staff; every answer is what our script gets."""

    client: FlaskClient
    runtime: Runtime
    house: House
    language: str = "en"

    def get(self, path: str, **given: Any) -> TestResponse:
        return self.client.get(path, headers=self._head(), **given)

    def post(self, path: str, **fields: Any) -> TestResponse:
        return self.client.post(path, data=fields, headers=self._head())

    def _head(self) -> dict[str, str]:
        return {**staff_of(self.runtime, self.house), "Accept-Language": self.language}

    def person(self, name: str = "anna") -> int:
        query = sa.select(Customer.id).where(
            Customer.store_id == self.house.id, Customer.email == f"{name}@example.com"
        )
        with self.runtime.database.read() as session:
            return session.scalars(query).one()

    def way(self, name: str = "anna") -> Enrollment:
        with self.runtime.database.read() as session:
            query = sa.select(Enrollment).where(Enrollment.customer_id == self.person(name)).order_by(Enrollment.id)
            return next(iter(session.scalars(query)))

    def way_fields(self, name: str = "anna") -> dict[str, Any]:
        way = self.way(name)
        return {"what": "enrollment", "id": way.id, "step": way.step, "tries": way.tries}


def live(runtime: Runtime, house: House, *, secret: str) -> None:
    """Anna, Ben and Cleo join, order, get a parcel and wait for the welcome; their last names are the store's own `secret`."""
    now = runtime.clock.now()
    with runtime.database.write() as session:
        store = session.get_one(Store, house.id)
        store.live_since = now - timedelta(days=2)
        switch(session, store_id=house.id, workflow="welcome", is_on=True, now=now - timedelta(days=1))
    records: list[Any] = []
    for number, name in enumerate(NAMES):
        answer = ConsentRecord(Medium.EMAIL, ConsentState.SUBSCRIBED, now, "form", customer_external_id=f"{name}")
        buyer = CustomerRecord(
            name, f"{name}@example.com", first_name=name.title(), last_name=secret, created_at=now, updated_at=now
        )
        order = OrderRecord(
            f"{number + 1}",
            f"#{1001 + number}",
            placed_at=now - timedelta(days=3),
            updated_at=now,
            currency="EUR",
            total=1000 * (number + 1),
            status=OrderStatus.PAID,
            raw_status="paid",
            lines=(LineRecord("Tea", 1, 1000),),
            buyer=buyer,
        )
        parcel = FulfillmentRecord(f"p{number}", f"{number + 1}", now, "success", shipped_at=now - timedelta(days=1))
        records += [buyer, answer, order, parcel]
    with runtime.database.write() as session:
        ingest(session, store=session.get_one(Store, house.id), records=records, now=now, runtime=runtime)


@contextmanager
def counted(runtime: Runtime) -> Iterator[list[str]]:
    """The statements that the database is asked meanwhile."""
    asked: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA", "ROLLBACK", "COMMIT")):
            asked.append(statement)

    sa.event.listen(runtime.database.main, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        sa.event.remove(runtime.database.main, "before_cursor_execute", note)
