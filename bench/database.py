"""A database for benchmarks: that of a running portal, or one of their own."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengyang.settings")


def with_database(script, measure):
    """Set Django up, migrate the database, and call `measure`; return the exit code.

    Without a running server, `script` (the path of the benchmark) is started again with servers of its own. `measure` is a
    function without arguments that returns the exit code.
    """
    from chengyang.devtools import server_registry, tables, test

    home = Path(os.environ.get("CHENGYANG_HOME") or ROOT / "var")
    if not (os.environ.get("DATABASE_URL") or server_registry.database_url(home)):
        return test.run([sys.executable, script, *sys.argv[1:]])
    import django

    django.setup()
    tables.make_tables()
    return measure()
