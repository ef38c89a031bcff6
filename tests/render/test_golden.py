"""Every text as it reaches Anna, kept word for word. `GOLDEN=write pytest tests/render/test_golden.py` writes them anew."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

import workflows
from app.render import FOLDER, complaints, languages, load, preview, render, sample, source_of
from tests.conftest import NOW, ROOT
from tests.render.cast import facts
from tests.render.reading import read
from workflows.language import Facts, Purpose, Step, Workflow

GOLDEN = ROOT / "tests/golden/messages"
TEXTS = sorted(path.stem for path in FOLDER.glob("*.md"))
STEPS = [(workflow, step) for workflow in workflows.load().values() for step in workflow.steps]
EACH_STEP = pytest.mark.parametrize(("workflow", "step"), STEPS, ids=[f"{one.name}.{step.name}" for one, step in STEPS])
EACH_LANGUAGE = pytest.mark.parametrize("language", languages())
# What each kind of news is about; a text may speak of nothing else.
ABOUT = {"order": "order", "checkout": "checkout", "product": "product", "parcel": "parcel"}
ABOUT |= {"back": "product", "price": "product", "replenishment": "product"}
PARTS = ("order", "checkout", "product", "parcel")


def _is_as_kept(path: Path, words: str) -> bool:
    if os.environ.get("GOLDEN") == "write":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(words, encoding="utf-8")
    return path.is_file() and path.read_text(encoding="utf-8") == words


@EACH_LANGUAGE
@EACH_STEP
def test_a_message_is_as_it_was(workflow: Workflow, step: Step, language: str) -> None:
    rendered = preview(workflow, step.name, now=NOW, language=language)
    kept = GOLDEN / language / step.send.text
    assert _is_as_kept(kept.with_suffix(".txt"), f"Subject: {rendered.subject}\n\n{rendered.text}")
    assert _is_as_kept(kept.with_suffix(".html"), rendered.html)


def test_every_text_is_said_by_a_workflow_and_nothing_is_kept_that_is_said_no_more() -> None:
    said = sorted({step.send.text for _, step in STEPS})
    assert said == TEXTS
    assert {path.name for path in GOLDEN.iterdir()} == set(languages())
    for language in languages():
        assert sorted({path.stem for path in (GOLDEN / language).iterdir()}) == TEXTS


@EACH_LANGUAGE
@EACH_STEP
def test_a_text_can_be_filled_from_what_its_workflow_knows(workflow: Workflow, step: Step, language: str) -> None:
    kinds = {ABOUT.get(on.event.split("_")[0]) for on in workflow.starts.on}
    bare = _least({part: None for part in PARTS if part not in kinds})
    voice = sample.voice(is_marketing=workflow.purpose is Purpose.MARKETING, locale=language)
    rendered = render(load(step.send.text, language), bare, voice=voice)
    assert "ANNA-7K2P" not in rendered.html
    assert [mark for mark in ("None", "()", " ,", " .", "Anna") if mark in rendered.subject + rendered.text] == []


def _least(missing: dict[str, None]) -> Facts:
    """As little as may be known: no name, no code, nothing that this workflow is not about."""
    known = facts(code=None, **missing)
    return replace(known, customer=replace(known.customer, first_name=None, last_name=None))


@EACH_LANGUAGE
@pytest.mark.parametrize("name", TEXTS)
def test_a_text_of_ours_has_nothing_to_complain_about_and_promises_no_number(name: str, language: str) -> None:
    source = source_of(name, language)
    assert complaints(source) == []
    words = source.replace("{{ code.percent }} %", "")
    assert "%" not in words.replace("{%", "").replace("%}", "")
    voice = sample.voice(is_marketing=True, locale=language)
    assert read(render(load(name, language), facts(), voice=voice).html).torn == []
