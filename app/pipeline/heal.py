"""Make a store's webhooks right: after every install, every night, and when the merchant asks."""

from typing import Any

import sqlalchemy as sa

from app import connections, links
from app.model import Connection, Store
from app.runtime import Runtime
from connectors.base import Healing
from connectors.errors import Malformed, Permanent, Unauthorised

WEBHOOKS = "Its webhooks could not be set up: "


def heal(runtime: Runtime, store_id: int) -> Healing:
    """What was right, made anew and removed. Raises as `StoreConnector.heal`; Unsupported where the platform keeps them.

    What will never work is noted with the connection until it works; what else is noted there is not ours to take away.
    """
    with runtime.database.read() as session:
        store = session.get_one(Store, store_id)
    address = links.webhook_url(runtime.config.app_url, store.platform, public_key=store.public_key)
    try:
        healing = runtime.connectors[store.platform].heal(connections.access_to(runtime, store), address)
    except (Permanent, Malformed, Unauthorised) as error:
        _note(runtime, store_id, trouble=f"{WEBHOOKS}{error}"[:500])
        raise
    _note(runtime, store_id, trouble=None, webhooks_checked_at=runtime.clock.now())
    return healing


def _note(runtime: Runtime, store_id: int, *, trouble: str | None, **values: Any) -> None:
    said = Connection.trouble
    is_ours = sa.or_(said.is_(None), said.startswith(WEBHOOKS, autoescape=True))
    values |= {"trouble": sa.case((is_ours, trouble), else_=said)}
    with runtime.database.write() as session:
        session.execute(sa.update(Connection).where(Connection.store_id == store_id).values(**values))
