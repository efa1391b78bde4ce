"""All modules of the project with their syntax trees, read once."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGES = ("chengyang", "members", "organizations", "bases", "activities", "services")
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class Module:
    """A Python file: its path from the root (`members/views/data.py`), its text and its syntax tree."""

    path: str
    text: str
    tree: ast.Module

    @property
    def kinds(self) -> set[str]:
        """The names of the file and its folders below the app: views, actions, admin …"""
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
    """Return every module of PACKAGES, in the order of their paths."""
    files = sorted(file for package in PACKAGES for file in (ROOT / package).rglob("*.py"))
    texts = [(str(file.relative_to(ROOT)), file.read_text()) for file in files]
    return tuple(Module(path, text, ast.parse(text, path)) for path, text in texts)


def of_kind(*kinds: str) -> list[Module]:
    """Return the modules whose file or folder has one of the names `kinds`, without migrations."""
    return [module for module in modules() if module.kinds & set(kinds) and not module.is_migration]


def chain(node: ast.AST) -> list[str]:
    """Return the names in `a.b().c` from left to right: `["a", "b", "c"]`; expressions without a name are left out."""
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
