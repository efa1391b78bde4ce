"""What the floors register with each other, as one list: `python -m tests.project.registered --write` pins it.

A line is a kind and a name. Whoever adds or loses one sees it in the difference of `registered.txt`.
"""

import sys
from pathlib import Path

FILE = Path(__file__).with_name("registered.txt")


def lines() -> list[str]:
    """Return everything that is registered now, in order."""
    from django.contrib import admin

    from chengyang.celery import app
    from chengyang.platform.accounts import access
    from chengyang.platform.audit.verbs import VERBS
    from chengyang.platform.files.models import _doors
    from chengyang.platform.metrics import registry as measures
    from chengyang.platform.staff import registry as desk
    from chengyang.platform.web import panels
    from members import erasure

    app.loader.import_default_modules()  # else only those tasks are known whose module somebody imported
    found = {
        "measure": measures.codes(),
        "panel": [f"{place} {template}" for place, there in panels.registered().items() for template in there],
        "decision": [decision.code for decision in desk.decisions()],
        "search": [str(source.label) for source in desk.search_sources()],
        "posts": list(access._sources),
        "door": list(_doors),
        "erasure": [str(rows.label) for rows in erasure.registered()],
        "list": [model._meta.label for model in admin.site._registry],
        "task": [name for name in app.tasks if not name.startswith("celery.")],
        "beat": [f"{name} {entry['task']}" for name, entry in app.conf.beat_schedule.items()],
        "verb": list(VERBS),
    }
    return sorted(f"{kind} {name}" for kind, names in found.items() for name in names)


def main(arguments: list[str]) -> int:
    """Print what is registered, or write it with `--write`."""
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
