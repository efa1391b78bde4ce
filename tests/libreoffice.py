"""LibreOffice as a second reader of the files that the portal writes, in tests that are skipped where it is not installed."""

import shutil
import subprocess
from pathlib import Path

import pytest

SOFFICE = shutil.which("soffice")
PARTS = {"calc": "libsclo.so", "writer": "libswlo.so"}
LONGEST = 180  # seconds


def needs(part):
    """Return the mark that skips a test unless the `part` of LibreOffice ("calc" or "writer") is installed."""
    installed = SOFFICE is not None and (Path(SOFFICE).resolve().parent / PARTS[part]).exists()
    return pytest.mark.skipif(not installed, reason=f"LibreOffice {part.title()} is not installed")


def converted(folder, pattern, suffix):
    """Convert the files of `folder` that match `pattern` to `suffix`; return the stems of those made.

    A file that needs repair is not converted: without a user, LibreOffice does not repair it.
    """
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = [SOFFICE, profile, "--headless", "--convert-to", suffix, "--outdir", folder, *folder.glob(pattern)]
    made = subprocess.run(command, capture_output=True, timeout=LONGEST)
    assert made.returncode == 0, made.stderr
    return sorted(one.stem for one in folder.glob(f"*.{suffix.partition(':')[0]}"))
