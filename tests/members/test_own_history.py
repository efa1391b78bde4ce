"""What a person did themself is told as their own step in the history of their record."""

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db


def test_what_the_person_did_is_told_as_their_own_step(rules, member, client_of, district):
    person, unit = member.person, "青岛沐野文化创意有限公司"
    data = {"name": person.name, "category": "enterprise", "unit": unit, "subdistrict": "370214002", "reason": ""}
    assert client_of(member).post(reverse("members:data-edit"), data).status_code == 302
    url = reverse("admin:members_person_change", args=[person.pk])
    step = client_of(district).get(url, {"tab": "history"}).context["record"].history[0]
    assert (step.who, [change.new for change in step.changes]) == ("本人", [unit])
