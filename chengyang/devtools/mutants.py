"""`manage.py mutants`: break the listed rules one at a time, with the same servers as `manage.py test`."""

import sys

from .test import run

if __name__ == "__main__":
    sys.exit(run([sys.executable, "-m", "tests.mutation", *sys.argv[1:]]))
