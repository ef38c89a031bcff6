"""The commands that measure: rehearse, results."""

from datetime import UTC, date, datetime, timedelta

import click
from flask.cli import with_appcontext

from app.cli.finding import store_named, workflow_named
from app.insight.effect import Finding
from app.model import WorkflowSetting
from app.policy import SENTENCES, Reason
from app.rehearsal import CannotRehearseError, Rehearsed, rehearse_in_parts
from app.render.context import money
from app.reports.results import Results
from app.reports.results import results as measured
from app.web.house import runtime

MOST_SHOWN = 20


def _day(_: click.Context, __: click.Parameter, text: str) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC)
    except ValueError:
        raise click.BadParameter("write a day like 2026-01-31") from None


@click.command()
@click.argument("store")
@click.argument("workflow")
@click.option("--since", required=True, callback=_day, metavar="DATE", help="the first day to replay, as 2026-01-31")
@with_appcontext
def rehearse(*, store: str, workflow: str, since: datetime) -> None:
    """Replay a store's history through a workflow: who would have been sent what, and who held back, and why."""
    known = workflow_named(runtime(), workflow)
    with runtime().database.read() as session:
        found = store_named(session, store)
        setting = session.get(WorkflowSetting, (found.id, known.name))
        dials, store_id = setting.dials if setting else {}, found.id
    now = runtime().clock.now()
    try:
        told = rehearse_in_parts(
            runtime().database, store_id=store_id, workflow=known.name, dials=dials, since=since, now=now
        )
    except CannotRehearseError as error:
        raise click.ClickException(str(error)) from None
    _tell_rehearsal(told)


def _tell_rehearsal(told: Rehearsed) -> None:
    people = len({one.customer_id for one in told.said})
    click.echo(f"{told.taken_in} would have been taken in, and {len(told.said)} messages sent to {people} customers.")
    if told.caveat:
        click.echo(told.caveat)
    for one in told.said[:MOST_SHOWN]:
        click.echo(f"{one.at:%Y-%m-%d %H:%M}  customer {one.customer_id}  {one.step}")
    if len(told.said) > MOST_SHOWN:
        click.echo(f"... and {len(told.said) - MOST_SHOWN} more.")
    for title, counts in (("Held back", told.held_back), ("Put off", told.deferred)):
        for reason, count in counts.most_common():
            click.echo(f"{title}: {count:>6}  {SENTENCES[Reason(reason)]} [{reason}]")


@click.command()
@click.argument("store")
@click.argument("workflow")
@click.option("--days", default=90, show_default=True, help="how far to look back")
@with_appcontext
def results(*, store: str, workflow: str, days: int) -> None:
    """Say what a workflow did, and what it caused against those held out, as far as can be known today."""
    known = workflow_named(runtime(), workflow)
    now = runtime().clock.now()
    with runtime().database.read() as session:
        found = store_named(session, store)
        told = measured(session, store_id=found.id, workflow=known.name, since=now - timedelta(days=days), now=now)
        _tell_results(told, currency=found.currency, locale=found.locale)


def _tell_results(told: Results, *, currency: str, locale: str) -> None:
    def said(amount: float) -> str:
        return money(round(amount), currency, locale=locale)

    counted, clicked, effect = told.counted, told.clicked, told.revenue
    delivered = "not told by the channel" if counted.delivered is None else str(counted.delivered)
    click.echo(f"Sent {counted.sent}, delivered {delivered}, bounced {counted.bounced}, opened {counted.opened}.")
    click.echo(f"Clicks: {clicked.people} by people ({clicked.raw} with scanners).")
    click.echo(f"Last click within 5 days: {clicked.orders} orders, {said(clicked.revenue)}.")
    click.echo(f"Eligible: {effect.treated} with it, {effect.held_out} held out. {told.sentence}")
    if effect.finding is not Finding.NOT_ENOUGH_DATA:
        click.echo(
            f"Per customer: {said(effect.lift)} more (95 % sure: {said(effect.low)} to {said(effect.high)}), "
            f"{told.orders.lift:+.4f} orders ({told.orders.low:+.4f} to {told.orders.high:+.4f})."
        )
    click.echo(f"The smallest effect that could be seen so far: {said(effect.detectable)} per customer.")
    if told.weeks_left:
        click.echo(f"At this pace, {told.weeks_left:.0f} more weeks until an effect of a twentieth would be seen.")


COMMANDS = (rehearse, results)
