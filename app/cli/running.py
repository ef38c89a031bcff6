"""The commands that keep the house running: migrate, worker, tick."""

import dataclasses
from datetime import UTC, datetime

import click
from flask.cli import with_appcontext

import migrations
from app.clock import FrozenClock
from app.runtime import Runtime
from app.web.house import runtime


def _moment(_: click.Context, __: click.Parameter, text: str | None) -> datetime | None:
    """A time as people write it, in UTC where they name no zone."""
    if text is None:
        return None
    try:
        given = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter("write a time like 2026-11-20T12:00 or 2026-11-20T12:00+01:00") from None
    return given if given.tzinfo else given.replace(tzinfo=UTC)


@click.command()
@with_appcontext
def migrate() -> None:
    """Bring the tables up to date; safe to repeat, and to run from several machines at once."""
    migrations.migrate(runtime().database)
    click.echo("The tables are up to date.")


@click.command()
@with_appcontext
def worker() -> None:
    """Ring the timetable until told to stop: open deliveries, decide, send, sync."""
    from app.worker import run

    refuse_old_tables(runtime())
    run(runtime())


@click.command()
@click.option("--at", callback=_moment, metavar="TIME", help="what the clock says; now without it")
@with_appcontext
def tick(at: datetime | None) -> None:
    """Do once whatever is due, as a worker would, and say what was done."""
    from app import jobs

    refuse_old_tables(runtime())
    house = dataclasses.replace(runtime(), clock=FrozenClock(at)) if at else runtime()
    for name, count in jobs.tick(house).items():
        click.echo(f"{name:>12}  {count}")


def refuse_old_tables(house: Runtime) -> None:
    """Raises click.ClickException where the tables are not those that the models describe."""
    if migrations.pending(house.database):
        raise click.ClickException("The tables are not up to date. Run: flask --app app migrate")


COMMANDS = (migrate, worker, tick)
