"""Write the pinned files again: what each app declares, and the matrix of addresses × personas.

`python3 manage.py snapshots` runs it with servers of its own. It prints each difference: read it before you commit the files.
"""

import sys

from . import matrix, registered


def main() -> int:
    """Write `registered.txt` and `matrix.tsv`; return 0, or the exit code of the part that failed."""
    return registered.main(["--write"]) or matrix.main(["--write"])


if __name__ == "__main__":
    sys.exit(main())
