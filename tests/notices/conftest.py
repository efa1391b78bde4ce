"""What tests about notices share: an outbox of their own, words to tell, and somebody to tell them to."""

import pytest

from chengyang.platform.accounts.models import User
from chengyang.platform.notices import actions

WORDS = """{% if word %}{{ word }}{% else %}报名成功{% endif %}
第一行
第二行"""


@pytest.fixture(autouse=True)
def outbox(settings, tmp_path):
    """An outbox in a temporary folder."""
    settings.OUTBOX_DIR = tmp_path / "outbox"
    settings.EMAIL_FILE_PATH = str(tmp_path / "outbox" / "mail")
    return settings.OUTBOX_DIR


@pytest.fixture(autouse=True)
def words(settings, tmp_path):
    """The template `tests/words`."""
    folder = tmp_path / "templates" / "notices" / "tests"
    folder.mkdir(parents=True)
    (folder / "words.txt").write_text(WORDS, encoding="utf-8")
    (folder / "nothing.txt").write_text("\n", encoding="utf-8")
    (engine,) = settings.TEMPLATES
    settings.TEMPLATES = [{**engine, "DIRS": [*engine["DIRS"], tmp_path / "templates"]}]


@pytest.fixture(autouse=True)
def broker_answers():
    """No pause is left over from another test's broker."""
    actions._pause["until"] = 0.0


@pytest.fixture
def zhixia(db):
    """An account with a phone and no mail."""
    return User.objects.create(name="林知夏", phone="+8615400000001")


@pytest.fixture
def officer(db):
    """An account with mail and no phone."""
    return User.objects.create(name="于明", email="yu@demo.invalid")
