"""The roll of an organization read in: what is new, what changes, what is refused, and what is written."""

import datetime as dt

import pytest

from chengyang.platform.audit.models import Entry
from chengyang.platform.imports.states import ImportState
from organizations.models import Membership

from .conftest import rows_of, upload, work, write
from .workbooks import book

pytestmark = pytest.mark.django_db
HEAD = ["姓名", "手机号", "组织", "入会日期"]
DAY = dt.date(2026, 3, 5)


def member(person, organization, **fields):
    return Membership.objects.create(person=person, organization=organization, state="active", joined_on=DAY, **fields)


def test_the_whole_path(people, district):
    (first, second, *_), organization = people
    known = member(first, organization)
    rows = [
        HEAD,
        ["陈桂兰", "15400007100", "夏庄联谊会", dt.date(2026, 4, 1)],
        ["李雷", 15400007101, "夏庄联谊会", "2026.5"],
        ["没有人", "15400007999", "夏庄联谊会", None],
    ]
    owner = upload("memberships", book(rows), actor=district)
    assert (owner.state, owner.counts) == (ImportState.PREVIEW, {"changed": 1, "new": 1, "refused": 1})
    assert rows_of(owner, "refused")[4].cells[0].why == "名册里没有这个姓名和手机号的人。"
    owner = write(owner, actor=district)
    assert (owner.state, owner.results) == (ImportState.WRITTEN, {"changed": 1, "made": 1})
    known.refresh_from_db()
    assert known.joined_on == dt.date(2026, 4, 1)
    assert Membership.objects.get(person=second).joined_on == dt.date(2026, 5, 1)
    assert set(Entry.objects.filter(verb__startswith="membership").values_list("verb", flat=True)) == {
        "membership.added",
        "membership.corrected",
    }
    assert work() is None
