"""What a person did themself is shown as their own step in the history of their record."""

import pytest
from django.urls import reverse

from . import factories

pytestmark = pytest.mark.django_db


def test_what_the_person_did_is_shown_as_their_own_step(rules, member, client_of, district):
    person, unit = member.person, "青岛沐野文化创意有限公司"
    data = {"name": person.name, "category": "enterprise", "unit": unit, "subdistrict": "370214002", "reason": ""}
    assert client_of(member).post(reverse("members:data-edit"), data).status_code == 302
    url = reverse("admin:members_person_change", args=[person.pk])
    step = client_of(district).get(url, {"tab": "history"}).context["record"].history[0]
    assert (step.who, [change.new for change in step.changes]) == ("本人", [unit])


def test_what_was_typed_and_taken_out_before_it_was_handed_in_is_never_shown(rules, stranger, client_of, district):
    row = factories.in_state(stranger, "draft", unit="不想说的单位")
    rows = type(row).objects.filter(pk=row.pk)
    rows.update(unit="青岛沐野文化创意有限公司", job="律师")
    rows.update(state="submitted", job="律师助理")
    rows.update(state="returned")
    rows.update(unit="又写错的单位")
    rows.update(unit="青岛沐野文化创意有限公司")
    rows.update(state="submitted")
    rows.update(job="助理")  # by whoever: it is handed in
    url = reverse("admin:members_application_change", args=[row.pk])
    answer = client_of(district).get(url, {"tab": "history"})
    changes = [(str(one.label), one.old, one.new) for step in answer.context["record"].history for one in step.changes]
    assert sorted(changes) == sorted(
        [
            ("做什么工作", "律师助理", "助理"),
            ("状态", "退回修改", "待初审"),
            ("状态", "待初审", "退回修改"),
            ("状态", "填写中", "待初审"),
        ]
    )
    assert not any(word in answer.content.decode() for word in ("不想说的单位", "又写错的单位"))
