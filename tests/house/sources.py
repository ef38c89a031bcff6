"""The house's own source files, parsed once, for the tests that keep its rules."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("app", "connectors", "workflows")


@dataclass(frozen=True)
class Source:
    """One file: its path below the root, with forward slashes, its text and its syntax tree."""

    path: str
    text: str
    tree: ast.Module

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Everything in its tree, walked once."""
        return tuple(ast.walk(self.tree))

    def imports(self) -> Iterator[str]:
        """The full dotted names that this file imports; a relative import counts as what it stands for."""
        for node in self.nodes:
            if isinstance(node, ast.Import):
                yield from (one.name for one in node.names)
            elif isinstance(node, ast.ImportFrom):
                base = ".".join([*self._package(node.level), *([node.module] if node.module else [])])
                yield from (f"{base}.{one.name}" for one in node.names)

    def _package(self, level: int) -> list[str]:
        return self.path.split("/")[:-level] if level else []

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        for node in self.nodes:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node

    @cached_property
    def calls(self) -> tuple[tuple[str, int], ...]:
        """The dotted name of everything that is called here, and its line."""
        return tuple((ast.unparse(node.func), node.lineno) for node in self.nodes if isinstance(node, ast.Call))


@cache
def sources(*folders: str) -> tuple[Source, ...]:
    """Every Python file below these folders of the house."""
    paths = sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    assert paths, f"no Python file below {folders}"
    return tuple(_parsed(path) for path in paths)


@cache
def _parsed(path: Path) -> Source:
    text = path.read_text(encoding="utf-8")
    return Source(path.relative_to(ROOT).as_posix(), text, ast.parse(text))


def is_below(name: str, *packages: str) -> bool:
    """Whether a dotted name is one of these packages or inside one."""
    return any(name == package or name.startswith(f"{package}.") for package in packages)
