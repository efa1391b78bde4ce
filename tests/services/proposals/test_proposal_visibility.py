"""Who reads what of a proposal, by role, on pages, in the API, on the staff site, in the search and in exports."""

import pytest
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse

from chengyang import clock, extensions
from chengyang.platform.files.models import File
from services.models import (
    CoSigner,
    Department,
    Promise,
    Proposal,
    ProposalEdition,
    ProposalStep,
    Referral,
    ReferralLink,
)
from services.proposals import actions
from tests import personas

from .conftest import TEXTS, fresh

pytestmark = pytest.mark.django_db
NAMES = (
    *("visitor", "stranger", "member", "friend", "left", "district", "district_2", "xiazhuang", "liuting", "editor"),
    *("secretary", "base_manager", "leader", "sysadmin", "secadmin", "auditor"),
)
OFFICE = {"district", "district_2"}
AUTHOR = {"member"}
STAGES = {  # fixture → who reads the proposal itself
    "draft": AUTHOR,
    "submitted": AUTHOR | OFFICE,
    "accepted": AUTHOR | OFFICE,
    "answered": AUTHOR | OFFICE,
    "edition": AUTHOR | OFFICE,
    "published": AUTHOR | OFFICE,
}


def account(name):
    if name == "visitor":
        return personas.visitor()
    if name == "friend":
        return personas.user("friend")
    if name == "left":
        who = personas.user("left")
        personas.person(name="韩退之", account=who, state="left", left_on=clock.today())
        return who
    return personas.make(name)


def proposal_of(row):
    return row if isinstance(row, Proposal) else row.proposal


@pytest.fixture(params=STAGES)
def stage(request, friend):
    """(name of the stage, its proposal)."""
    row = request.getfixturevalue(request.param)
    return request.param, fresh(proposal_of(row))


@pytest.fixture
def users(reference):
    return {name: account(name) for name in NAMES}


def readers(users, reads):
    return {name for name, user in users.items() if reads(user)}


def test_the_page_is_opened_by_those_only(stage, users, client_of):
    name, row = stage
    url = row.get_absolute_url()
    found = readers(users, lambda user: TEXTS["wish"] in client_of(user).get(url).content.decode())
    assert found == STAGES[name]


def test_it_is_found_by_queries_of_those_only(stage, users):
    name, row = stage
    assert readers(users, lambda user: Proposal.objects.visible_to(user).filter(pk=row.pk).exists()) == STAGES[name]


@pytest.mark.parametrize("model", [CoSigner, ProposalStep, Referral, Promise])
def test_its_parts_are_read_with_it(published, users, friend, model):
    proposal = published.proposal
    CoSigner.objects.create(proposal=proposal, user=friend, state="withdrawn")
    own = {"friend"} if model is CoSigner else set()  # who has withdrawn still reads the own row, and nothing else
    assert readers(users, lambda user: model.objects.visible_to(user).exists()) == AUTHOR | OFFICE | own


@pytest.mark.parametrize("model", [ReferralLink, Department])
def test_links_and_contacts_are_read_by_the_office_only(published, users, model):
    assert readers(users, lambda user: model.objects.visible_to(user).exists()) == OFFICE


def test_a_cosigner_reads_what_they_sign(submitted, users, friend):
    CoSigner.objects.create(proposal=submitted, user=friend)
    found = readers(users, lambda user: Proposal.objects.visible_to(user).filter(pk=submitted.pk).exists())
    assert found == AUTHOR | OFFICE | {"friend"}


def test_an_edition_is_read_before_its_check_with_the_proposal(edition, users, client_of):
    found = readers(users, lambda user: ProposalEdition.objects.visible_to(user).exists())
    assert found == AUTHOR | OFFICE
    url = edition.get_absolute_url()
    assert readers(users, lambda user: client_of(user).get(url).status_code == 200) == set()


def test_a_published_one_is_read_by_everybody(published, users, client_of):
    url = published.get_absolute_url()
    assert readers(users, lambda user: client_of(user).get(url).status_code == 200) == set(NAMES)


