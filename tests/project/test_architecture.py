"""The rules of docs/architecture.md that can be checked on the syntax trees."""

import ast
import importlib.util
import statistics

from django.apps import apps
from django.conf import settings

from . import registered
from .sources import FUNCTIONS, PACKAGES, chain, modules, of_kind, where

# In lines (style.md rule 1; architecture.md, "Inside an app").
LONGEST_MODULE, LONGEST_FUNCTION, MEDIAN_FUNCTION = 400, 60, 8
READ_METHODS = {"visible_to", "published"}
# Other queries that a view may run, and why they show nobody too much.
OTHER_QUERIES = {
    "Subdistrict.objects.all": "a code table that everybody reads",
    "Category.objects.all": "a code table that everybody reads",
    "Alliance.objects.first": "a code table of one row that everybody reads",
    "PolicyVersion.objects.current": "the published privacy rules in force",
    "Request.objects.open_with": "by number and query code, compared in constant time",
}
SIGNALS = {
    "chengyang/platform/accounts/receivers.py": "receives signals of Django and allauth about sign-ins",
    "chengyang/portal/board/watching.py": "makes the triggers of the kept figures after `migrate`",
    "chengyang/lib/vault/apps.py": "receives Django's pre_save and refuses to write an encrypted field without its derived columns",
}
MODEL_BY_NAME = {
    "members/personal_data/access_log.py": "the label comes from an audit entry; no module is imported",
    "chengyang/demo/growth.py": "the tables of history have no module from which they could be imported",
    "chengyang/demo/growth_rows.py": "one function inserts into the tables of all apps",
}
AT_START = {
    "chengyang/portal/home/apps.py": "the last app to start closes the registry and gives beat its schedule",
    "chengyang/platform/audit/apps.py": "refuses to start with a retention below the legal minimum",
    "chengyang/platform/notices/apps.py": "refuses to start with a wrong SMS_BACKEND, or a provider without credentials",
    "chengyang/lib/vault/apps.py": "refuses to start when a known-answer test of the cryptography fails",
}
WRITES = {"save", "create", "delete", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}
CLEANUP = {
    "chengyang/platform/accounts/tasks.py": "deletes codes and failed sign-ins after a day",
    "chengyang/platform/notices/tasks.py": "deletes notices after a year",
    "chengyang/platform/files/tasks.py": "deletes stored files that no row refers to",
}
# Public actions without an `actor`, and who acts instead: a periodic task, or the account that is passed as an argument.
WITHOUT_ACTOR = {
    "anonymise_guests": "a periodic task",
    "delete_drafts": "a periodic task",
    "delete_closed": "a periodic task",
    "expire_bookings": "a periodic task",
    "remind_of_honours": "a periodic task",
    "erase_visits": "a periodic task",
    "switch_off_feed": "called by the action that closes an account, which passes the actor by position",
    "cancel_visits_of": "called by the actions for leaving, which pass the actor by position",
    "close_visits_of": "called by the action that closes an account, which passes the actor by position",
    "delete_unconfirmed": "a periodic task",
    "end_returned_application": "a periodic task",
    "end_term": "a periodic task",
    "remind_of_returned": "a periodic task",
    "close_request": "a periodic task",
    "remind_handlers": "a periodic task",
    "look_after_pause": "a periodic task",
    "look_after_answer": "a periodic task",
    "escalate_due": "a periodic task",
    "end_shares_of_former_experts": "a periodic task",
    "notify_of_offers": "a periodic task",
    "delete_old_applications": "a periodic task",
    "remind_department": "a periodic task",
    "mark_late": "a periodic task",
    "remind_of_promise": "a periodic task",
    "close_unrated": "a periodic task",
    "answer_by_link": "a department with its signed link, which has no account",
    "hand_back": "a department with its signed link, which has no account",
    "correct_answer": "a department with its signed link, which has no account",
    "open_link": "a department with its signed link, which has no account",
    "close_proposals_of": "called by the action that closes an account, which passes the actor by position",
    "end_mailing": "the last step of the job that sends the message",
    "send_due": "a periodic task",
    "notify": "called by actions that have an actor",
    "delete_former_numbers": "a periodic task",
    "notify_many": "called by actions that have an actor",
    "empty_old": "a periodic task",
    "delete_imports_of": "called by the action that closes an account, which passes the actor by position",
    "delete_jobs_of": "called by the action that closes an account, which passes the actor by position",
    "close_signups_of": "called by the action that closes an account, which passes the actor by position",
    "close_requests_of": "called by the action that closes an account, which passes the actor by position",
    "cancel_signups_of": "called by the actions for leaving, which pass the actor by position",
    "begin_application": "the account itself",
    "consent_and_begin": "the account itself",
    "export_own_data": "the account itself",
}
NOT_LINKED = {"PhoneProof": "a code is found only by its session"}


