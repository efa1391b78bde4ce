"""`manage.py snapshots`: write the pinned files of `tests/project` again, with the same servers as `manage.py test`."""

import sys

from .test import run

if __name__ == "__main__":
    sys.exit(run([sys.executable, "-m", "tests.project.snapshots", *sys.argv[1:]]))
