"""The command that packs the companion plugin for WordPress."""

from pathlib import Path

import click
from flask.cli import with_appcontext

from app.web.house import runtime
from connectors.stores.woocommerce import plugin as companion


@click.command()
@click.option("--to", type=click.Path(path_type=Path), default=companion.NAME, help="where to write the zip")
@with_appcontext
def plugin(to: Path) -> None:
    """Pack the WooCommerce companion plugin, made for this app's address, as a zip to upload in WordPress."""
    to.write_bytes(companion.archive(runtime().config.app_url))
    click.echo(f"{to}: connects a store to {runtime().config.app_url}.")


COMMANDS = (plugin,)
