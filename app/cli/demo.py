"""The demo: the app, a worker and two stand-in stores, started together and ended together; nothing else is needed.

The app is opened as `localhost` and the stores as `127.0.0.1`, on purpose: to a browser these are different sites, as an app
and a store are in life, so that a settings page that leaned on third-party cookies would fail here too.
"""

import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

import click

import migrations
from app.cli import serving
from app.cli.together import EndedError, Program, is_free, live_together
from app.config import Config
from app.db import Database
from app.keys import new_encryption_key, new_key

CLIENT_ID = "perennial-demo"


@dataclass(frozen=True, slots=True)
class Demo:
    """Where everything of one demo is: its folder and three ports."""

    folder: Path
    app_port: int
    shopify_port: int
    woocommerce_port: int

    @property
    def database(self) -> str:
        return f"sqlite:///{self.folder / 'perennial.db'}"

    @property
    def app(self) -> str:
        return f"http://localhost:{self.app_port}"

    @property
    def shopify(self) -> str:
        return f"http://127.0.0.1:{self.shopify_port}"

    @property
    def woocommerce(self) -> str:
        return f"http://127.0.0.1:{self.woocommerce_port}"


@click.command()
@click.option("--port", default=5000, show_default=True, help="the app's port")
@click.option("--shopify-port", default=5101, show_default=True, help="the Shopify stand-in's port")
@click.option("--woocommerce-port", default=5102, show_default=True, help="the WooCommerce stand-in's port")
@click.option(
    "--folder", default="var/demo", show_default=True, type=click.Path(path_type=Path), help="where its data lies"
)
def demo(*, port: int, shopify_port: int, woocommerce_port: int, folder: Path) -> None:
    """Try everything, with two stand-in stores and a browser. Ctrl-C ends it."""
    made = Demo(folder.resolve(), port, shopify_port, woocommerce_port)
    _refuse_taken_ports(made)
    _forget(made.folder)
    settings = _settings(made)
    database = Database(settings["DATABASE_URL"])
    migrations.migrate(database)
    database.close()
    click.echo("Starting the app, a worker and two stores ...")
    try:
        live_together(
            _programs(made),
            environment=_environment(settings),
            logs=made.folder / "logs",
            when_ready=lambda: _welcome(made),
        )
    except EndedError as error:
        raise click.ClickException(str(error)) from None
    click.echo("\nEverything has ended. The same command begins anew, with the stores as they were.")


def _refuse_taken_ports(made: Demo) -> None:
    ports = {"--port": made.app_port, "--shopify-port": made.shopify_port, "--woocommerce-port": made.woocommerce_port}
    for option, port in ports.items():
        if not is_free(port) or list(ports.values()).count(port) > 1:
            raise click.UsageError(
                f"Port {port} is taken, perhaps by a demo that still runs. Choose another with {option}."
            )


def _forget(folder: Path) -> None:
    """Take away what the last demo left here, and nothing else. The stores keep their days in memory only: what the app still
    knew of the old ones would be about other people."""
    for name in ("outbox", "journal", "logs"):
        shutil.rmtree(folder / name, ignore_errors=True)
    for path in folder.glob("perennial*.db*"):
        path.unlink()


def _settings(made: Demo) -> dict[str, str]:
    """The app's settings, with secrets that nobody knows. Those not named here are emptied, so that no setting of this
    machine sends real mail."""
    return {one.name.upper(): "" for one in fields(Config)} | {
        "DATABASE_URL": made.database,
        "OUTBOX_DIR": str(made.folder / "outbox"),
        "JOURNAL_DIR": str(made.folder / "journal"),
        "SECRET_KEY": new_key(),
        "ENCRYPTION_KEYS": new_encryption_key(),
        "APP_URL": made.app,
        "SHOPIFY_CLIENT_ID": CLIENT_ID,
        "SHOPIFY_CLIENT_SECRET": new_key(),
        "SHOPIFY_STANDIN": made.shopify,
        "ALLOW_PRIVATE_STORES": "1",
        "HOLDOUT_PERCENT": "0",
        "QUIET_HOURS": "",
    }


def _environment(settings: Mapping[str, str]) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("FLASK_", "GRANIAN_"))}
    return {**inherited, **settings, "PYTHONUNBUFFERED": "1"}


def _programs(made: Demo) -> tuple[Program, ...]:
    python = sys.executable
    stand_in = (python, "-m", "connectors.standins")
    return (
        Program("shopify", (*stand_in, "shopify", "--port", str(made.shopify_port)), made.shopify_port),
        Program("woocommerce", (*stand_in, "woocommerce", "--port", str(made.woocommerce_port)), made.woocommerce_port),
        Program("app", serving.command("app:served", port=made.app_port), made.app_port),
        Program("worker", (python, "-m", "flask", "--app", "app", "worker")),
    )


def _welcome(made: Demo) -> None:
    click.echo(f"""
Two stores are open. Nothing leaves this machine: every message stays in the outbox.

  A Shopify store        {made.shopify}
  A WooCommerce store    {made.woocommerce}
  The app itself         {made.app}

Try it, on either store:
  1. Open the store's admin and install Perennial.
  2. Watch its history come in, then switch the workflow “Welcome new subscribers” on.
  3. Open the storefront, sign up for news and place an order.
  4. Read the message that this customer gets, on the app's page, and why.
  5. Ask why somebody got it or did not, in another terminal:
     DATABASE_URL={made.database} .venv/bin/flask --app app why STORE ADDRESS

Logs and data: {made.folder}. Ctrl-C ends everything.""")


COMMANDS: tuple[click.Command, ...] = (demo,)
