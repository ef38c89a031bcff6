"""The setup guide: six things, each done as soon as it is so, until the merchant wants to see it no more."""

from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.choices import choices_of
from app.model import Message, MessageState, Store, WorkflowSetting
from app.reports.overview import ConnectionView
from app.rows import table_of

MESSAGE = table_of(Message)
SETTING = table_of(WorkflowSetting)


class Task(StrEnum):
    CONNECT = "connect"
    HISTORY = "history"
    SENDER = "sender"
    POSTAL_ADDRESS = "postal_address"
    WORKFLOW = "workflow"
    FIRST_MESSAGE = "first_message"


@dataclass(frozen=True, slots=True)
class Guide:
    """What is done, in the order of the tasks. It is not shown where the merchant dismissed it or all is done."""

    done: frozenset[Task]
    is_dismissed: bool

    @property
    def is_shown(self) -> bool:
        return not self.is_dismissed and len(self.done) < len(Task)

    @property
    def next(self) -> Task | None:
        return next((one for one in Task if one not in self.done), None)


def guide(session: Session, store: Store, *, connection: ConnectionView) -> Guide:
    """How far the setup is."""
    history = connection.history
    on = sa.exists().where(SETTING.c.store_id == store.id, SETTING.c.is_on)
    sent = sa.exists().where(MESSAGE.c.store_id == store.id, MESSAGE.c.state == MessageState.SENT)
    is_on, has_sent = session.execute(sa.select(on, sent)).one()
    facts = {
        Task.CONNECT: connection.state == "connected",
        Task.HISTORY: history is not None and history.state == "done",
        Task.SENDER: bool(store.sender_address),
        Task.POSTAL_ADDRESS: bool(store.postal_address),
        Task.WORKFLOW: bool(is_on),
        Task.FIRST_MESSAGE: bool(has_sent),
    }
    return Guide(frozenset(task for task, is_done in facts.items() if is_done), choices_of(store).guide_is_dismissed)
