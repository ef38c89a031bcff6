"""A discount code of one's own, made on the platform just before its message leaves.

The wish is a row before the platform is asked, with the code's own name in it: whatever crashes, the next try asks for the
same code and gets the same one. Where a message leaves so late that its code is over, the row is wished anew under another
name first, and the old one ends by itself. Nothing is in a transaction while the platform is asked.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import connections, log
from app.choices import choices_of
from app.model import Customer, DiscountCode, Store
from app.model.code import LEAST_LIFE, CodeState
from app.pipeline.fair import Row
from app.rows import insert, table_of
from app.runtime import Runtime
from connectors.base import Ability, CodeWish
from connectors.errors import Malformed, Permanent, Temporary, Unauthorised, Unsupported
from workflows.language import Code

CODE = table_of(DiscountCode)
CUSTOMER = table_of(Customer)
# Letters and digits that nobody confuses when typing them.
LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
LENGTH = 8
# One store's slow answers hold up the codes of others so long, and one call more; a lease is longer.
LONGEST_MAKING = timedelta(seconds=25)


def make_all(runtime: Runtime, rows: Sequence[tuple[Row, int]]) -> tuple[list[Row], list[Row]]:
    """Make the codes of these messages, each with its percentage: those that have theirs now, and those that must wait. A
    store that does not answer is not asked again by this batch, and nobody is asked for long: the others wait behind it."""
    made: list[Row] = []
    waiting: list[Row] = []
    silent: set[int] = set()
    until = runtime.clock.now() + LONGEST_MAKING
    for row, percent in rows:
        may_ask = row.store_id not in silent and runtime.clock.now() <= until
        is_made = may_ask and _make(runtime, row, percent=percent, silent=silent)
        (made if is_made else waiting).append(row)
    return made, waiting


def _make(runtime: Runtime, row: Row, *, percent: int, silent: set[int]) -> bool:
    with runtime.database.read() as session:
        store = session.get_one(Store, row.store_id)
    connector = runtime.connectors[store.platform]
    workflow = runtime.workflows[row.workflow]
    code = workflow.step(row.step).send.code
    if code is None or Ability.MAKE_CODES not in connector.abilities:
        return False
    wanted = _wanted(runtime, row, code=code, percent=percent)
    if wanted.external_id is not None:
        # One that was redeemed is never made twice, and what is over is never said.
        return _is_good(wanted, now=runtime.clock.now())
    try:
        wish = _wish(runtime, wanted, title=f"{workflow.title}, {percent} %")
        external_id = connector.make_code(
            connections.access_to(runtime, store), wish, profile=connections.profile_of(store)
        )
    except (Temporary, Permanent, Unauthorised, Unsupported, Malformed) as error:
        log.trouble("code_not_made", store_id=store.id, message_id=row.id, error=error)
        if isinstance(error, Temporary | Unauthorised):
            silent.add(store.id)
        return False
    with runtime.database.write() as session:
        values = {"external_id": external_id[:128], "state": CodeState.MADE}
        session.execute(sa.update(CODE).where(CODE.c.id == wanted.id).values(**values))
    return True


def _wanted(runtime: Runtime, row: Row, *, code: Code, percent: int) -> Any:
    """The row of this wish, made where there is none, and made anew where its code is over or about to be."""
    now = runtime.clock.now()
    with runtime.database.write() as session:
        beginning = choices_of(session.get_one(Store, row.store_id)).code_prefix
        fresh = {
            "code": beginning + "".join(secrets.choice(LETTERS) for _ in range(LENGTH)),
            "percent": percent,
            "worth": _worth(session, row, percent=percent),
            "state": CodeState.WANTED,
            "wanted_at": now,
            "expires_at": now + code.valid,
        }
        values = {
            "store_id": row.store_id,
            "enrollment_id": row.enrollment_id,
            "customer_id": row.customer_id,
            "workflow": row.workflow,
            "step": row.step,
            **fresh,
        }
        session.execute(insert(session, CODE).values(**values).on_conflict_do_nothing())
        same = (CODE.c.enrollment_id == row.enrollment_id, CODE.c.step == row.step)
        is_over = (CODE.c.expires_at <= now + LEAST_LIFE, CODE.c.state != CodeState.REDEEMED)
        session.execute(sa.update(CODE).where(*same, *is_over).values(**fresh, external_id=None))
        return session.execute(sa.select(CODE).where(*same)).one()


def _is_good(made: Any, *, now: datetime) -> bool:
    return bool(made.expires_at > now + LEAST_LIFE)


def worth(spent: int, orders: int, *, percent: int) -> int:
    """What a code is reckoned to give away to somebody who spent this much in so many orders, in minor units."""
    return int(spent * percent // (100 * max(orders, 1)))


def _worth(session: Session, row: Row, *, percent: int) -> int:
    """What it is reckoned to give away: its share of what this person's orders come to on average."""
    person = session.execute(
        sa.select(CUSTOMER.c.spent, CUSTOMER.c.orders_count).where(CUSTOMER.c.id == row.customer_id)
    ).one()
    return worth(person.spent, person.orders_count, percent=percent)


def _wish(runtime: Runtime, wanted: Any, *, title: str) -> CodeWish:
    with runtime.database.read() as session:
        person = session.execute(
            sa.select(CUSTOMER.c.external_id, CUSTOMER.c.email).where(CUSTOMER.c.id == wanted.customer_id)
        ).one()
    return CodeWish(
        code=wanted.code,
        percent=wanted.percent,
        title=title,
        starts_at=wanted.wanted_at,
        expires_at=wanted.expires_at,
        customer_external_id=person.external_id,
        email=person.email,
    )


def given_away(session: Session, store_id: int, *, workflow: str, now: datetime, but: Sequence[int] = ()) -> int:
    """What this workflow's codes of the last thirty days are reckoned to give away, in minor units; `but` those of these
    enrollments, which are judged just now."""
    query = sa.select(sa.func.coalesce(sa.func.sum(CODE.c.worth), 0)).where(
        CODE.c.store_id == store_id,
        CODE.c.workflow == workflow,
        CODE.c.wanted_at > now - timedelta(days=30),
        CODE.c.enrollment_id.not_in(but),
    )
    return int(session.scalar(query) or 0)


def remove_old(runtime: Runtime, *, limit: int = 50) -> int:
    """Take codes away that are over and were not redeemed; how many."""
    over = sa.and_(CODE.c.state == CodeState.MADE, CODE.c.expires_at < runtime.clock.now() - timedelta(days=1))
    with runtime.database.read() as session:
        rows = session.execute(sa.select(CODE).where(over).order_by(CODE.c.expires_at).limit(limit)).all()
        stores = {row.store_id: session.get_one(Store, row.store_id) for row in rows}
    for row in rows:
        _remove(runtime, row, store=stores[row.store_id])
    return len(rows)


def _remove(runtime: Runtime, row: Any, *, store: Store) -> None:
    """Once: a platform that does not answer keeps a code that is over and good for nothing."""
    try:
        connector = runtime.connectors[store.platform]
        connector.remove_code(connections.access_to(runtime, store), row.external_id)
    except (Temporary, Permanent, Unauthorised, Unsupported, Malformed) as error:
        log.trouble("code_not_removed", store_id=store.id, error=error)
    with runtime.database.write() as session:
        session.execute(sa.update(CODE).where(CODE.c.id == row.id).values(state=CodeState.REMOVED))
