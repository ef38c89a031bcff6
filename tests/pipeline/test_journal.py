"""A killed worker's journal says what had left; a living one is left alone; one of another start proves little."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from app.pipeline import journal as journals
from app.pipeline.journal import HEAD, Evidence, Journal, Mark, is_here, names, of_the_dead, opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "journal"


def _die(journal: Journal) -> str:
    """As the system does for a killed process: the file is closed and its lock is gone."""
    os.close(journal._file)
    return f"{journal.worker}.journal"


def _settle(folder: Path, name: str) -> Evidence | None:
    with of_the_dead(folder, name) as account:
        return account


def test_the_last_note_of_a_message_counts(folder: Path) -> None:
    with opened(folder, "shop-1") as journal:
        for message_id, mark in ((7, Mark.STARTED), (7, Mark.LEFT), (8, Mark.STARTED), (2**40, Mark.STARTED)):
            journal.note(message_id, mark)
        journal.note(2**40, Mark.STAYED)
        marks = {7: Mark.LEFT, 8: Mark.STARTED, 2**40: Mark.STAYED}
        assert journal.account() == Evidence(journal.worker, marks, is_whole=True)


def test_a_living_worker_is_left_alone(folder: Path) -> None:
    with opened(folder, "shop-1") as journal:
        assert names(folder) == [f"{journal.worker}.journal"]
        assert _settle(folder, f"{journal.worker}.journal") is None
        assert is_here(folder, journal.worker)


def test_a_dead_worker_is_settled_once_and_its_journal_goes(folder: Path) -> None:
    journal = Journal(folder, "shop-1")
    journal.note(7, Mark.STARTED)
    name = _die(journal)
    assert _settle(folder, name) == Evidence(journal.worker, {7: Mark.STARTED}, is_whole=True)
    assert _settle(folder, name) is None
    assert not is_here(folder, journal.worker)


def test_a_journal_that_could_not_be_settled_stays(folder: Path) -> None:
    name = _die(Journal(folder, "shop-1"))
    with pytest.raises(KeyboardInterrupt), of_the_dead(folder, name):
        raise KeyboardInterrupt
    assert names(folder) == [name]


def test_two_settlers_never_meet(folder: Path) -> None:
    name = _die(Journal(folder, "shop-1"))
    with of_the_dead(folder, name) as first:
        assert first is not None
        assert _settle(folder, name) is None


def test_a_batch_that_is_settled_leaves_no_notes(folder: Path) -> None:
    with opened(folder, "shop-1") as journal:
        journal.begin()
        journal.note(7, Mark.STARTED)
        journal.forget()
        journal.note(8, Mark.STARTED)
        assert journal.account().marks == {8: Mark.STARTED}


def test_a_worker_that_leaves_in_order_takes_its_journal_along(folder: Path) -> None:
    with opened(folder, "shop-1"):
        pass
    assert names(folder) == []


def test_a_worker_that_leaves_something_open_leaves_its_journal(folder: Path) -> None:
    with opened(folder, "shop-1") as journal:
        journal.begin()
    assert names(folder) == [f"{journal.worker}.journal"]


def test_a_note_cut_short_was_not_written(folder: Path) -> None:
    journal = Journal(folder, "shop-1")
    journal.note(7, Mark.STARTED)
    os.write(journal._file, b"\0\0\0")
    account = _settle(folder, _die(journal))
    assert account is not None
    assert (account.marks, account.is_whole) == ({7: Mark.STARTED}, True)


def test_after_another_start_of_the_machine_nothing_missing_proves_anything(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    journal = Journal(folder, "shop-1")
    journal.note(7, Mark.LEFT)
    (tmp_path / "boot").write_text("another-start\n")
    monkeypatch.setattr(journals, "BOOT", tmp_path / "boot")
    account = _settle(folder, _die(journal))
    assert account is not None
    assert (account.marks, account.is_whole) == ({7: Mark.LEFT}, False)


def test_zeros_in_place_of_notes_prove_nothing(folder: Path) -> None:
    journal = Journal(folder, "shop-1")
    os.write(journal._file, b"\0" * 18)
    account = _settle(folder, _die(journal))
    assert account is not None
    assert (account.marks, account.is_whole) == ({}, False)


def test_a_system_that_does_not_tell_its_start_is_never_trusted(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(journals, "BOOT", tmp_path / "nowhere")
    account = _settle(folder, _die(Journal(folder, "shop-1")))
    assert account is not None
    assert not account.is_whole


def test_names_are_never_used_twice_and_fit_a_column(folder: Path) -> None:
    with opened(folder, "a b/" * 50) as one, opened(folder, "a b/" * 50) as other:
        assert one.worker != other.worker
        assert len(one.worker) <= 80
        assert "/" not in one.worker


def test_a_killed_process_gives_its_lock_back_and_keeps_its_notes(folder: Path) -> None:
    words = f"""
import os, signal
from pathlib import Path
from app.pipeline.journal import Journal, Mark
journal = Journal(Path({str(folder)!r}), "shop-1")
journal.note(7, Mark.STARTED)
os.kill(os.getpid(), signal.SIGKILL)
"""
    ended = subprocess.run([sys.executable, "-c", words], check=False, cwd=Path(__file__).parents[2])
    assert ended.returncode == -signal.SIGKILL
    (name,) = names(folder)
    account = _settle(folder, name)
    assert account is not None
    assert (account.marks, account.is_whole) == ({7: Mark.STARTED}, True)


def test_a_journal_is_read_by_its_owner_only(folder: Path) -> None:
    with opened(folder, "shop-1") as journal:
        mode = (folder / f"{journal.worker}.journal").stat().st_mode
        assert mode & 0o077 == 0
        assert (folder / f"{journal.worker}.journal").stat().st_size == HEAD
