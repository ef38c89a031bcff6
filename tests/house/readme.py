"""The parts of README.md that the code knows better: `python -m tests.house.readme` writes them anew, a test compares."""

import re
from collections.abc import Callable
from dataclasses import fields
from textwrap import fill

import click
from flask import Flask

import workflows
from app import cli
from app.config import HELP, Config
from app.policy import Reason
from tests.house.sources import ROOT

README = ROOT / "README.md"
SECRETS = {"secret_key", "encryption_keys"}
WIDTH = 124


def settings() -> str:
    """A table of every setting with its default, as it would be written in the environment."""
    rows = [
        f"| `{one.name.upper()}` | {_default(one.name, one.default)} | {HELP[one.name]} |" for one in fields(Config)
    ]
    return "\n".join(["| name | default | what it is for |", "|---|---|---|", *rows])


def _default(name: str, default: object) -> str:
    if name in SECRETS:
        return "for development only"
    if isinstance(default, bool):
        return "1" if default else "0"
    return "" if default in ("", ()) else f"`{default}`"


def commands() -> str:
    """A table of every command with its arguments and the first line of its help."""
    flask_app = Flask("app")
    cli.register(flask_app)
    rows = [f"| `{_usage(one)}` | {_help(one)} |" for _, one in sorted(flask_app.cli.commands.items())]
    return "\n".join(["| command | what it does |", "|---|---|", *rows])


def _usage(command: click.Command) -> str:
    words = [one.make_metavar(click.Context(command)) for one in command.params if isinstance(one, click.Argument)]
    options = [
        f"[{one.opts[0]}{'' if one.is_flag else ' ' + _value(one)}]"
        for one in command.params
        if isinstance(one, click.Option)
    ]
    return " ".join([str(command.name), *words, *options])


def _value(option: click.Option) -> str:
    return option.metavar or option.type.name.upper()


def _help(command: click.Command) -> str:
    return (command.help or "").splitlines()[0].replace("|", "\\|")


def reasons() -> str:
    """Every word that a row of the ledger may give as its reason."""
    return fill(", ".join(f"`{one}`" for one in Reason) + ".", WIDTH, break_on_hyphens=False)


def names() -> str:
    """Every workflow with its title."""
    told = "; ".join(f"`{one.name}`: {one.title}" for one in workflows.load().values())
    return fill(f"{told}.", WIDTH, break_on_hyphens=False)


PARTS: dict[str, Callable[[], str]] = {
    "settings": settings,
    "commands": commands,
    "reasons": reasons,
    "workflows": names,
}


def between(text: str, part: str) -> str:
    """What stands in `text` between the marks of a part. Raises LookupError where there are none."""
    found = re.search(f"<!-- {part} -->\n(.*?)<!-- /{part} -->\n", text, re.DOTALL)
    if found is None:
        raise LookupError(f"README.md has no marks for {part}")
    return found.group(1)


def rewritten(text: str) -> str:
    for part, make in PARTS.items():
        old = f"<!-- {part} -->\n{between(text, part)}<!-- /{part} -->\n"
        text = text.replace(old, f"<!-- {part} -->\n{make()}\n<!-- /{part} -->\n")
    return text


if __name__ == "__main__":
    README.write_text(rewritten(README.read_text(encoding="utf-8")), encoding="utf-8")
