"""Make a store's webhooks right: after every install, every night, and when the merchant asks."""

import sqlalchemy as sa

from app import connections, links
from app.model import Connection, Store
from app.runtime import Runtime
from connectors.base import Healing


def heal(runtime: Runtime, store_id: int) -> Healing:
    """What was right, made anew and removed. Raises as `StoreConnector.heal`; Unsupported where the platform keeps them."""
    with runtime.database.read() as session:
        store = session.get_one(Store, store_id)
    address = links.webhook_url(runtime.config.app_url, store.platform, public_key=store.public_key)
    healing = runtime.connectors[store.platform].heal(connections.access_to(runtime, store), address)
    with runtime.database.write() as session:
        session.execute(
            sa.update(Connection)
            .where(Connection.store_id == store_id)
            .values(webhooks_checked_at=runtime.clock.now(), trouble=None)
        )
    return healing
