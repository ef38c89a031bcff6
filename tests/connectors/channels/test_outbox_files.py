"""What the outbox leaves on the disk, and what strange keys and stores cannot do to it."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.base import Accepted, ChannelSettings, KeepsMessages
from connectors.channels.outbox import Outbox, open_channel
from connectors.errors import Permanent, Temporary
from tests.contracts.channel import AT, envelope

STRANGE = ["../../etc/passwd", "..", ".", "", "/etc/passwd", "a\\b", "a\x00b", "CON", "ключ", "a" * 200, "=2e", "Key-1"]


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    return Outbox(tmp_path / "outbox")


def test_it_says_plainly_that_nothing_leaves(outbox: Outbox) -> None:
    assert outbox.notice is not None
    assert outbox.notice.startswith("Nothing leaves")


def test_the_first_message_under_a_key_stays(outbox: Outbox) -> None:
    outbox.send(envelope())
    outbox.send(replace(envelope(), subject="Something else"))
    (kept,) = outbox.kept("store-1")
    assert b"Your tea" in kept.raw


def test_messages_are_shown_the_newest_first_and_no_more_than_asked(outbox: Outbox) -> None:
    for minutes in (3, 1, 2):
        outbox.send(replace(envelope(f"key-{minutes}"), at=AT + timedelta(minutes=minutes, microseconds=7)))
    assert [one.key for one in outbox.kept("store-1")] == ["key-3", "key-2", "key-1"]
    assert [one.key for one in outbox.kept("store-1", 1)] == ["key-3"]
    assert outbox.kept("store-1")[0].at == AT + timedelta(minutes=3, microseconds=7)


def test_one_stores_messages_are_never_shown_to_another(outbox: Outbox) -> None:
    outbox.send(envelope(store="store-1"))
    assert outbox.kept("store-2") == []
    assert outbox.one("key-1", store="store-2") is None
    outbox.forget("key-1", store="store-2")
    assert outbox.one("key-1", store="store-1")


def test_forgetting_takes_the_words_and_leaves_that_there_were_some(outbox: Outbox, tmp_path: Path) -> None:
    outbox.send(envelope())
    outbox.forget("key-1", store="store-1")
    outbox.forget("key-1", store="store-1")
    assert outbox.kept("store-1") == []
    assert outbox.one("key-1", store="store-1") is None
    assert [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()] == [b""]
    assert outbox.has_left("key-1", store="store-1") is True
    outbox.send(envelope())
    assert outbox.kept("store-1") == []


def test_forgetting_what_was_never_there_does_nothing(outbox: Outbox) -> None:
    outbox.forget("key-1", store="store-1")
    assert outbox.has_left("key-1", store="store-1") is False


@pytest.mark.parametrize("word", STRANGE)
def test_strange_keys_and_stores_stay_inside_the_folder(outbox: Outbox, tmp_path: Path, word: str) -> None:
    outbox.send(envelope() if word == "" else replace(envelope(), key=word))
    outbox.send(replace(envelope("key-2"), store=word))
    assert outbox.has_left("key-2", store=word)
    assert [one.key for one in outbox.kept(word)] == ["key-2"]
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert all(path.parent.parent == tmp_path / "outbox" for path in files)
    assert len(files) == 2


def test_a_key_too_long_for_a_file_is_refused(outbox: Outbox) -> None:
    with pytest.raises(Permanent):
        outbox.send(replace(envelope(), key="k" * 201))
    assert outbox.has_left("k" * 201, store="store-1") is False
    assert outbox.one("k" * 201, store="store-1") is None


@given(keys=st.lists(st.text(max_size=20), min_size=2, max_size=2, unique=True))
def test_two_keys_never_share_a_file(keys: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    outbox = Outbox(tmp_path_factory.mktemp("outbox"))
    for key in keys:
        outbox.send(replace(envelope(), key=key))
    assert sorted(one.key for one in outbox.kept("store-1")) == sorted(keys)


def test_messages_are_for_their_owner_alone_and_whole(outbox: Outbox, tmp_path: Path) -> None:
    outbox.send(envelope())
    (path,) = tmp_path.rglob("*.eml")
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0
    assert [one.name for one in path.parent.iterdir()] == ["key-1.eml"]


def test_what_a_power_cut_emptied_counts_as_never_written(outbox: Outbox, tmp_path: Path) -> None:
    outbox.send(envelope())
    (path,) = tmp_path.rglob("*.eml")
    path.write_bytes(b"")
    assert outbox.has_left("key-1", store="store-1") is False
    assert outbox.kept("store-1") == []
    outbox.send(envelope())
    assert outbox.has_left("key-1", store="store-1") is True


def test_a_half_written_file_is_nobodys_message(outbox: Outbox, tmp_path: Path) -> None:
    outbox.send(envelope())
    (tmp_path / "outbox" / "store-1" / ".half.part").write_bytes(b"From: nobody")
    assert [one.key for one in outbox.kept("store-1")] == ["key-1"]


def test_a_disk_that_refuses_is_trouble_that_passes(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("a file where the folder should be")
    with pytest.raises(Temporary) as trouble:
        Outbox(tmp_path / "outbox").send(envelope("secret-key"))
    assert "secret-key" not in str(trouble.value)


def test_many_threads_under_one_key_keep_one_whole_message(outbox: Outbox) -> None:
    accepted: list[Accepted] = []
    threads = [threading.Thread(target=lambda: accepted.append(outbox.send(envelope()))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (kept,) = outbox.kept("store-1")
    assert len(accepted) == 8
    assert kept.raw.endswith(b"--\r\n")


def test_it_is_there_unless_the_settings_name_no_folder(tmp_path: Path) -> None:
    now = datetime(2026, 11, 20, tzinfo=UTC)
    opened = open_channel(ChannelSettings(lambda: now, outbox_dir=str(tmp_path)))
    keeps: KeepsMessages | None = opened
    assert keeps is not None
    assert open_channel(ChannelSettings(lambda: now, outbox_dir="")) is None
    assert list(tmp_path.iterdir()) == []
