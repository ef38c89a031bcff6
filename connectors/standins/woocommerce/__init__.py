"""A WooCommerce store to try the app against with no account: real HTTP on loopback, real signatures, real oddities.

It is written from what was seen on real stores, not from our connector, and knows nothing of the house. Where it
knowingly differs: callback addresses over http are taken on loopback; webhooks and keys are only ever sent to loopback;
one browser may be a shop manager and a shopper at once.
"""

from collections.abc import Callable
from datetime import datetime

from connectors.standins import history as past
from connectors.standins.history import History
from connectors.standins.woocommerce import machine, seed, site
from connectors.standins.woocommerce.actions.catalogue import Catalogue
from connectors.standins.woocommerce.actions.coupons import Coupons
from connectors.standins.woocommerce.actions.customers import Customers
from connectors.standins.woocommerce.actions.orders import Orders
from connectors.standins.woocommerce.faults import Faults
from connectors.standins.woocommerce.standin import StandIn
from connectors.standins.woocommerce.state import State
from connectors.standins.woocommerce.store import Store
from connectors.standins.woocommerce.webhooks import Webhooks

__all__ = ["StandIn", "create_standin"]


def create_standin(  # noqa: PLR0913 - the traits of a store, each named and most with a default
    *,
    url: str,
    zone: str = "America/New_York",
    now: Callable[[], datetime],
    history: History | None = None,
    with_history: bool = False,
    control_key: str | None = None,
    plugin_app_url: str | None = None,
    has_plugin: bool = True,
    behind_tls: bool = False,
    version: str = "10.9.1",
    machine_now: Callable[[], datetime] | None = None,
) -> StandIn:
    """A store that thinks it lives at `url` in `zone`, with six products, or with a history and the products of that.

    `now` is the store's clock. OAuth timestamps, which clients take from their machine, are held against `machine_now`
    (by default the machine's clock), so a frozen `now` does not lock a client out. With `behind_tls` every request
    counts as HTTPS and Basic auth is taken. Without `has_plugin` the companion plugin's routes are not there. `version` is
    that of WooCommerce: drafts and review webhooks depend on it.
    """
    if with_history and history is None:
        history = past.load(until=now())
    currency = history.currency if history is not None else "USD"
    state = State(url=url, zone=zone, now=now, currency=currency, version=version)
    hooks = Webhooks(state)
    customers, catalogue, coupons = Customers(state, hooks), Catalogue(state, hooks), Coupons(state, hooks)
    store = Store(
        state=state,
        webhooks=hooks,
        customers=customers,
        catalogue=catalogue,
        coupons=coupons,
        orders=Orders(state, hooks, customers=customers, catalogue=catalogue, coupons=coupons),
        faults=Faults(),
        behind_tls=behind_tls,
        machine_now=machine_now or machine.now,
        plugin_app_url=plugin_app_url.rstrip("/") if plugin_app_url else None,
        has_plugin=has_plugin,
        control_key=control_key,
    )
    opened = history.purchases[0].at if history is not None and history.purchases else state.now()
    seed.staff(customers, at=opened)
    if history is None:
        seed.small_catalogue(catalogue)
    else:
        seed.past(state, history, customers=customers, catalogue=catalogue)
    return StandIn(store, site.build(store))
