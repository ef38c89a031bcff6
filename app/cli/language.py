"""The commands about workflows and their texts: workflows, explain, preview."""

import click
import sqlalchemy as sa
from flask.cli import with_appcontext
from sqlalchemy.orm import Session

from app.cli.finding import step_named, store_named, workflow_named
from app.model import Store, WorkflowSetting
from app.pipeline.switch import Choice, counts, switch
from app.web.house import runtime
from workflows.language import Workflow, spoken


@click.command()
@click.argument("store")
@click.argument("name", required=False)
@click.argument("state", type=click.Choice(["on", "off"]), required=False)
@click.option(
    "--waiting",
    type=click.Choice([one.value for one in Choice]),
    help="what becomes of those on their way: keep their times, shift them by the pause, or drop them",
)
@with_appcontext
def workflows(*, store: str, name: str | None, state: str | None, waiting: str | None) -> None:
    """List a store's workflows, or switch one: workflows STORE NAME on."""
    if name and not state:
        raise click.UsageError(f"Say whether “{name}” is to be on or off.")
    with runtime().database.write() as session:
        found = store_named(session, store)
        if name and state:
            _switch(session, found, workflow=workflow_named(runtime(), name), state=state, waiting=waiting)
        settings = session.scalars(sa.select(WorkflowSetting).where(WorkflowSetting.store_id == found.id))
        saved = {one.workflow: one for one in settings}
    for one in runtime().workflows.values():
        setting = saved.get(one.name)
        click.echo(f"{one.name}  {'on' if setting and setting.is_on else 'off'}")
        for line in one.sentences(setting.dials if setting else None).splitlines():
            click.echo(f"    {line}")


def _switch(session: Session, store: Store, *, workflow: Workflow, state: str, waiting: str | None) -> None:
    """Count first; where somebody waits the choice has to be made, and is then carried out by the same conditions."""
    now = runtime().clock.now()
    setting = session.get(WorkflowSetting, (store.id, workflow.name))
    off_since = setting.off_since if setting and setting.off_since else now
    sheet = counts(session, store_id=store.id, workflow=workflow, now=now, pause=now - off_since)
    if sheet[Choice.KEEP].waiting and waiting is None:
        lines = "\n".join(f"  --waiting {choice}: {told.sentence}" for choice, told in sheet.items())
        raise click.UsageError(f"Somebody is on their way. Choose what becomes of them:\n{lines}")
    choice = Choice(waiting) if waiting else Choice.KEEP
    is_on = state == "on"
    switch(session, store_id=store.id, workflow=workflow.name, is_on=is_on, now=now, choice=choice)
    session.flush()
    if workflow.note and is_on:
        click.echo(workflow.note)


@click.command()
@click.argument("workflow")
@with_appcontext
def explain(workflow: str) -> None:
    """Say what a workflow does, in sentences, and what a merchant may turn."""
    found = workflow_named(runtime(), workflow)
    click.echo(
        f"{found.title} ({found.name}): {found.purpose}, right of way {int(found.rank)}, {found.rank.name.lower()}"
    )
    click.echo(found.sentences())
    for one in found.dials:
        low, default, high = map(one.said, one.stops)
        click.echo(f"Dial “{one.name}”: {default}, between {low} and {high}.")
    for step in found.steps:
        click.echo(f"Step “{step.name}” is dropped when it could not be said within {spoken(step.stale)}.")


@click.command()
@click.argument("workflow")
@click.argument("step")
@click.option("--html", is_flag=True, help="print the HTML instead of the plain text")
@with_appcontext
def preview(*, workflow: str, step: str, html: bool) -> None:
    """Show the message of a step, filled in for an invented customer."""
    from app.render import preview as rendered

    found = workflow_named(runtime(), workflow)
    message = rendered(found, step_named(found, step).name, now=runtime().clock.now())
    click.echo(message.html if html else f"{message.subject}\n\n{message.text}")


COMMANDS = (workflows, explain, preview)
