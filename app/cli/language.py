"""The commands about workflows and their texts: workflows, explain, preview."""

import click
import sqlalchemy as sa
from flask.cli import with_appcontext
from sqlalchemy.orm import Session

from app.cli.finding import step_named, store_named, workflow_named
from app.model import Store, WorkflowSetting
from app.pipeline.switch import Change, ChangeKind, Choice, carry_out, plan
from app.web.house import runtime
from connectors.texts import segments
from workflows.language import Workflow, spoken


@click.command()
@click.argument("store")
@click.argument("name", required=False)
@click.argument("state", type=click.Choice(["on", "off"]), required=False)
@click.option(
    "--waiting",
    type=click.Choice([Choice.KEEP.value, Choice.SHIFT.value, Choice.DROP.value]),
    help="what becomes of those on their way: keep their times, shift them by the pause, or drop them",
)
@click.option("--include-recent", "recent", type=int, default=0, metavar="DAYS", help="take in the last days as well")
@click.option("--yes", is_flag=True, help="do it; without this, recent history is only counted")
@with_appcontext
def workflows(*, store: str, name: str | None, state: str | None, waiting: str | None, recent: int, yes: bool) -> None:
    """List a store's workflows, or switch one: workflows STORE NAME on."""
    if name and not state:
        raise click.UsageError(f"Say whether “{name}” is to be on or off.")
    with runtime().database.write() as session:
        found = store_named(session, store)
        if name and state:
            known, change = workflow_named(runtime(), name), Change(ChangeKind(state), recent_days=recent)
            if not _switch(session, found, workflow=known, change=change, waiting=waiting, is_sure=yes):
                return
        settings = session.scalars(sa.select(WorkflowSetting).where(WorkflowSetting.store_id == found.id))
        saved = {one.workflow: one for one in settings}
    for one in runtime().workflows.values():
        setting = saved.get(one.name)
        click.echo(f"{one.name}  {'on' if setting and setting.is_on else 'off'}")
        for line in one.sentences(setting.dials if setting else None).splitlines():
            click.echo(f"    {line}")


def _switch(
    session: Session, store: Store, *, workflow: Workflow, change: Change, waiting: str | None, is_sure: bool
) -> bool:
    """Count first; where somebody waits the choice has to be made, and recent history has to be wanted. Whether it was done."""
    now = runtime().clock.now()
    sheet = plan(session, store=store, workflow=workflow, change=change, now=now)
    if sheet.complaints:
        raise click.UsageError(" ".join(map(str, sheet.complaints)))
    if sheet.needs_choice and waiting is None:
        lines = "\n".join(f"  --waiting {one.choice}: {one.words} {one.counts.sentence}" for one in sheet.options)
        raise click.UsageError(f"Somebody is on their way. Choose what becomes of them:\n{lines}")
    if sheet.recent is not None:
        click.echo(f"Of the last {change.recent_days} days: {sheet.recent.sentence}")
        if not is_sure:
            click.echo("Nothing was changed. Say it again with --yes to do so.")
            return False
    choice = Choice(waiting) if waiting else Choice.KEEP
    done = carry_out(
        session, store=store, workflow=workflow, change=change, choice=choice, now=now, ticket=sheet.ticket
    )
    if done.complaints:
        raise click.UsageError(" ".join(map(str, done.complaints)))
    if workflow.note and change.kind is ChangeKind.ON:
        click.echo(workflow.note)
    return True


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
@click.option("--language", default="en", show_default=True, help="the language that its reader speaks")
@with_appcontext
def preview(*, workflow: str, step: str, html: bool, language: str) -> None:
    """Show the message of a step, filled in for an invented customer."""
    from app.render import languages
    from app.render import preview as rendered

    if language not in languages():
        raise click.UsageError(f"There are no texts in “{language}”; there are {', '.join(languages())}.")
    found = workflow_named(runtime(), workflow)
    message = rendered(found, step_named(found, step).name, now=runtime().clock.now(), language=language)
    if html:
        click.echo(message.html)
    elif found.medium == "sms":
        click.echo(f"{message.text}\n\n{segments(message.text)}")
    else:
        click.echo(f"{message.subject}\n\n{message.text}")


COMMANDS = (workflows, explain, preview)
