"""How a job is rung: piece by piece until nothing is left, and no handful by itself where many are done together."""

from datetime import timedelta
from pathlib import Path

from app.jobs import JOBS, Desk, Job, ring
from app.pipeline.journal import opened
from app.runtime import Runtime


def _rung(runtime: Runtime, path: Path, *, pieces: list[int], least: int = 1) -> tuple[int, list[int]]:
    """How much one ring does of these pieces, and what it leaves."""
    left = [*pieces]

    def work(_: Desk) -> int:
        return left.pop(0) if left else 0

    with opened(path, "test") as journal:
        return ring(Desk(runtime, journal), Job("work", timedelta(seconds=1), work, least=least)), left


def test_a_job_works_until_nothing_is_left(runtime: Runtime, tmp_path: Path) -> None:
    assert _rung(runtime, tmp_path, pieces=[7, 1, 0, 5]) == (8, [5])


def test_a_handful_ends_the_turn_of_a_job_that_does_many_together(runtime: Runtime, tmp_path: Path) -> None:
    assert _rung(runtime, tmp_path, pieces=[200, 200, 99, 40], least=100) == (499, [40])


def test_what_does_many_together_looks_often_enough_that_nobody_waits_for_a_hundred(runtime: Runtime) -> None:
    together = {job.name: job.every for job in JOBS if job.least > 1}
    assert together.keys() == {"open", "advance", "serve", "deliver"}
    assert together["open"] <= timedelta(milliseconds=200)
    assert max(together.values()) <= timedelta(seconds=1)
