"""The database that a benchmark measures in: the running portal's, or one of its own."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengyang.settings")


def on_a_database(script, measure):
    """Call `measure` with Django set up and the tables made; where no server runs, start `script` again beside own ones.

    Arguments: the path of the benchmark; a function that returns the exit code. Returns the exit code.
    """
    from chengyang.devtools import server_registry, test

    home = Path(os.environ.get("CHENGYANG_HOME") or ROOT / "var")
    if not (os.environ.get("DATABASE_URL") or server_registry.database_url(home)):
        return test.run([sys.executable, script, *sys.argv[1:]])
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    return measure()
