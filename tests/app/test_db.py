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
