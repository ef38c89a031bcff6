"""A message said again, for somebody who reads it in a browser: its words are not stored, so they are made once more.

The page may be passed on, so it has no way to unsubscribe or to choose in somebody else's name.
"""

from dataclasses import replace

import sqlalchemy as sa

from app.facts import Ask, gather
from app.model import Customer, Enrollment, Message, MessageState, Store, StoreState
from app.pipeline.deliver.envelopes import Scribe, Text, letterhead_of
from app.pipeline.texts import own_texts
from app.pipeline.versions import settings_of
from app.render import BadTextError, Rendered, render
from app.rows import table_of
from app.runtime import Runtime

MESSAGE, ENROLLMENT, CUSTOMER = map(table_of, (Message, Enrollment, Customer))
READABLE = (MessageState.SENT, MessageState.IN_DOUBT, MessageState.SENDING)


def said_again(runtime: Runtime, store_id: int, *, message_id: int) -> Rendered | None:
    """The words of a message that left; None where there is none such, or whom it was for is gone."""
    query = (
        sa.select(MESSAGE, ENROLLMENT.c.subject, ENROLLMENT.c.event_at, ENROLLMENT.c.version)
        .join(ENROLLMENT, ENROLLMENT.c.id == MESSAGE.c.enrollment_id)
        .where(MESSAGE.c.id == message_id, MESSAGE.c.store_id == store_id, MESSAGE.c.state.in_(READABLE))
    )
    with runtime.database.read() as session:
        row = session.execute(query).first()
        workflow = runtime.workflows.get(row.workflow) if row is not None else None
        if row is None or workflow is None or row.step not in {one.name for one in workflow.steps}:
            return None
        store, customer = session.get_one(Store, store_id), session.get_one(Customer, row.customer_id)
        if customer.is_erased or store.state == StoreState.ERASED:
            return None
        settings = settings_of(session, store_id, wanted={(row.workflow, row.version)})
        turned = workflow.turned(settings.dials(row.workflow, version=row.version))
        ask = Ask(row.id, row.customer_id, row.subject, row.event_at, row.medium, turned)
        facts = gather(session, store, asks=[ask], now=row.sent_at or row.due_at, with_items=True)[row.id][0]
        own = own_texts(session, store_id).get((row.workflow, row.step))
        text = Text(row, letterhead_of(store), customer, facts=facts, own=own)
    try:
        voice = Scribe(runtime.config, runtime.signer).voice(text, link=None)
        return render(text.words, facts, voice=replace(voice, view_url=None))
    except BadTextError:
        return None