@pytest.mark.parametrize(("stage_name", "found"), [("edition", set()), ("published", set(NAMES))])
def test_the_api_has_published_ones_only(request, users, client_of, friend, stage_name, found):
    row = request.getfixturevalue(stage_name)
    urls = ("/api/v1/proposals/", f"/api/v1/proposals/{row.public_id}/", "/api/v1/proposals/?q=公交")
    for url in urls:
        assert readers(users, lambda user, url=url: TEXTS["wish"] in client_of(user).get(url).json_text) == found


@pytest.fixture(autouse=True)
def json_text(monkeypatch):
    """Give each answer its text, with Chinese characters as such."""
    from django.http import HttpResponse

    monkeypatch.setattr(HttpResponse, "json_text", property(lambda answer: answer.content.decode()), raising=False)


def test_files_are_opened_with_what_they_belong_to(published, users):
    proposal, referral = published.proposal, published.proposal.referrals.get()
    for row in (proposal, referral):
        common = {"owner": None, "name": "x.pdf", "size": 1, "sha256": "x" * 64, "content": "x"}
        File.objects.create(attached_to=row._meta.label, attached_id=row.public_id, **common)
    for row in (proposal, referral):
        found = readers(
            users, lambda user, row=row: File.objects.visible_to(user).filter(attached_id=row.public_id).exists()
        )
        assert found == AUTHOR | OFFICE


# ---- the staff site -------------------------------------------------------------------------------------------------
def test_the_list_of_the_staff_site_is_for_the_district(stage, users, client_of):
    name, _row = stage
    url = reverse("admin:services_proposal_changelist")
    found = readers(users, lambda user: TEXTS["title"] in client_of(user).get(url).content.decode())
    assert found == STAGES[name] & OFFICE


def test_the_record_is_for_the_district(stage, users, client_of):
    name, row = stage
    url = reverse("admin:services_proposal_change", args=[row.pk])
    found = readers(users, lambda user: client_of(user).get(url).status_code == 200)
    assert found == STAGES[name] & OFFICE


@pytest.mark.parametrize("code", ["proposal", "proposal-clean"])
def test_decisions_on_it_are_for_the_district(stage, users, client_of, code):
    name, row = stage
    url = reverse("admin:staff_decide", args=[code, row.public_id])
    found = readers(users, lambda user: client_of(user).get(url).status_code == 200)
    closed = code == "proposal-clean" and name in ("draft", "submitted", "accepted")
    assert found == (set() if closed else STAGES[name] & OFFICE)


def test_the_search_of_the_staff_site_finds_it_for_the_district(stage, users):
    name, row = stage
    source = next(one for one in extensions.search_sources() if one.list_name == "services_proposal")
    found = readers(users, lambda user: user.is_authenticated and row in source.find(user, "公交"))
    assert found == STAGES[name] & OFFICE


def test_the_export_has_what_the_list_has(stage, users):
    name, row = stage
    model_admin = admin.site._registry[Proposal]

    def exports(user):
        request = HttpRequest()
        request.user = user
        return model_admin.has_view_permission(request) and row in model_admin.get_queryset(request)

    assert readers(users, exports) == STAGES[name] & OFFICE


def test_the_figures_of_a_year_are_for_the_district(published, users, client_of):
    url = reverse("services:proposal-figures")
    found = readers(users, lambda user: client_of(user).get(url).status_code == 200)
    assert found == OFFICE


def test_a_closed_one_is_not_on_the_public_pages(answered, member, users, client_of):
    url = reverse("services:proposals")
    assert readers(users, lambda user: TEXTS["title"] in client_of(user).get(url).content.decode()) == set()


def test_what_the_author_wrote_before_submitting_is_not_in_the_history_of_the_staff_site(
    client_of, draft, member, district
):
    actions.edit_proposal(draft, actor=member, situation="先写的一稿，只给自己看")
    actions.edit_proposal(fresh(draft), actor=member, situation="交上去的一稿")
    actions.submit_proposal(fresh(draft), actor=member)
    url = reverse("admin:services_proposal_change", args=[draft.pk])
    page = client_of(district).get(url).content.decode()
    assert "交上去的一稿" in page
    assert "先写的一稿" not in page
