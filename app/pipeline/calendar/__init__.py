"""What falls on a day: birthdays, anniversaries, what runs out, parcels that are late. Reckoned ahead, once a day a store,
and parcels once an hour.

Nothing is sent here. Each day becomes news for `enroll`, with its moment as the anchor that steps count from, before it or
after it; whether it still holds is asked when a step falls due, like everything else. So a day that was missed, or reckoned
twice, does no harm: the occasion is the subject, and a subject is taken in once.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from operator import attrgetter

from sqlalchemy.orm import Session

from app import log
from app.model import Store
from app.model.event import EventKind
from app.pipeline.calendar import days, parcels, replenishing
from app.pipeline.enroll import News, enroll
from app.runtime import Runtime
from workflows.language import Workflow

Reckon = Callable[..., Sequence[News]]
# Who reckons the news of each kind; one that no workflow listens for, or only ones that are off, is not reckoned.
RECKONERS: Mapping[EventKind, Reckon] = {
    EventKind.BIRTHDAY: days.birthdays,
    EventKind.ANNIVERSARY: days.anniversaries,
    EventKind.REPLENISHMENT_DUE: replenishing.due,
    EventKind.PARCEL_LATE: parcels.late,
}
# A parcel is late at any hour, and the store wants to be the first to say so; the others fall on a day.
BY_DAY = frozenset(RECKONERS) - {EventKind.PARCEL_LATE}
BY_HOUR = frozenset({EventKind.PARCEL_LATE})


def reckon(runtime: Runtime, store_id: int, *, kinds: Collection[EventKind] = tuple(RECKONERS)) -> int:
    """Reckon a store's coming days and take in whom they concern; how much news that was."""
    now = runtime.clock.now()
    count = 0
    for kind in kinds:
        reckoner = RECKONERS[kind]
        listening = {name: one for name, one in runtime.workflows.items() if _listens(one, kind)}
        with runtime.database.read() as session:
            store = session.get_one(Store, store_id)
            news = reckoner(session, store, workflows=listening, now=now) if listening else ()
        # A table has no order of its own: PostgreSQL lays a changed row wherever there is room.
        news = sorted(news, key=attrgetter("customer_id"))
        for start in range(0, len(news), PIECE):
            _take_in(runtime, store_id, news=news[start : start + PIECE], workflows=listening, now=now)
        count += len(news)
    log.done("days_reckoned", store_id=store_id, count=count)
    return count


PIECE = 500


def _listens(workflow: Workflow, kind: EventKind) -> bool:
    return any(on.event == kind for on in workflow.starts.on)


def _take_in(
    runtime: Runtime, store_id: int, *, news: Sequence[News], workflows: Mapping[str, Workflow], now: datetime
) -> None:
    with runtime.database.write() as session:
        enroll(session, store=_store(session, store_id), events=news, workflows=workflows, now=now)


def _store(session: Session, store_id: int) -> Store:
    return session.get_one(Store, store_id)
