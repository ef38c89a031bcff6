"""Two rows for one person become one: everything of the one that goes moves to the one that stays, and nothing is lost."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.facts.rights import joined_wishes
from app.model import (
    Checkout,
    Confirmation,
    Consent,
    Customer,
    Deed,
    Device,
    DiscountCode,
    Enrollment,
    EnrollmentState,
    Event,
    Forecast,
    Identity,
    Interest,
    Message,
    Note,
    Order,
    Outcome,
    Review,
    Store,
    Tag,
)
from app.policy.caps import KEPT
from app.rows import table_of

MOVED = (Confirmation, Order, Review, Checkout, Outcome, Message, Identity, Device, DiscountCode, Note, Deed)


def merge_rows(session: Session, store: Store, *, gone: int, kept: int) -> None:
    """Move all that belongs to the customer `gone` to `kept`, then delete the row of `gone`."""
    for model in MOVED:
        table = table_of(model)
        session.execute(sa.update(table).where(table.c.customer_id == gone).values(customer_id=kept))
    _merge_events(session, gone=gone, kept=kept)
    _merge_consents(session, gone=gone, kept=kept)
    _merge_interests(session, gone=gone, kept=kept)
    _merge_tags(session, gone=gone, kept=kept)
    # What was expected of either is reckoned anew for the one that they are.
    forecast = table_of(Forecast)
    session.execute(sa.delete(forecast).where(forecast.c.customer_id.in_((gone, kept))))
    _merge_enrollments(session, sa.true(), gone=gone, kept=kept)
    _merge_pace(session, gone=gone, kept=kept)
    customer = table_of(Customer)
    session.execute(sa.delete(customer).where(customer.c.store_id == store.id, customer.c.id == gone))


def _merge_events(session: Session, *, gone: int, kept: int) -> None:
    """News about the person (not about an order) is told once: of two tellings the earlier one holds."""
    table = table_of(Event)
    ours, theirs = f"customer:{kept}", f"customer:{gone}"
    rows = session.execute(
        sa.select(table).where(table.c.customer_id.in_((gone, kept)), table.c.subject.in_((ours, theirs)))
    ).all()
    for kind in {row.kind for row in rows}:
        first, *doubled = sorted((row for row in rows if row.kind == kind), key=lambda row: row.at)
        if doubled:
            session.execute(sa.delete(table).where(table.c.id.in_([row.id for row in doubled])))
        session.execute(sa.update(table).where(table.c.id == first.id).values(subject=ours))
    session.execute(sa.update(table).where(table.c.customer_id == gone).values(customer_id=kept))


def _merge_consents(session: Session, *, gone: int, kept: int) -> None:
    """Answers are kept once: the same answer at the same moment may stand with both."""
    table = table_of(Consent)
    ours = sa.select(table.c.medium, table.c.at, table.c.state).where(table.c.customer_id == kept)
    have = {tuple(row) for row in session.execute(ours)}
    theirs = session.execute(sa.select(table).where(table.c.customer_id == gone)).all()
    doubled = [row.id for row in theirs if (row.medium, row.at, row.state) in have]
    if doubled:
        session.execute(sa.delete(table).where(table.c.id.in_(doubled)))
    session.execute(sa.update(table).where(table.c.customer_id == gone).values(customer_id=kept))


def _merge_interests(session: Session, *, gone: int, kept: int) -> None:
    """Of two looks at the same product the later one stays."""
    table = table_of(Interest)
    ours = {
        (row.product_external_id, row.kind): row.at
        for row in session.execute(sa.select(table).where(table.c.customer_id == kept))
    }
    for row in session.execute(sa.select(table).where(table.c.customer_id == gone)).all():
        before = ours.get((row.product_external_id, row.kind))
        same = (table.c.product_external_id == row.product_external_id, table.c.kind == row.kind)
        loser = gone if before is not None and before >= row.at else kept
        session.execute(sa.delete(table).where(table.c.customer_id == loser, *same))
    session.execute(sa.update(table).where(table.c.customer_id == gone).values(customer_id=kept))


def _merge_tags(session: Session, *, gone: int, kept: int) -> None:
    """A word that both have is there once."""
    table = table_of(Tag)
    ours = sa.select(table.c.word).where(table.c.customer_id == kept)
    session.execute(sa.delete(table).where(table.c.customer_id == gone, table.c.word.in_(ours)))
    session.execute(sa.update(table).where(table.c.customer_id == gone).values(customer_id=kept))


def hand_over(session: Session, subject: str, *, store_id: int, gone: int, kept: int) -> None:
    """What is on its way about this subject (an order that turned out to be another's) goes on with `kept`."""
    table = table_of(Enrollment)
    _merge_enrollments(session, sa.and_(table.c.store_id == store_id, table.c.subject == subject), gone=gone, kept=kept)


def _merge_enrollments(session: Session, which: sa.ColumnElement[bool], *, gone: int, kept: int) -> None:
    """Where both are on the way through one workflow about one subject, only one goes on, and it is the one further along:
    the other is stopped under a subject of its own, so that its ledger stays and nothing is said twice. Where nothing was
    decided of either yet, the one that began earlier goes on, as if the two had always been one."""
    table = table_of(Enrollment)
    was_judged = sa.exists().where(table_of(Outcome).c.enrollment_id == table.c.id).label("was_judged")
    query = sa.select(table, was_judged).where(which)
    ours = {(row.workflow, row.subject): row for row in session.execute(query.where(table.c.customer_id == kept))}
    for row in session.execute(query.where(table.c.customer_id == gone)).all():
        rival = ours.get((row.workflow, row.subject))
        if rival is not None:
            loser = rival if _is_further(row, rival) else row
            _retire(session, loser)
            if loser is row and not _has_ledger(row):
                continue
        session.execute(sa.update(table).where(table.c.id == row.id).values(customer_id=kept))


def _has_ledger(row: sa.Row[Any]) -> bool:
    return bool(row.was_judged or row.state != EnrollmentState.WAITING)


def _is_further(one: sa.Row[Any], other: sa.Row[Any]) -> bool:
    """Whether `one` has come further than `other`: ended before waiting, then the later step's due time; of two of which
    nothing was decided yet, the surer and earlier."""
    if not _has_ledger(one) and not _has_ledger(other):
        return bool((one.anchor_rank, one.event_at) < (other.anchor_rank, other.event_at))
    return _way(one) > _way(other)


def _way(row: sa.Row[Any]) -> tuple[bool, bool, datetime]:
    return (row.state != EnrollmentState.WAITING, _has_ledger(row), row.due_at)


def _retire(session: Session, row: sa.Row[Any]) -> None:
    table = table_of(Enrollment)
    if not _has_ledger(row):
        session.execute(sa.delete(table).where(table.c.id == row.id))
        return
    state = EnrollmentState.STOPPED if row.state == EnrollmentState.WAITING else row.state
    values = {"subject": f"{row.subject}~{row.id}"[:128], "state": state}
    session.execute(sa.update(table).where(table.c.id == row.id).values(**values))


def _merge_pace(session: Session, *, gone: int, kept: int) -> None:
    """What both were sent counts against the caps of the one they are, and so do a last goodbye to and a pause of either."""
    table = table_of(Customer)
    columns = (table.c.id, table.c.pace, table.c.resting_since, table.c.paused_until)
    query = sa.select(*columns, table.c.wishes, table.c.merged_at).where(table.c.id.in_((gone, kept)))
    rows = session.execute(query).all()
    paces = {row.id: row.pace or {} for row in rows}
    media = {medium for pace in paces.values() for medium in pace}
    merged = {
        medium: sorted((one for pace in paces.values() for one in pace.get(medium, [])), reverse=True)[:KEPT]
        for medium in media
    }
    rests = max((row.resting_since for row in rows if row.resting_since is not None), default=None)
    paused = max((row.paused_until for row in rows if row.paused_until is not None), default=None)
    met = max((row.merged_at for row in rows if row.merged_at is not None), default=None)
    wishes = joined_wishes([row.wishes or {} for row in rows])
    if merged or wishes or any((rests, paused, met)):
        values = {"pace": merged, "resting_since": rests, "paused_until": paused, "wishes": wishes, "merged_at": met}
        session.execute(sa.update(table).where(table.c.id == kept).values(**values))


def note_merge(session: Session, kept: int, *, at: datetime) -> None:
    """When another account last went into this one: until they answer again, the stricter side's answer holds."""
    table = table_of(Customer)
    is_later = sa.or_(table.c.merged_at.is_(None), table.c.merged_at < at)
    session.execute(sa.update(table).where(table.c.id == kept, is_later).values(merged_at=at))
