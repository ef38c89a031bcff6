"""What the database says where it cannot be written to, in the words that pages and jobs understand."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from app.db import Database


def test_whatever_keeps_a_writer_out_is_said_in_sqlalchemys_words(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'broken.db'}")
    # A transaction that is open already stands for all that is neither a yes nor "locked".
    sa.event.listen(database.main, "checkout", lambda driver, *_: driver.execute("BEGIN"))
    with pytest.raises(sa.exc.OperationalError), database.write() as session:
        session.execute(sa.text("SELECT 1"))
    database.close()


def test_who_is_kept_out_waits_no_longer_than_was_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.sqlite.BUSY_MILLISECONDS", 5)
    url, said = f"sqlite:///{tmp_path / 'busy.db'}", list[str]()
    holder, other = Database(url), Database(url)
    sa.event.listen(other.main, "checkout", lambda driver, *_: driver.set_trace_callback(said.append))
    asks = sa.text("SELECT 1")
    with holder.write() as first:
        first.execute(asks)
        with pytest.raises(sa.exc.OperationalError, match="locked"), other.write() as second:
            second.execute(asks)
    # Once SQLite waits by itself again, nobody asks to be let in any more.
    assert "BEGIN IMMEDIATE" in said
    assert said[-1] == "PRAGMA busy_timeout=5"
    holder.close()
    other.close()
