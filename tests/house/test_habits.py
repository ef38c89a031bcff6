"""The habits that a linter does not know: names, docstrings, signatures, what is caught, what is printed, what lies about."""

import ast
import subprocess
from pathlib import Path

from tests.house.sources import ROOMS, ROOT, Source, sources

FORBIDDEN_FILES = {"utils", "util", "helpers", "helper", "common", "misc"}
FORBIDDEN_WORDS = ("Tenant", "Account", "Contact", "Subscriber", "Purchase", "Campaign", "Journey", "Plugin", "DTO")
JOB_LOOP = "app/jobs.py"
TOP_LEVEL = {
    ".ci",
    ".gitignore",
    "LICENSE",
    "README.md",
    "app",
    "connectors",
    "migrations",
    "pyproject.toml",
    "setup.cfg",
    "templates",
    "tests",
    "workflows",
}


def test_every_module_says_what_it_is_for() -> None:
    silent = [source.path for source in sources(*ROOMS, "migrations", "tests") if not ast.get_docstring(source.tree)]
    assert silent == []


def test_no_module_is_a_drawer_for_odds_and_ends() -> None:
    found = [
        source.path
        for source in sources(*ROOMS, "migrations", "tests")
        if FORBIDDEN_FILES & set(Path(source.path).with_suffix("").parts)
    ]
    assert found == []


def test_no_class_has_two_words_for_one_thing() -> None:
    found = [
        f"{source.path}: {node.name}"
        for source in sources("app", "workflows")
        for node in source.nodes
        if isinstance(node, ast.ClassDef) and any(word in node.name for word in FORBIDDEN_WORDS)
    ]
    assert found == []


def test_everything_after_two_arguments_is_named() -> None:
    found = [
        f"{source.path}:{function.lineno} {function.name}"
        for source in sources(*ROOMS, "migrations")
        for function in source.functions()
        if len(_by_position(function)) > 2 and not function.name.startswith("__")
    ]
    assert found == []


def _by_position(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    """Its positional parameters; those that a caller's contract hands over and nobody reads (`_`) are not counted."""
    names = [one.arg for one in [*function.args.posonlyargs, *function.args.args]]
    names = names[1:] if names[:1] in (["self"], ["cls"]) else names
    return [name for name in names if not name.startswith("_")]


def test_only_the_job_loop_catches_everything() -> None:
    found = [
        f"{source.path}:{node.lineno}"
        for source in sources(*ROOMS, "migrations")
        for node in source.nodes
        if isinstance(node, ast.ExceptHandler) and _catches_everything(node) and source.path != JOB_LOOP
    ]
    assert found == []


def _catches_everything(handler: ast.ExceptHandler) -> bool:
    named = "" if handler.type is None else ast.unparse(handler.type)
    return handler.type is None or any(word in named.replace("(", "").split(", ") for word in BROAD)


BROAD = ("Exception", "BaseException")


def test_only_commands_print() -> None:
    found = [
        f"{source.path}:{line}"
        for source in sources(*ROOMS)
        for name, line in source.calls
        if name in {"print", "sys.stdout.write"} and not source.path.startswith("app/cli")
    ]
    assert found == []


def test_an_ignored_type_says_which_and_why() -> None:
    found = [
        f"{source.path}:{number}"
        for source in sources(*ROOMS, "migrations", "tests")
        for number, line in enumerate(source.text.splitlines(), 1)
        if MARK in line and not _is_explained(line)
    ]
    assert found == []


MARK = "# type: " + "ignore"


def _is_explained(line: str) -> bool:
    rest = line.split(MARK, 1)[1]
    return rest.startswith("[") and len(rest.split("]", 1)[-1].strip(" #-")) > 5


def test_nothing_is_left_for_later() -> None:
    words = ["TO" + "DO", "FIX" + "ME", "XX" + "X"]
    found = [
        f"{source.path}: {word}" for source in sources(*ROOMS, "migrations") for word in words if _says(source, word)
    ]
    assert found == []


def _says(source: Source, word: str) -> bool:
    return any(word in line.split("#", 1)[-1] for line in source.text.splitlines() if "#" in line)


def test_nothing_lies_about_at_the_top() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    names = listed.stdout.split() if listed.returncode == 0 else [path.name for path in ROOT.iterdir()]
    kept = {name.split("/")[0] for name in names}
    assert kept - TOP_LEVEL - {".git", ".venv", "var"} == set()
