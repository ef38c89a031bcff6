"""The commands about stores and their customers: stores, sync, why."""

import click
import sqlalchemy as sa
from flask.cli import with_appcontext

from app.cli.finding import store_named
from app.model import Connection, Store, SyncRun
from app.reports.never import never
from app.reports.why import UnknownCustomerError, find_customer
from app.reports.why import why as reasons
from app.web.house import runtime
from connectors.base import SyncKind


@click.command()
@with_appcontext
def stores() -> None:
    """List the stores: their connection and how far their history has come in."""
    with runtime().database.read() as session:
        found = session.scalars(sa.select(Store).order_by(Store.id)).all()
        connections = {one.store_id: one.state for one in session.scalars(sa.select(Connection))}
        runs = {
            one.store_id: one for one in session.scalars(sa.select(SyncRun).order_by(SyncRun.started_at, SyncRun.id))
        }
    for store in found:
        state = f"{store.state}, {connections.get(store.id, 'no connection')}, {_progress(runs.get(store.id))}"
        click.echo(f"{store.id:>4}  {store.platform:<12} {store.address:<40} {state}")
    if not found:
        click.echo("No store is installed yet.")


def _progress(run: SyncRun | None) -> str:
    if run is None:
        return "never synced"
    total = "" if run.total is None else f" of {run.total}"
    return f"{run.kind} {run.state}: {run.done}{total}"


@click.command()
@click.argument("store")
@click.option("--history", is_flag=True, help="read everything again, instead of what changed since the last time")
@with_appcontext
def sync(store: str, history: bool) -> None:
    """Have a store's changes read again now. History is facts: it starts no workflow."""
    from app.pipeline.sync import begin

    kind = SyncKind.HISTORY if history else SyncKind.CHANGES
    with runtime().database.write() as session:
        found = store_named(session, store)
        begin(session, store_id=found.id, kind=kind, since=None, now=runtime().clock.now())
        click.echo(
            f"{found.address}: asked for. A running worker does it; `flask --app app stores` shows how far it is."
        )


@click.command()
@click.argument("store")
@click.argument("customer")
@with_appcontext
def why(store: str, customer: str) -> None:
    """Say why a customer got, or did not get, what they got. CUSTOMER: an id, an address or a phone number."""
    with runtime().database.read() as session:
        found = store_named(session, store)
        try:
            lines = reasons(session, store_id=found.id, customer=customer)
            who = find_customer(session, store_id=found.id, customer=customer)
        except UnknownCustomerError as error:
            raise click.UsageError(f"{found.address}: {error}.") from None
        absent = never(session, store_id=found.id, customer_id=who, workflows=runtime().workflows)
    for one in lines:
        until = f" (asked again {one.until:%Y-%m-%d %H:%M} UTC)" if one.until else ""
        click.echo(
            f"{one.at:%Y-%m-%d %H:%M}  {one.workflow}/{one.step}  {one.what}: {one.sentence} [{one.reason}]{until}"
        )
        if one.seen:
            click.echo(f"{'':18}seen: {', '.join(f'{name}={value}' for name, value in one.seen.items())}")
    if not lines:
        click.echo("Nothing was decided about this customer yet, and nothing waits.")
    for one_never in absent:
        click.echo(f"Never in {one_never.workflow}: {one_never.sentence}")


COMMANDS = (stores, sync, why)
