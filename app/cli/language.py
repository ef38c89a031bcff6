"""The commands about workflows and their texts: workflows, explain, preview."""

import click
import sqlalchemy as sa
from flask.cli import with_appcontext

from app.cli.finding import step_named, store_named, workflow_named
from app.model import WorkflowSetting
from app.pipeline.switch import switch
from app.web.house import runtime
from workflows.language import spoken


@click.command()
@click.argument("store")
@click.argument("name", required=False)
@click.argument("state", type=click.Choice(["on", "off"]), required=False)
@with_appcontext
def workflows(*, store: str, name: str | None, state: str | None) -> None:
    """List a store's workflows, or switch one: workflows STORE NAME on."""
    if name and not state:
        raise click.UsageError(f"Say whether “{name}” is to be on or off.")
    now = runtime().clock.now()
    with runtime().database.write() as session:
        found = store_named(session, store)
        if name:
            chosen = workflow_named(runtime(), name)
            switch(session, store_id=found.id, workflow=chosen.name, is_on=state == "on", now=now)
            session.flush()
        settings = session.scalars(sa.select(WorkflowSetting).where(WorkflowSetting.store_id == found.id))
        saved = {one.workflow: one for one in settings}
    for one in runtime().workflows.values():
        setting = saved.get(one.name)
        click.echo(f"{one.name}  {'on' if setting and setting.is_on else 'off'}")
        for line in one.sentences(setting.dials if setting else None).splitlines():
            click.echo(f"    {line}")


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
