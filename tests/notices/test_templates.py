"""The words of all notices: each can be read by the engine, and begins with a title."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template

FOLDER = Path(settings.BASE_DIR) / "templates" / "notices"
WORDS = sorted(path for path in FOLDER.glob("*/*.txt") if not path.name.startswith("_"))
CALL = re.compile(r'tell\([^"\n]*"([a-z_]+/[a-z_]+)"')


@pytest.mark.parametrize("path", WORDS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_notice_begins_with_a_title_in_chinese(path):
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert re.search(r"[\u4e00-\u9fff]", re.sub(r"{% (?!translate).*?%}", "", first))


@pytest.mark.parametrize("path", WORDS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_notice_can_be_read(path):
    assert get_template(f"notices/{path.parent.name}/{path.name}")


def test_every_notice_that_is_told_has_words():
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for app in ("members", "organizations", "bases", "activities", "services", "chengyang")
        for path in (Path(settings.BASE_DIR) / app).rglob("*.py")
    )
    assert {f"{path.parent.name}/{path.stem}" for path in WORDS} >= set(CALL.findall(code))
