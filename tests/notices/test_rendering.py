"""The variables of a notice: named after the template, and no more than the text contains."""

import pytest

from chengyang.platform.notices.actions import notify
from chengyang.platform.notices.rendering import render


@pytest.fixture
def template(settings, tmp_path):
    """Return a function that writes the template `tests/<name>`."""
    folder = tmp_path / "templates" / "notices" / "tests"

    def write(text, name="own"):
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
        return f"tests/{name}"

    return write


def test_variables_are_stored_with_the_notice(zhixia):
    notice = notify(zhixia, "tests/words", word="座谈会")
    notice.refresh_from_db()
    assert notice.variables == {"word": "座谈会"}


def test_a_variable_is_named_after_its_expression_and_formatted_as_printed(template):
    name = template('报名成功：{{ activity.title }}\n{{ names|join:"、" }}')
    context = {"activity": {"title": "“A&B”<座谈>"}, "names": ["甲", "乙"]}
    assert render(name, context).variables == {"activity_title": "“A&B”<座谈>", "names": "甲、乙"}


def test_a_tag_and_an_include_are_variables_too(template):
    template("线上", "_where")
    name = template('活动\n{% when activity.starts activity.ends %}，{% include "notices/tests/_where.txt" %}')
    assert render(name, {"activity": {}}).variables == {"activity_starts": "", "where": "线上"}


def test_a_value_that_the_text_does_not_contain_is_not_stored(template):
    name = template("报名成功\n{% if False %}{{ person.phone }}{% endif %}")
    assert render(name, {"person": {"phone": "13800000001"}}).variables == {"person_phone": ""}
