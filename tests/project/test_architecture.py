"""The rules of docs/architecture.md that can be read off the syntax of the tree."""

import ast
import importlib.util
import statistics

from django.apps import apps
from django.conf import settings

from . import registered
from .sources import FLOORS, FUNCTIONS, chain, modules, of_kind, where

# In lines (style.md rule 1; architecture.md, "Inside an app").
LONGEST_MODULE, LONGEST_FUNCTION, MEDIAN_FUNCTION = 400, 60, 8
DOORS = {"visible_to", "published"}
# What a view may ask of a model beside its doors, and why nobody is shown too much.
OTHER_DOORS = {
    "Subdistrict.objects.all": "a code table that everybody reads",
    "Category.objects.all": "a code table that everybody reads",
    "Alliance.objects.first": "a code table of one row that everybody reads",
    "PolicyVersion.objects.current": "the published privacy rules in force",
    "Request.objects.open_with": "by number and query code, compared in constant time",
}
SIGNALS = {
    "chengyang/platform/accounts/receivers.py": "Django's and allauth's signals about sign-ins, not ours",
    "chengyang/lib/vault/apps.py": "Django's pre_save, which refuses to write an encrypted column by half",
}
MODEL_BY_NAME = {"members/personal_data/access_log.py": "reads the label that an audit entry holds; imports nothing"}
AT_START = {
    "chengyang/portal/home/apps.py": "the last app to start ends the declarations and gives beat its schedule",
    "chengyang/platform/audit/apps.py": "a retention below the law's minimum stops the start",
    "chengyang/platform/notices/apps.py": "a wrong SMS_BACKEND, or a provider without credentials, stops the start",
    "chengyang/lib/vault/apps.py": "the known-answer test of the keys stops the start",
}
WRITES = {"save", "create", "delete", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}
TIDYING = {
    "chengyang/platform/accounts/tasks.py": "codes and failed sign-ins live one day",
    "chengyang/platform/notices/tasks.py": "notices live a year",
    "chengyang/platform/files/tasks.py": "bytes that no row holds",
}
# Public functions of actions that write and have no actor, because nobody acts, or the account itself is what is acted on.
NOBODY_ACTS = {
    "forget_guests": "the calendar",
    "delete_drafts": "the calendar",
    "delete_closed": "the calendar",
    "delete_unconfirmed": "the calendar",
    "end_term": "the calendar",
    "close_request": "the calendar",
    "remind_handlers": "the calendar",
    "escalate_due": "the calendar",
    "notify": "called inside the action that has the actor",
    "cancel_signups_of": "called by leaving, whose actor it is given by position",
    "begin_application": "the account itself",
    "consent_and_begin": "the account itself",
    "export_own_data": "the account itself",
}
TABLES = {"chengyang/settings.py": "one list of what the environment decides; split, it could not be read in order"}
NO_DOOR = {"PhoneProof": "a code is found by its session alone"}


def offenders(among, find, but=()) -> list[str]:
    """Return what `find(module)` finds in the modules `among`, as `path:line code`; the paths in `but` are left out."""
    found = ((module, node) for module in among if module.path not in but for node in find(module))
    return [f"{where(module, node)} {ast.unparse(node)[:80]}" for module, node in found]


def parents(tree: ast.AST) -> dict[ast.AST, ast.AST]:
    return {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}


# ---- see and do ------------------------------------------------------------------------------------------------------
def backdoors(module):
    """Return what reads rows beside `visible_to` and `published`."""
    above = parents(module.tree)
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and node.attr in ("objects", "_base_manager", "_default_manager"):
            asked = above[node]
            door = isinstance(asked, ast.Attribute) and asked.attr in DOORS
            if not door and ".".join(chain(asked)) not in OTHER_DOORS:
                yield asked


def test_pages_and_api_read_through_visible_to_or_published():
    assert offenders(of_kind("views", "api"), backdoors) == []


def is_write(call: ast.Call) -> bool:
    names = chain(call.func)
    rows = {"objects", "filter", "exclude", "all", "_base_manager"} & set(names)
    return bool(names) and (names[-1] in WRITES or (names[-1] == "update" and bool(rows)))


def writes(module):
    return filter(is_write, module.calls())


def test_pages_forms_and_admin_write_nothing_themselves():
    readers = of_kind(
        "views",
        "forms",
        "admin",
        "api",
        "permissions",
        "filters",
        "system_admin",
        "account_admin",
        "todos",
        "panels",
        "extensions",
    )
    assert offenders(readers, writes) == []


