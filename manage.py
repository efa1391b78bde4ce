#!/usr/bin/env python3
"""Entry point of every command: `python3 manage.py up | dev | test | check-all | <any Django command>`."""

import sys

# This file must parse on every Python, so that an old one prints a sentence instead of a syntax error.
if sys.version_info < (3, 11):  # noqa: UP036
    sys.exit("The portal needs Python 3.11 or newer; this is Python %d.%d." % sys.version_info[:2])  # noqa: UP031

from chengyang.devtools import bootstrap

if __name__ == "__main__":
    bootstrap.main(sys.argv)
