"""Write the step that the models still miss: `python -m migrations "What it does"`; `--anew` writes step 0001 afresh.

Until the first release there is one step, written afresh whenever a model changes. From then on every change is a next one.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.operations.ops import MigrationScript

from app.db import Database
from migrations import FOLDER, PARTS, Part, configuration, migrate


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m migrations", description=__doc__)
    parser.add_argument("words", nargs="?", default="The first tables", help="what the step does, in a few words")
    parser.add_argument("--anew", action="store_true", help="forget all steps and write 0001 afresh")
    given = parser.parse_args()
    if given.anew:
        for path in (path for part in PARTS for path in _steps(part)):
            path.unlink()
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/scratch.db")
        migrate(database)
        made = [path for part in PARTS for path in _write(database, part, words=given.words)]
        database.close()
    _tidy(made)
    sys.stdout.write("".join(f"{path.relative_to(FOLDER.parent)}\n" for path in made) or "Nothing is missing.\n")


def _write(database: Database, part: Part, *, words: str) -> list[Path]:
    """The file of one part's next step; none where its models and its steps agree."""
    before = set(_steps(part))
    engine = database.inbox if part.name == "inbox" else database.main
    number = f"{len(before) + 1:04d}"
    with engine.connect() as connection:
        command.revision(
            configuration(part, connection),
            message=words,
            autogenerate=True,
            rev_id=number,
            process_revision_directives=lambda _, __, scripts: _drop_empty(scripts),
        )
    return sorted(set(_steps(part)) - before)


def _drop_empty(scripts: list[MigrationScript]) -> None:
    if scripts[0].upgrade_ops is not None and scripts[0].upgrade_ops.is_empty():
        scripts.clear()


def _steps(part: Part) -> list[Path]:
    return sorted(path for path in part.folder.glob("*.py") if re.match(r"\d{4}_", path.name))


def _tidy(paths: list[Path]) -> None:
    for path in paths:
        lines = path.read_text().splitlines(keepends=True)
        path.write_text("".join(line for line in lines if not line.strip().startswith("# ###")))
    for what in (["format", "--quiet"], ["check", "--fix", "--quiet"]) if paths else ():
        subprocess.run([sys.executable, "-m", "ruff", *what, *paths], check=True)  # noqa: S603 - our own words and files.


if __name__ == "__main__":
    main()
