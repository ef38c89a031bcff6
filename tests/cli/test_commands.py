"""What the commands print, and that a name nobody knows gets an answer that lists those there are."""

import click.testing
import pytest
from flask import Flask

from app import cli
from app.db import Database
from app.model import Store, WorkflowSetting
from app.runtime import Runtime
from tests.cli.conftest import Command
from tests.conftest import NOW

COMMANDS = {"demo", "migrate", "worker", "tick", "stores", "sync", "workflows", "explain", "why", "preview"}
COMMANDS |= {"bounces", "plugin", "rehearse", "results"}


@pytest.fixture
def store(database: Database) -> str:
    with database.write() as session:
        made = Store(
            platform="woocommerce", address="https://shop.example", public_key="key", created_at=NOW, live_since=NOW
        )
        session.add(made)
    return "https://shop.example"


def _fails(result: click.testing.Result) -> str:
    assert result.exit_code != 0
    assert "Traceback" not in result.output
    return result.output


def test_every_command_is_there_with_a_help_line() -> None:
    flask_app = Flask("app")
    cli.register(flask_app)
    assert set(flask_app.cli.commands) == COMMANDS
    assert all(one.help for one in flask_app.cli.commands.values())


def test_an_empty_house_has_no_store(command: Command) -> None:
    assert command("stores").output == "No store is installed yet.\n"


def test_a_store_is_listed_with_its_state(command: Command, store: str) -> None:
    line = command("stores").output
    assert store in line
    assert "active, no connection, never synced" in line


@pytest.mark.parametrize("name", ["1", "https://shop.example", "shop.example", "key"])
def test_a_store_is_found_by_any_name(command: Command, store: str, name: str) -> None:
    assert command("workflows", name).exit_code == 0


def test_an_unknown_store_lists_the_known_ones(command: Command, store: str) -> None:
    for words in (["workflows", "other"], ["why", "other", "77"], ["sync", "other"]):
        assert "There is no store “other”. There is: 1 (https://shop.example)." in _fails(command(*words))


def test_a_workflow_is_switched_on_and_off(command: Command, store: str, database: Database) -> None:
    for state in ("on", "off"):
        result = command("workflows", store, "welcome", state)
        assert f"welcome  {state}\n" in result.output
        with database.read() as session:
            setting = session.query(WorkflowSetting).one()
            assert setting.is_on is (state == "on")
            assert setting.on_since == (NOW if state == "on" else None)


def test_a_workflow_is_shown_with_its_sentences(command: Command, store: str) -> None:
    assert "    As soon as somebody subscribes, email “welcome_hello”." in command("workflows", store).output


def test_an_unknown_workflow_lists_the_known_ones(command: Command, store: str, runtime: Runtime) -> None:
    known = f"There is: {', '.join(runtime.workflows)}."
    for words in (["workflows", store, "welcom", "on"], ["explain", "welcom"], ["preview", "welcom", "hello"]):
        assert f"There is no workflow “welcom”. {known}" in _fails(command(*words))


def test_a_workflow_without_on_or_off_is_asked_about(command: Command, store: str) -> None:
    assert "Say whether “welcome” is to be on or off." in _fails(command("workflows", store, "welcome"))


def test_explain_says_sentences_dials_and_staleness(command: Command, runtime: Runtime) -> None:
    for name, workflow in runtime.workflows.items():
        output = command("explain", name).output
        assert workflow.sentences() in output
        assert all(f"Dial “{one.name}”" in output for one in workflow.dials)
        assert all(f"Step “{one.name}”" in output for one in workflow.steps)


def test_a_preview_shows_the_message(command: Command, runtime: Runtime) -> None:
    for workflow in runtime.workflows.values():
        for step in workflow.steps:
            plain, html = (
                command("preview", workflow.name, step.name),
                command("preview", workflow.name, step.name, "--html"),
            )
            assert plain.exit_code == html.exit_code == 0, plain.output
            assert len(plain.output.splitlines()[0]) > 3
            assert "<html" in html.output


def test_a_preview_speaks_another_language_and_says_what_a_text_costs(command: Command) -> None:
    words = command("preview", "abandoned_checkout_text", "reminder", "--language", "de").output
    assert "Abmelden: mit STOP antworten." in words
    assert "1 segment (" in words
    assert "There are no texts in “xx”; there are en, de." in _fails(
        command("preview", "welcome", "hello", "--language", "xx")
    )


def test_an_unknown_step_lists_the_known_ones(command: Command) -> None:
    assert "There is no step “helo”. There is: hello, story, favourites." in _fails(
        command("preview", "welcome", "helo")
    )


def test_migrate_may_be_repeated(command: Command) -> None:
    assert command("migrate").output == command("migrate").output == "The tables are up to date.\n"


def test_a_customer_nobody_knows_is_said_to_be_one(command: Command, store: str) -> None:
    assert "this store has no such customer" in _fails(command("why", store, "anna@example.com"))


def test_a_tick_says_what_was_done(command: Command) -> None:
    result = command("tick", "--at", "2026-11-20T12:00")
    assert result.exit_code == 0, result.output
    assert result.output.strip()


@pytest.mark.parametrize("time", ["tomorrow", "12", "2026-13-01"])
def test_a_time_nobody_understands_is_refused_with_an_example(command: Command, time: str) -> None:
    assert "2026-11-20T12:00" in _fails(command("tick", "--at", time))


def test_a_sync_is_asked_for(command: Command, store: str) -> None:
    assert "asked for" in command("sync", store).output
    assert "changes waiting" in command("stores").output
