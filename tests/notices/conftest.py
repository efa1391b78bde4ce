"""Fixtures of the tests about notices: an outbox, a notice template, and recipients."""

import pytest

from chengyang.platform.accounts.models import User
from chengyang.platform.web import hints

TEMPLATE = """{% if word %}{{ word }}{% else %}报名成功{% endif %}
第一行
第二行"""


@pytest.fixture(autouse=True)
def outbox(settings, tmp_path):
    """Put the outbox into a temporary folder."""
    settings.OUTBOX_DIR = tmp_path / "outbox"
    settings.EMAIL_FILE_PATH = str(tmp_path / "outbox" / "mail")
    return settings.OUTBOX_DIR


@pytest.fixture(autouse=True)
def notice_template(settings, tmp_path):
    """Create the notice templates `tests/words` and, without a title, `tests/nothing`."""
    folder = tmp_path / "templates" / "notices" / "tests"
    folder.mkdir(parents=True)
    (folder / "words.txt").write_text(TEMPLATE, encoding="utf-8")
    (folder / "nothing.txt").write_text("\n", encoding="utf-8")
    (engine,) = settings.TEMPLATES
    settings.TEMPLATES = [{**engine, "DIRS": [*engine["DIRS"], tmp_path / "templates"]}]


@pytest.fixture(autouse=True)
def no_pause():
    """Reset the pause that another test's broken broker may have caused."""
    hints._pause["until"] = 0.0


@pytest.fixture
def zhixia(db):
    """Return an account with a phone number and no mail address."""
    return User.objects.create(name="林知夏", phone="+8615400000001")


@pytest.fixture
def officer(db):
    """Return an account with a mail address and no phone number."""
    return User.objects.create(name="于明", email="yu@demo.invalid")
