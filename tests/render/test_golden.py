"""Every text as it reaches Anna, kept word for word. `GOLDEN=write pytest tests/render/test_golden.py` writes them anew."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

import workflows
from app.render import FOLDER, complaints, load, preview, render, sample
from tests.conftest import NOW, ROOT
from tests.render.cast import facts
from tests.render.reading import read
from workflows.language import Facts, Purpose, Step, Workflow

GOLDEN = ROOT / "tests/golden/messages"
TEXTS = sorted(path.stem for path in FOLDER.glob("*.md"))
STEPS = [(workflow, step) for workflow in workflows.load().values() for step in workflow.steps]
# What each kind of news is about; a text may speak of nothing else.
ABOUT = {"order": "order", "checkout": "checkout", "product": "product", "parcel": "parcel"}
ABOUT |= {"back": "product", "price": "product", "replenishment": "product"}
PARTS = ("order", "checkout", "product", "parcel")


def _is_as_kept(path: Path, words: str) -> bool:
    if os.environ.get("GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(words, encoding="utf-8")
    return path.is_file() and path.read_text(encoding="utf-8") == words


@pytest.mark.parametrize(("workflow", "step"), STEPS, ids=[f"{one.name}.{step.name}" for one, step in STEPS])
def test_a_message_is_as_it_was(workflow: Workflow, step: Step) -> None:
    rendered = preview(workflow, step.name, now=NOW)
    assert _is_as_kept(GOLDEN / f"{step.send.text}.txt", f"Subject: {rendered.subject}\n\n{rendered.text}")
    assert _is_as_kept(GOLDEN / f"{step.send.text}.html", rendered.html)


def test_every_text_is_said_by_a_workflow_and_nothing_is_kept_that_is_said_no_more() -> None:
    said = sorted({step.send.text for _, step in STEPS})
    assert said == TEXTS
    assert sorted({path.stem for path in GOLDEN.iterdir()}) == TEXTS


@pytest.mark.parametrize(("workflow", "step"), STEPS, ids=[f"{one.name}.{step.name}" for one, step in STEPS])
def test_a_text_can_be_filled_from_what_its_workflow_knows(workflow: Workflow, step: Step) -> None:
    kinds = {ABOUT.get(on.event.split("_")[0]) for on in workflow.starts.on}
    bare = _least({part: None for part in PARTS if part not in kinds})
    rendered = render(
        load(step.send.text), bare, voice=sample.voice(is_marketing=workflow.purpose is Purpose.MARKETING)
    )
    assert "ANNA-7K2P" not in rendered.html
    assert [mark for mark in ("None", "()", " ,", " .", "Anna") if mark in rendered.subject + rendered.text] == []


def _least(missing: dict[str, None]) -> Facts:
    """As little as may be known: no name, no code, nothing that this workflow is not about."""
    known = facts(code=None, **missing)
    return replace(known, customer=replace(known.customer, first_name=None, last_name=None))


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_of_ours_has_nothing_to_complain_about_and_promises_no_number(name: str) -> None:
    source = (FOLDER / f"{name}.md").read_text("utf-8")
    assert complaints(source) == []
    words = source.replace("{{ code.percent }} %", "")
    assert "%" not in words.replace("{%", "").replace("%}", "")
    assert read(render(load(name), facts(), voice=sample.voice(is_marketing=True)).html).torn == []