def test_a_task_calls_an_action():
    assert offenders(of_kind("tasks"), writes, but=TIDYING) == []


def test_no_exception_is_left_over():
    paths = {module.path for module in modules()}
    assert {*SIGNALS, *MODEL_BY_NAME, *AT_START, *TIDYING, *TABLES} <= paths


def public_actions():
    for module in of_kind("actions"):
        for node in module.tree.body:
            if isinstance(node, FUNCTIONS) and not node.name.startswith("_"):
                yield module, node


def test_every_public_action_has_its_contract():
    assert [where(module, node) for module, node in public_actions() if not ast.get_docstring(node)] == []


def opens_transaction(node):
    return any("atomic" in chain(decorator) for decorator in node.decorator_list)


def test_every_write_says_who_acts():
    written = [(module, node) for module, node in public_actions() if opens_transaction(node)]
    silent = [node.name for _, node in written if "actor" not in {arg.arg for arg in node.args.kwonlyargs}]
    assert sorted(silent) == sorted(set(silent) & set(NOBODY_ACTS))


# ---- floors ----------------------------------------------------------------------------------------------------------
CODE = [module for module in modules() if not module.is_migration]


def fetches_by_name(module):
    return (call for call in module.calls() if chain(call.func)[-1:] == ["get_model"])


def test_no_model_is_fetched_by_its_name():
    assert offenders(CODE, fetches_by_name, but=MODEL_BY_NAME) == []


SIGNAL_NAMES = {"pre_save", "post_save", "pre_delete", "post_delete", "m2m_changed", "signals"}


def is_signal(call):
    names = chain(call.func)
    return bool(names) and (
        names[-1] in ("receiver", "Signal") or (names[-1] == "connect" and bool(SIGNAL_NAMES & set(names)))
    )


def signals(module):
    return filter(is_signal, module.calls())


def test_there_are_no_signals_between_our_apps():
    assert offenders(CODE, signals, but=SIGNALS) == []


QUIET = (ast.Import, ast.ImportFrom, *FUNCTIONS, ast.ClassDef, ast.Assign, ast.AnnAssign)


def does_more(statement):
    """Return whether a statement of an `extensions.py` does anything but define and declare."""
    if not isinstance(statement, ast.Expr):
        return not isinstance(statement, QUIET)
    if isinstance(statement.value, ast.Constant):
        return False
    return not (isinstance(statement.value, ast.Call) and chain(statement.value.func) == ["extend"])


def test_an_extension_only_declares():
    assert offenders(of_kind("extensions", "metrics"), lambda module: filter(does_more, module.tree.body)) == []


def done_at_start(module):
    ready = [node for node in module.functions() if node.name == "ready"]
    return (step for node in ready for step in node.body if not isinstance(step, (ast.Import, ast.ImportFrom)))


def test_starting_an_app_only_imports():
    assert offenders(of_kind("apps"), done_at_start, but=AT_START) == []


def test_what_each_app_declares_is_pinned():
    assert registered.lines() == registered.FILE.read_text().splitlines()


# ---- data ------------------------------------------------------------------------------------------------------------
OURS = [
    model for model in apps.get_models() if model.__module__.split(".")[0] in FLOORS and "Event" not in model.__name__
]


def test_what_may_be_linked_to_has_a_door():
    linked = [model for model in OURS if any(field.name == "public_id" for field in model._meta.fields)]
    open_ones = {model.__name__ for model in linked if not hasattr(model._default_manager.all(), "visible_to")}
    assert open_ones <= set(NO_DOOR)


def test_actions_own_their_transactions():
    assert not settings.DATABASES["default"].get("ATOMIC_REQUESTS")


def test_there_is_one_driver():
    assert importlib.util.find_spec("psycopg2")
    assert importlib.util.find_spec("psycopg") is None


# ---- size ------------------------------------------------------------------------------------------------------------
def test_a_module_can_be_read_at_a_sitting():
    long = [module.path for module in CODE if module.text.count("\n") > LONGEST_MODULE]
    assert set(long) <= set(TABLES)


def lengths():
    """Return the lines of each function without its docstring, and where it is."""
    for module in CODE:
        for node in module.functions():
            words = ast.get_docstring(node, clean=False)
            yield node.end_lineno - node.lineno + 1 - (words.count("\n") + 1 if words else 0), where(module, node)


def test_functions_are_short():
    assert statistics.median(lines for lines, _ in lengths()) <= MEDIAN_FUNCTION


def test_no_function_is_a_scroll():
    assert [place for lines, place in lengths() if lines > LONGEST_FUNCTION] == []
