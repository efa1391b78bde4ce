"""The texts of the demo, read from the TOML files in this folder."""

import tomllib
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent

words: dict[str, Any] = tomllib.loads((FOLDER / "words.toml").read_text(encoding="utf-8"))
topics: list[dict[str, Any]] = tomllib.loads((FOLDER / "topics.toml").read_text(encoding="utf-8"))["topic"]
