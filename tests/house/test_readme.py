"""README is true: its tables are those of the code, its commands are those that work, and it fits on a few pages."""

import re
import subprocess

import pytest

from app.cli import serving
from tests.house.readme import PARTS, README, between
from tests.house.sources import ROOT

CARDS = [
    "app",
    "app/insight",
    "app/pipeline",
    "app/policy",
    "app/rehearsal",
    "app/web",
    "app/web/admin",
    "connectors",
    "connectors/standins",
    "workflows",
    "templates",
    "migrations",
    "tests",
]
TEXT = README.read_text(encoding="utf-8")


@pytest.mark.parametrize("part", PARTS)
def test_readme_names_every_one_of(part: str) -> None:
    assert between(TEXT, part) == PARTS[part]() + "\n", "run: python -m tests.house.readme"


def test_readme_has_at_most_200_lines() -> None:
    assert len(TEXT.splitlines()) <= 200


def test_every_link_of_readme_leads_somewhere() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", TEXT)
    assert links
    assert [link for link in links if not (ROOT / link).is_file()] == []


def test_readme_s_two_commands_are_one_line_each_and_set_up_included() -> None:
    lines = [block.strip() for block in re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL)]
    assert len(lines) == 2
    for line in lines:
        assert "\n" not in line
        assert line.startswith("python3 -m venv .venv && .venv/bin/pip install -q -e ")
    assert lines[0].endswith("flask --app app demo")


def test_readme_serves_the_app_as_the_demo_and_the_figures_do() -> None:
    assert f"`granian {' '.join(serving.OPTIONS)} app:served`" in TEXT


def test_ci_runs_readme_s_own_test_command() -> None:
    """The script finds the command by this mark; one line of README holds it, and the script holds no copy."""
    script = (ROOT / ".ci/run").read_text(encoding="utf-8")
    assert "grep -m1 -F '.venv/bin/pytest' README.md" in script
    assert len([line for line in TEXT.splitlines() if ".venv/bin/pytest" in line]) == 1
    assert subprocess.run(["bash", "-n", ROOT / ".ci/run"], check=False).returncode == 0


@pytest.mark.parametrize("room", CARDS)
def test_every_room_has_its_card(room: str) -> None:
    lines = (ROOT / room / "README.md").read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("# ")
    assert 3 < len(lines) <= 30
