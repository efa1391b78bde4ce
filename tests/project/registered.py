"""The declarations of all apps, one block per app: `python -m tests.project.registered --write` writes `registered.txt`.

A test compares the file with the registry, so that each added or removed declaration shows up in a diff.
"""

import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("registered.txt")
NAMES = {
    "todos": lambda kind: kind.code,
    "job_kinds": lambda kind: kind.code,
    "imports": lambda kind: f"{kind.list_name} {kind.code}",
    "search": lambda source: str(source.label),
    "upcoming": lambda source: source.__name__.strip("_"),
    "open_items": lambda items: f"{items.section.value} {items.find.__name__.strip(chr(95))}",
    "commitments": lambda source: str(source.label),
    "panels": lambda panel: f"{panel.place} {panel.template}",
    "record_tabs": lambda tab: f"{tab.subject} {tab.order} {tab.code} {tab.part}".rstrip(),
    "record_verbs": lambda verb: f"{verb.subject} {verb.order} {verb.code} {verb.form}",
    "staff_pages": lambda page: f"{page.section} {page.url_name}",
    "list_links": lambda link: f"{link.order} {link.code}",
    "papers": lambda paper: f"{paper.subject} {paper.order} {paper.code}",
    "menu": lambda entry: f"{entry.place} {entry.order} {entry.url_name}",
    "public_pages": lambda source: f"{source.__module__}.{source.__name__}",
    "cached_pages": lambda page: " ".join([page.url_name, *sorted(page.parameters)]),
    "content_moments": lambda source: f"{source.__module__}.{source.__name__}",
    "go_live": lambda source: f"{source.__module__}.{source.__name__}",
    "api": lambda route: route.path,
    "metrics": lambda metric: metric.code,
    "posts": lambda post: f"{post.subject} {post.manager_kind}",
    "assessments": lambda table: table.SUBJECT,
    "evaluations": lambda table: table.SUBJECT,
    "pictures": lambda shown: f"{shown.table} {shown.most}",
    "deadlines": lambda rows: rows.waiting().model._meta.label,
    "person_rows": lambda rows: str(rows.label),
    "account_rows": lambda rows: str(rows.label),
    "own_data": lambda description: description.table,
}


def lines() -> list[str]:
    """Return a block of lines for each app, one line per declaration, then the staff lists and the Celery tasks."""
    from django.contrib import admin

    from chengyang import extensions
    from chengyang.celery import app

    app.loader.import_default_modules()  # otherwise only tasks of modules that were imported would be listed
    found = []
    for label, extension in extensions.apps().items():
        found += [label, *(f"  {line}" for line in _declared(extension)), ""]
    lists = sorted(model._meta.label for model in admin.site._registry)
    tasks = sorted(name for name in app.tasks if not name.startswith("celery."))
    return [*found, *(f"staff list {name}" for name in lists), "", *(f"task {name}" for name in tasks)]


def _declared(extension: Any) -> list[str]:
    """Return the lines of one app, in the order of the slots."""
    found = []
    for slot in (field.name for field in fields(extension)):
        value = getattr(extension, slot)
        if isinstance(value, int):
            found += [f"{slot} {value}"] if extension.own_data else []
        elif slot == "content":
            found += sorted(f"{slot} {verb} {versions.__name__.strip('_')}" for verb, versions in value.items())
        elif isinstance(value, dict):
            found += sorted(f"{slot} {key}" for key in value)
        else:
            found += sorted(f"{slot} {NAMES[slot](item)}" for item in value)
    return found


def main(arguments: list[str]) -> int:
    """Print the declarations, or write them to `registered.txt` when `arguments` contain `--write`."""
    import django

    django.setup()
    text = "".join(f"{line}\n" for line in lines())
    if "--write" in arguments:
        FILE.write_text(text)
    else:
        sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
