"""Imports within the project: no cycles, and no import inside a function without a reason.

`lint-imports` checks packages and layers. It does not see two modules of one package that import each other, and a cycle
that is hidden by an import inside a function works only as long as nobody moves a line.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache

from .sources import FUNCTIONS, PACKAGES, Module, modules

CODE = [module for module in modules() if not module.is_migration]
Import = ast.Import | ast.ImportFrom
NOT_A_REASON = re.compile(r"#|noqa(?:: [\w, ]+?)?(?=\s\s|$)|type: ignore(?:\[[\w, -]+\])?|[^\w]")
LEAST_REASON = 10  # letters


def dotted(module: Module) -> str:
    """Return the name by which Python imports `module`; for an `__init__.py` the name of the package."""
    return module.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


NAMES = {dotted(module) for module in CODE}


def is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")


def imports(node: ast.AST, *, in_function: bool = False) -> Iterator[tuple[Import, bool]]:
    """Yield (import, is inside a function) below `node`, without those under `if TYPE_CHECKING`."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Import):
            yield child, in_function
        elif is_type_checking(child):
            for other in child.orelse:
                yield from imports(ast.Module([other], []), in_function=in_function)
        else:
            yield from imports(child, in_function=in_function or isinstance(child, FUNCTIONS))


def targets(module: Module, node: Import) -> set[str]:
    """Return the modules of the project that `node` imports.

    `from package import name` is an import of the module `package.name` if there is one, else of `package`.
    """
    if isinstance(node, ast.Import):
        return {alias.name for alias in node.names} & NAMES
    package = dotted(module).split(".")
    if node.level:
        package = package[: len(package) - node.level + module.path.endswith("/__init__.py")]
    start = ".".join([*(package if node.level else []), *([node.module] if node.module else [])])
    named = {f"{start}.{alias.name}" for alias in node.names}
    found = named & NAMES
    return found | ({start} & NAMES if named - found else set())


@cache
def graph() -> dict[str, set[str]]:
    """Return module → modules that it imports anywhere."""
    return {
        dotted(module): {name for node, _ in imports(module.tree) for name in targets(module, node)} for module in CODE
    }


def descendants(edges: dict[str, set[str]], start: str) -> set[str]:
    """Return everything that `start` imports directly or through others; `start` itself only in a cycle."""
    found: set[str] = set()
    waiting = list(edges.get(start, ()))
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += edges.get(name, ())
    return found


def cycles(edges: dict[str, set[str]]) -> list[list[str]]:
    """Return the sets of modules that import each other, directly or through others (strongly connected components)."""
    below = {name: descendants(edges, name) for name in edges}
    found = {frozenset(other for other in below[name] if name in below[other]) for name in edges if name in below[name]}
    return sorted(sorted(names) for names in found)


def test_no_modules_import_each_other():
    assert cycles(graph()) == []


def comments(module: Module) -> dict[int, str]:
    """Return line → letters of its comment, without directives of tools."""
    tokens = tokenize.generate_tokens(io.StringIO(module.text).readline)
    return {token.start[0]: NOT_A_REASON.sub("", token.string) for token in tokens if token.type == tokenize.COMMENT}


def unexplained(module: Module) -> Iterator[str]:
    """Yield the function-level imports of project modules that have no reason on their line or the line above."""
    reasons = comments(module)
    for node, in_function in imports(module.tree):
        if in_function and targets(module, node):
            lines = range(node.lineno - 1, (node.end_lineno or node.lineno) + 1)
            if all(len(reasons.get(line, "")) < LEAST_REASON for line in lines):
                yield f"{module.path}:{node.lineno} {ast.unparse(node)}"


def test_an_import_inside_a_function_has_a_reason():
    assert [line for module in CODE for line in unexplained(module)] == []


# ---- the rules find what they should ---------------------------------------------------------------------------------
def module_of(text: str, path: str = "members/made_up.py") -> Module:
    return Module(path, text, ast.parse(text))


def test_imports_are_found_in_functions_but_not_for_type_checking():
    text = "import members.models\ndef f():\n    from . import states\nif TYPE_CHECKING:\n    import members.forms\n"
    module = module_of(text)
    found = [(targets(module, node), inside) for node, inside in imports(module.tree)]
    assert found == [({"members.models"}, False), ({"members.states"}, True)]


def test_a_name_from_a_package_is_an_import_of_the_package():
    module = module_of("from ..models import Person\nfrom .persons import correct\n", "members/actions/made_up.py")
    assert [targets(module, node) for node, _ in imports(module.tree)] == [
        {"members.models"},
        {"members.actions.persons"},
    ]


def test_a_longer_cycle_is_found():
    assert cycles({"a": {"b"}, "b": {"c"}, "c": {"a", "d"}, "d": set()}) == [["a", "b", "c"]]


def test_a_directive_is_no_reason():
    bare = module_of("def f():\n    from . import states  # noqa: F401, PLC0415\n")
    explained = module_of("def f():\n    # It is heavy and rarely needed.\n    from . import states  # noqa: F401\n")
    assert (len(list(unexplained(bare))), list(unexplained(explained))) == (1, [])


def test_all_packages_are_in_the_graph():
    assert {name.partition(".")[0] for name in graph()} == set(PACKAGES)
