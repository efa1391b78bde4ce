"""成果: outcomes count after the check by a second person."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from chengyang import extensions
from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.files.models import File
from chengyang.platform.staff.forms import REASON_LENGTH
from services import actions
from services.models import Outcome
from tests import personas
from tests.files.conftest import PDF
from tests.staff_pages import decide

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 9, 1)


@pytest.fixture
def reported(leader):
    team = personas.team()
    return actions.report_outcome(
        team, actor=leader, kind="money", title="助学款", happened_on=DAY, amount=Decimal("3000")
    )


def test_an_unchecked_outcome_does_not_count(reported):
    assert extensions.metric("donations").of() == 0


def test_a_checked_outcome_counts(reported, district):
    actions.check_outcome(reported, actor=district)
    assert extensions.metric("donations").of() == Decimal("3000")


def test_who_reported_it_does_not_check_it(reference, district):
    own = actions.report_outcome(personas.team(), actor=district, kind="firm", title="一家新店", happened_on=DAY)
    with pytest.raises(NotAllowed):
        actions.check_outcome(own, actor=district)


def test_a_second_check_is_refused(reported, district, district_2):
    actions.check_outcome(reported, actor=district)
    with pytest.raises((ActionError, NotAllowed)):
        actions.check_outcome(reported, actor=district_2)


@pytest.mark.parametrize("name", ["xiazhuang", "liuting", "member", "secretary", "editor", "auditor"])
def test_others_do_not_check_it(reported, name):
    with pytest.raises(NotAllowed):
        actions.check_outcome(reported, actor=personas.make(name))


@pytest.mark.parametrize(("kind", "numbers"), [("money", {}), ("goods", {"amount": Decimal(0)}), ("beneficiaries", {})])
def test_an_outcome_without_its_number_is_refused(leader, kind, numbers):
    with pytest.raises(ValidationError):
        actions.report_outcome(personas.team(), actor=leader, kind=kind, title="x", happened_on=DAY, **numbers)


def test_a_refusal_is_notified_with_its_reason(reported, district, leader):
    actions.refuse_outcome(reported, actor=district, reason="请补收据")
    assert "请补收据" in leader.notices.get().body


@pytest.mark.parametrize(("reason", "code"), [(" ", "reason"), ("长" * 501, "too_long")])
def test_a_refusal_needs_a_reason_that_fits(reported, district, reason, code):
    with pytest.raises(ActionError) as refused:
        actions.refuse_outcome(reported, actor=district, reason=reason)
    assert (refused.value.code, refused.value.field) == (code, "reason")


def test_the_staff_site_takes_the_longest_reason_of_its_form(client_of, reported, district):
    url = reverse("admin:staff_decide", args=["outcome", reported.public_id])
    answer = decide(client_of(district), url, {"choice": "refuse", "reason": "长" * REASON_LENGTH})
    reported.refresh_from_db()
    assert (answer.status_code, len(reported.reason)) == (302, REASON_LENGTH)


# ---- evidence -------------------------------------------------------------------------------------------------------
def test_a_file_shows_it_to_who_checks_it_and_not_to_the_public(client_of, leader, district, liuting, member):
    typed = {"kind": "firm", "title": "一家新店", "happened_on": "2026-09-01", "team": personas.team().pk}
    url = reverse("admin:services_outcome_add")
    client_of(leader).post(url, {**typed, "file": SimpleUploadedFile("营业执照.pdf", PDF)})
    outcome, file = Outcome.objects.get(), File.objects.get()
    link = f'href="{file.get_absolute_url()}"'
    page = client_of(district).get(reverse("admin:staff_decide", args=["outcome", outcome.public_id]))
    assert link in page.content.decode()
    actions.check_outcome(outcome, actor=district)
    row = client_of(district).get(reverse("admin:services_outcome_change", args=[outcome.pk]))
    assert link in row.content.decode()
    answers = [client_of(user).get(file.get_absolute_url()) for user in (district, leader, liuting, member)]
    for answer in answers:
        answer.close()
    assert [answer.status_code for answer in answers] == [200, 200, 404, 404]


def test_a_file_that_cannot_be_read_is_refused_at_its_field(client_of, leader):
    typed = {"kind": "firm", "title": "一家新店", "happened_on": "2026-09-01", "team": personas.team().pk}
    url = reverse("admin:services_outcome_add")
    answer = client_of(leader).post(url, {**typed, "file": SimpleUploadedFile("x.pdf", b"nothing")})
    assert (answer.status_code, list(answer.context["form"].errors)) == (409, ["file"])
    assert not Outcome.objects.exists()
