"""The command that reads the bounce mailbox now, and says what was in it."""

from pathlib import Path
from urllib.parse import quote

import click
from flask.cli import with_appcontext

from app.web.house import runtime
from connectors.errors import Permanent, Temporary


@click.command()
@click.option("--maildir", type=click.Path(path_type=Path), help="a maildir on this machine; BOUNCE_MAILBOX without it")
@click.option("--limit", default=1000, help="how many letters at most")
@with_appcontext
def bounces(maildir: Path | None, limit: int) -> None:
    """Read what came back by mail: bounces, complaints, absence notes. A worker does it every half minute."""
    from app.pipeline.bounces import collect

    house = runtime()
    if not (maildir or house.config.bounce_mailbox):
        raise click.UsageError("BOUNCE_MAILBOX is not set, and no --maildir is given.")
    try:
        url = f"maildir://{quote(str(maildir.resolve()))}" if maildir else None
        found = collect(house, url=url, limit=limit)
    except (Temporary, Permanent) as error:
        raise click.ClickException(f"{error}.") from None
    click.echo(f"{found.letters} letters, {found.receipts} new receipts, {found.strange} about no message of ours.")
    for kind, count in sorted(found.kinds.items()):
        click.echo(f"{kind:>12}  {count}")


COMMANDS = (bounces,)
