"""The tree as Python sees it: every module of ours with its syntax tree, read once."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
FLOORS = ("chengyang", "members", "organizations", "bases", "activities", "services")
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class Module:
    """One file: its path from the root (`members/views/data.py`), its text and its tree."""

    path: str
    text: str
    tree: ast.Module

    @property
    def kinds(self) -> set[str]:
        """What it is by the names of file and folders: views, actions, admin …"""
        return {part.removesuffix(".py") for part in Path(self.path).parts[1:]}

    @property
    def is_migration(self) -> bool:
        return "migrations" in self.kinds

    def functions(self) -> Iterator[ast.FunctionDef]:
        return (node for node in ast.walk(self.tree) if isinstance(node, FUNCTIONS))

    def calls(self) -> Iterator[ast.Call]:
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.Call))


@cache
def modules() -> tuple[Module, ...]:
    """Return every module of the floors, in the order of their paths."""
    files = sorted(file for floor in FLOORS for file in (ROOT / floor).rglob("*.py"))
    texts = [(str(file.relative_to(ROOT)), file.read_text()) for file in files]
    return tuple(Module(path, text, ast.parse(text, path)) for path, text in texts)


def of_kind(*kinds: str) -> list[Module]:
    """Return the modules whose file or folder is called one of `kinds`, migrations left out."""
    return [module for module in modules() if module.kinds & set(kinds) and not module.is_migration]


def chain(node: ast.AST) -> list[str]:
    """Return the names in `a.b().c` from left to right: `["a", "b", "c"]`; what has no name is left out."""
    names: list[str] = []
    while True:
        if isinstance(node, ast.Attribute):
            names.append(node.attr)
            node = node.value
        elif isinstance(node, ast.Call):
            node = node.func
        elif isinstance(node, ast.Subscript):
            node = node.value
        else:
            return [*([node.id] if isinstance(node, ast.Name) else []), *reversed(names)]


def where(module: Module, node: ast.AST) -> str:
    return f"{module.path}:{node.lineno}"  # type: ignore[attr-defined]
