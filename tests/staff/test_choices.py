"""The forms of the staff site offer only what the officer may choose, and choose it when there is one."""

import pytest
from django.contrib import admin
from django.forms import ModelChoiceField, ModelMultipleChoiceField
from django.urls import reverse

from chengyang.platform.accounts.access import access_scope
from chengyang.platform.accounts.models import Subdistrict
from organizations.models import Assessment, Organization
from services import actions
from services.models import Outcome, Post
from tests import personas

pytestmark = pytest.mark.django_db
OUTCOME = {"kind": "firm", "title": "一家新店", "happened_on": "2026-09-01"}


@pytest.fixture
def elsewhere(reference):
    """A public team, organization and base of 流亭, which nobody of 夏庄 manages."""
    there = Subdistrict.objects.get(name="流亭街道")
    return {
        "team": personas.team(slug="liuting", name="流亭服务队", subdistrict=there),
        "organization": personas.organization(slug="liuting", name="流亭联谊会", subdistrict=there),
        "base": personas.base(slug="liuting", name="流亭驿站", subdistrict=there),
    }


def form_of(browser, name):
    return browser.get(reverse(f"admin:{name}_add")).context["form"]


CREATING = [
    (persona, f"{model._meta.app_label}_{model._meta.model_name}", model_admin)
    for model, model_admin in admin.site._registry.items()
    if model_admin.create
    for persona in ("xiazhuang", "secretary", "base_manager", "leader")
]


@pytest.mark.parametrize(("persona", "name", "model_admin"), CREATING, ids=[f"{p}-{n}" for p, n, _ in CREATING])
def test_no_form_offers_what_the_officer_may_not_choose(client_of, elsewhere, persona, name, model_admin):
    answer = client_of(personas.make(persona)).get(reverse(f"admin:{name}_add"))
    fields = answer.context["form"].fields if answer.status_code == 200 else {}
    scope = access_scope(personas.make(persona))
    offered = {
        field: set(choice.queryset)
        for field, choice in fields.items()
        if isinstance(choice, ModelChoiceField) and not isinstance(choice, ModelMultipleChoiceField)
    }
    foreign = set(elsewhere.values())
    foreign |= set(Subdistrict.objects.exclude(pk__in=scope.subdistricts)) if scope.subdistricts else set()
    assert {field for field, rows in offered.items() if rows & foreign} <= set(model_admin.free_choices)


def test_a_single_choice_is_chosen(client_of, elsewhere, leader, base_manager, secretary):
    chosen = {
        "team": form_of(client_of(leader), "services_outcome")["team"].value(),
        "base": form_of(client_of(base_manager), "bases_assessment")["base"].value(),
        "organization": form_of(client_of(secretary), "activities_activity")["organization"].value(),
    }
    own = {"team": personas.team(), "base": personas.base(), "organization": personas.organization()}
    assert chosen == {name: row.pk for name, row in own.items()}


def test_the_subdistrict_of_its_staff_is_chosen(client_of, xiazhuang):
    assert form_of(client_of(xiazhuang), "members_person")["subdistrict"].value() == "370214002"


def test_a_refused_choice_is_an_error_at_the_field_and_everything_stays(client_of, elsewhere, leader):
    answer = client_of(leader).post(
        reverse("admin:services_outcome_add"), {**OUTCOME, "team": elsewhere["team"].pk, "quantity": "3"}
    )
    form = answer.context["form"]
    assert (answer.status_code, list(form.errors), form["title"].value()) == (400, ["team"], "一家新店")
    assert not Outcome.objects.exists()


def test_an_action_that_refuses_an_offered_choice_is_an_error_at_the_field(client_of, leader, monkeypatch):
    monkeypatch.setattr("services.permissions.can_report_outcome", lambda actor, organizer: False)
    answer = client_of(leader).post(
        reverse("admin:services_outcome_add"), {**OUTCOME, "team": personas.team().pk, "quantity": "3"}
    )
    assert (answer.status_code, list(answer.context["form"].errors)) == (409, ["team"])


def test_the_district_is_offered_everything(client_of, elsewhere, district):
    personas.team()
    field = form_of(client_of(district), "services_outcome").fields["team"]
    assert (field.queryset.count(), form_of(client_of(district), "services_outcome")["team"].value()) == (2, None)


def test_a_secretary_assesses_the_own_organization_only(client_of, elsewhere, secretary):
    url = reverse("admin:organizations_assessment_add")
    answer = client_of(secretary).post(url, {"organization": elsewhere["organization"].pk})
    assert (answer.status_code, Assessment.objects.exists()) == (400, False)


def test_a_leader_takes_a_volunteer_in(client_of, leader, stranger):
    volunteer = personas.person("钟离春")
    actions.appoint(personas.team(), person=volunteer, kind="volunteer", starts=personas.STARTED, actor=leader)
    form = form_of(client_of(leader), "services_post")
    assert form.fields["kind"].choices == [("volunteer", "队员")]
    url = reverse("admin:services_post_add")
    data = {"team": personas.team().pk, "kind": "leader", "person": volunteer.pk, "starts": "2026-10-01"}
    assert client_of(leader).post(url, data).status_code == 400
    assert Post.objects.filter(kind="leader").count() == 1


def test_staff_of_a_subdistrict_found_no_organization_of_the_district(client_of, xiazhuang):
    data = {"name": "区级联合会", "level": "district", "subdistrict": ""}
    answer = client_of(xiazhuang).post(reverse("admin:organizations_organization_add"), data)
    assert (answer.status_code, list(answer.context["form"].errors)) == (400, ["level"])
    assert not Organization.objects.filter(level="district").exists()
