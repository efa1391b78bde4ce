"""`manage.py mutants`: run the mutation tests of `tests/mutation` with the same servers as `manage.py test`."""

import sys

from .test import run

if __name__ == "__main__":
    sys.exit(run([sys.executable, "-m", "tests.mutation", *sys.argv[1:]]))