def offenders(among, find, but=()) -> list[str]:
    """Return what `find(module)` yields for the modules `among`, as `path:line code`, without the paths in `but`."""
    found = ((module, node) for module in among if module.path not in but for node in find(module))
    return [f"{where(module, node)} {ast.unparse(node)[:80]}" for module, node in found]


def parents(tree: ast.AST) -> dict[ast.AST, ast.AST]:
    return {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}


# ---- reads and writes -------------------------------------------------------------------------------------------------
def unscoped_queries(module):
    """Yield the queries that do not start with `visible_to` or `published`."""
    above = parents(module.tree)
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and node.attr in ("objects", "_base_manager", "_default_manager"):
            query = above[node]
            is_scoped = isinstance(query, ast.Attribute) and query.attr in READ_METHODS
            if not is_scoped and ".".join(chain(query)) not in OTHER_QUERIES:
                yield query


def test_pages_and_api_read_through_visible_to_or_published():
    assert offenders(of_kind("views", "api"), unscoped_queries) == []


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
    assert offenders(of_kind("tasks"), writes, but=CLEANUP) == []


def test_every_exception_names_an_existing_module():
    paths = {module.path for module in modules()}
    assert {*SIGNALS, *MODEL_BY_NAME, *AT_START, *CLEANUP} <= paths


def public_actions():
    for module in of_kind("actions"):
        for node in module.tree.body:
            if isinstance(node, FUNCTIONS) and not node.name.startswith("_"):
                yield module, node


def test_every_public_action_has_a_docstring():
    assert [where(module, node) for module, node in public_actions() if not ast.get_docstring(node)] == []


def opens_transaction(node):
    return any("atomic" in chain(decorator) for decorator in node.decorator_list)


def test_every_action_that_writes_takes_an_actor():
    written = [(module, node) for module, node in public_actions() if opens_transaction(node)]
    silent = [node.name for _, node in written if "actor" not in {arg.arg for arg in node.args.kwonlyargs}]
    assert sorted(silent) == sorted(set(silent) & set(WITHOUT_ACTOR))


# ---- imports ---------------------------------------------------------------------------------------------------------
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


def test_the_apps_use_no_signals_of_their_own():
    assert offenders(CODE, signals, but=SIGNALS) == []


QUIET = (ast.Import, ast.ImportFrom, *FUNCTIONS, ast.ClassDef, ast.Assign, ast.AnnAssign)


def does_more(statement):
    """Return whether a statement of an `extensions.py` does more than define names and call `extend`."""
    if not isinstance(statement, ast.Expr):
        return not isinstance(statement, QUIET)
    if isinstance(statement.value, ast.Constant):
        return False
    return not (isinstance(statement.value, ast.Call) and chain(statement.value.func) == ["extend"])


def test_an_extensions_module_only_declares():
    assert offenders(of_kind("extensions", "metrics"), lambda module: filter(does_more, module.tree.body)) == []


def done_at_start(module):
    ready = [node for node in module.functions() if node.name == "ready"]
    return (step for node in ready for step in node.body if not isinstance(step, (ast.Import, ast.ImportFrom)))


def test_starting_an_app_only_imports():
    assert offenders(of_kind("apps"), done_at_start, but=AT_START) == []


def test_the_declarations_of_the_apps_are_those_of_the_file():
    assert registered.lines() == registered.FILE.read_text().splitlines()


# ---- data ------------------------------------------------------------------------------------------------------------
PROJECT_MODELS = [
    model for model in apps.get_models() if model.__module__.split(".")[0] in PACKAGES and "Event" not in model.__name__
]


def test_a_model_with_public_ids_has_visible_to():
    linked = [model for model in PROJECT_MODELS if any(field.name == "public_id" for field in model._meta.fields)]
    without_scope = {model.__name__ for model in linked if not hasattr(model._default_manager.all(), "visible_to")}
    assert without_scope <= set(NOT_LINKED)


def test_actions_own_their_transactions():
    assert not settings.DATABASES["default"].get("ATOMIC_REQUESTS")


def test_only_one_database_driver_is_installed():
    assert importlib.util.find_spec("psycopg2")
    assert importlib.util.find_spec("psycopg") is None


# ---- size ------------------------------------------------------------------------------------------------------------
def test_modules_are_not_too_long():
    long = [module.path for module in CODE if module.text.count("\n") > LONGEST_MODULE]
    assert long == []


def lengths():
    """Yield (number of lines without the docstring, place) of each function."""
    for module in CODE:
        for node in module.functions():
            words = ast.get_docstring(node, clean=False)
            yield node.end_lineno - node.lineno + 1 - (words.count("\n") + 1 if words else 0), where(module, node)


def test_functions_are_short():
    assert statistics.median(lines for lines, _ in lengths()) <= MEDIAN_FUNCTION


def test_no_function_is_too_long():
    assert [place for lines, place in lengths() if lines > LONGEST_FUNCTION] == []
