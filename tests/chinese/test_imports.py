"""Heavy libraries are imported on first use, so that not every process loads them at start."""

import importlib.util
import pkgutil
import subprocess
import sys

from chengyang.lib import chinese

HEAVY = {"pypinyin", "opencc", "cnlunar", "chinese_calendar", "holidays"}


def test_importing_the_package_loads_no_heavy_library():
    names = ", ".join(f"chengyang.lib.chinese.{module.name}" for module in pkgutil.iter_modules(chinese.__path__))
    script = f"import sys, {names}; print(sorted({HEAVY!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_psycopg_3_is_not_importable():
    assert importlib.util.find_spec("psycopg") is None  # Django would prefer it without a warning
