"""The workflows' names and steps are pinned, for rows of years to come carry them; and each file says what it does."""

import importlib

import pytest

import workflows
from tests.house.sources import ROOT
from workflows.language import Workflow

GOLDEN = ROOT / "tests/golden/workflows.txt"
WORKFLOWS = workflows.load()


def test_no_workflow_and_no_step_was_renamed_in_silence() -> None:
    """A rename takes `formerly=` and a new line here; a new workflow a new line."""
    found = [f"{one.name}: {' '.join(step.name for step in one.steps)}" for one in WORKFLOWS.values()]
    assert "\n".join(found) + "\n" == GOLDEN.read_text(encoding="utf-8")


@pytest.mark.parametrize("one", WORKFLOWS.values(), ids=WORKFLOWS)
def test_a_workflow_s_docstring_is_what_it_does(one: Workflow) -> None:
    module = importlib.import_module(f"workflows.{one.name}")
    assert (module.__doc__ or "").strip() == one.sentences()


@pytest.mark.parametrize("one", WORKFLOWS.values(), ids=WORKFLOWS)
def test_every_step_of_a_workflow_has_its_text(one: Workflow) -> None:
    for step in one.steps:
        text = (ROOT / f"templates/messages/{step.send.text}.md").read_text(encoding="utf-8")
        assert text.splitlines()[0].strip(), "the first line is the subject"


@pytest.mark.parametrize("one", WORKFLOWS.values(), ids=WORKFLOWS)
def test_every_reason_a_workflow_may_give_is_a_word_of_the_ledger(one: Workflow) -> None:
    from app.policy import SENTENCES

    asked = [one.starts.still, *one.stops, *(condition for step in one.steps for condition in step.only_if)]
    assert [condition.reason for condition in asked if condition.reason not in set(SENTENCES)] == []
