"""Who sees what of objectives: public pages, pages below /me/, the staff site, exports, files; and what is entered there."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from chengyang import clock
from chengyang.platform.objectives import actions
from chengyang.platform.objectives.models import Figure, Objective, Plan, Revision
from chengyang.platform.staff.list_exports import admin_of
from tests import personas

from .conftest import COUNTED

pytestmark = pytest.mark.django_db
EVERYBODY = [
    "visitor",
    "stranger",
    "member",
    "secretary",
    "base_manager",
    "leader",
    "xiazhuang",
    "liuting",
    "district",
    "editor",
]
WORKERS = {"secretary", "xiazhuang", "district"}
OFFICERS = WORKERS | {"base_manager", "leader", "liuting"}


def account(name):
    return personas.visitor() if name == "visitor" else personas.make(name)


def who(client_of, url, status=200):
    """Return the personas who get `status` at `url`."""
    return {name for name in EVERYBODY if client_of(account(name)).get(url).status_code == status}


def test_a_published_plan_and_its_objectives_are_public(plan, entered, client_of):
    assert who(client_of, plan.get_absolute_url()) == set(EVERYBODY)
    assert who(client_of, entered.get_absolute_url()) == set(EVERYBODY)
    assert who(client_of, reverse("objectives:list")) == set(EVERYBODY)


def test_a_draft_is_seen_by_who_works_on_it(draft, client_of):
    assert who(client_of, draft.get_absolute_url()) == WORKERS
    assert who(client_of, draft.objectives.first().get_absolute_url()) == WORKERS
    assert (
        "办活动"
        not in client_of(personas.visitor()).get(reverse("organizations:detail", args=["xiazhuang"])).content.decode()
    )


def test_the_plan_of_a_hidden_owner_is_not_public(plan, organization, client_of):
    organization.is_published = False
    organization.save()
    assert who(client_of, plan.get_absolute_url()) == WORKERS


def test_an_objective_that_nobody_agreed_to_is_not_public(plan, secretary, client_of):
    row = actions.add_to_plan(plan, reason="新任务", actor=secretary, what="提建言", unit="篇", target=Decimal(10))
    assert who(client_of, row.objective.get_absolute_url()) == WORKERS
    assert "提建言" not in client_of(personas.visitor()).get(plan.get_absolute_url()).content.decode()


@pytest.mark.parametrize("model", [Plan, Objective, Figure, Revision])
def test_the_staff_site_shows_the_rows_of_ones_managed_owners(plan, figure, revision, client_of, model):
    row = {Plan: plan, Objective: figure.objective, Figure: figure, Revision: revision}[model]
    name = f"admin:objectives_{model._meta.model_name}"
    assert who(client_of, reverse(f"{name}_change", args=[row.pk])) == WORKERS
    assert who(client_of, reverse(f"{name}_changelist")) == OFFICERS


@pytest.mark.parametrize("name", ["secretary", "base_manager", "xiazhuang", "liuting", "district"])
@pytest.mark.parametrize("model", [Plan, Objective, Figure, Revision])
def test_a_list_and_its_export_contain_the_rows_of_ones_managed_owners(plan, figure, revision, rf, model, name):
    request = rf.get("/")
    request.user = personas.make(name)
    found = admin_of(model._meta.label).get_queryset(request).exists()
    assert found == (name in WORKERS)


def test_the_records_behind_a_number_open_for_the_owner_and_its_staff(counted, client_of):
    url = reverse("admin:objectives_objective_records", args=[counted.pk])
    assert who(client_of, url) == WORKERS


def test_entered_figures_have_no_records_page(entered, client_of, district):
    assert client_of(district).get(reverse("admin:objectives_objective_records", args=[entered.pk])).status_code == 404


def test_the_note_of_a_figure_is_not_public(checked, entered, client_of):
    text = client_of(personas.visitor()).get(entered.get_absolute_url()).content.decode()
    assert "30 人次" in text
    assert "入户走访" not in text


def test_the_public_page_of_the_organization_shows_its_objectives(plan, checked, client_of):
    text = client_of(personas.visitor()).get(reverse("organizations:detail", args=["xiazhuang"])).content.decode()
    for words in ("今年要做成的事", "走访会员", "慢了", "完成 25%，时间过了 71%", "怎么算的"):
        assert words in text


def test_the_page_of_the_district_adds_them_up(plan, checked, client_of, reference):
    text = client_of(personas.visitor()).get(reverse("objectives:list")).content.decode()
    assert "走访会员" in text
    text = client_of(personas.visitor()).get(
        reverse("objectives:list"), {"subdistrict": reference.code, "year": "2026"}
    )
    assert "夏庄街道 2026 年度目标" in text.content.decode()


@pytest.mark.parametrize("query", ["year=1066", "year=abc", "year=%00", "subdistrict=nothing", "year=99999999999"])
def test_an_odd_query_shows_this_year_of_the_district(plan, client_of, query):
    answer = client_of(personas.visitor()).get(reverse("objectives:list") + f"?{query}")
    assert answer.status_code in (200, 400)
    if answer.status_code == 200:
        assert "全区 2026 年度目标" in answer.content.decode()


# ---- below /me/ ------------------------------------------------------------------------------------------------------
def test_the_page_of_a_manager_shows_the_owners_they_manage(plan, client_of):
    seen = {
        name
        for name in EVERYBODY[1:]
        if "走访会员" in client_of(account(name)).get(reverse("objectives:own")).content.decode()
    }
    assert seen == {"secretary"}


def test_a_manager_enters_a_figure_on_their_page(entered, secretary, client_of):
    url = reverse("objectives:own-figure", args=[entered.public_id])
    assert who(client_of, url) == {"secretary"}
    client = client_of(secretary)
    assert client.post(url, {"amount": "", "on": "2026-09-16", "note": "走访"}).status_code == 400
    assert client.post(url, {"amount": "3", "on": "2026-12-16", "note": "走访"}).status_code == 409
    assert client.post(url, {"amount": "3", "on": "2026-09-16", "note": "走访"}).status_code == 302
    assert Figure.objects.get().amount == 3


# ---- the staff site --------------------------------------------------------------------------------------------------
def post(client, url, **data):
    return client.post(url, data)


def test_a_plan_is_drafted_written_and_submitted_on_the_staff_site(organization, secretary, client_of):
    client = client_of(secretary)
    post(client, reverse("admin:objectives_plan_add"), organization=organization.pk, year=2026)
    plan = Plan.objects.get()
    url = reverse("admin:objectives_objective_add") + f"?plan={plan.pk}"
    answer = post(client, url, what="办活动", metric="activities_completed", target="10")
    assert answer.status_code == 302
    assert post(client, url, what="走访", metric="", target="10").status_code == 409  # no unit
    row = Objective.objects.get()
    post(
        client,
        reverse("admin:objectives_objective_change", args=[row.pk]),
        what="办活动",
        metric="activities_completed",
        target="12",
    )
    row.refresh_from_db()
    post(client, reverse("admin:objectives_plan_do", args=[plan.pk, "submit"]))
    plan.refresh_from_db()
    assert (row.target, plan.state) == (12, "waiting")


def test_a_plan_is_copied_on_the_staff_site(plan, secretary, client_of):
    post(client_of(secretary), reverse("admin:objectives_plan_add"), copied_from=plan.pk, percent="10")
    copy = Plan.objects.get(year=2027)
    assert sorted(copy.objectives.values_list("target", flat=True)) == [11, 132]


def test_an_objective_is_added_to_a_published_plan_with_a_reason(plan, secretary, client_of):
    url = reverse("admin:objectives_objective_add") + f"?plan={plan.pk}"
    assert post(client_of(secretary), url, what="提建言", unit="篇", target="10").status_code == 400
    post(client_of(secretary), url, what="提建言", unit="篇", target="10", reason="新任务")
    assert Revision.objects.get().kind == "add"


def test_a_figure_and_a_revision_are_entered_on_the_staff_site(entered, secretary, client_of):
    client = client_of(secretary)
    post(client, reverse("admin:objectives_figure_add"), objective=entered.pk, amount="7", on="2026-09-01", note="走访")
    post(client, reverse("admin:objectives_revision_add"), objective=entered.pk, target="100", reason="推迟")
    assert (Figure.objects.get().amount, Revision.objects.get().target) == (7, 100)


@pytest.mark.parametrize("code", ["objectives-plan", "objectives-figure", "objectives-revision"])
def test_the_decisions_wait_for_a_second_person(organization, secretary, xiazhuang, client_of, code, request):
    row = request.getfixturevalue(
        {"plan": "waiting", "figure": "figure", "revision": "revision"}[code.partition("-")[2]]
    )
    url = reverse("admin:staff_decide", args=[code, row.public_id])
    assert who(client_of, url) == {"xiazhuang", "district"}
    assert "走访" in client_of(xiazhuang).get(url).content.decode()


def test_a_plan_is_printed(plan, client_of, secretary):
    url = reverse("admin:papers_papertemplate_print", args=["objectives"]) + f"?record={plan.pk}"
    answer = client_of(secretary).get(url)
    assert "走访会员" in answer.content.decode()


def test_the_year_changes_at_midnight_on_the_public_page(plan, client_of, settings, organization):
    url = reverse("organizations:detail", args=["xiazhuang"])
    settings.PORTAL_CLOCK = clock.at(dt.date(2026, 12, 31), dt.time(23, 59))
    assert "今年要做成的事" in client_of(personas.visitor()).get(url).content.decode()
    settings.PORTAL_CLOCK = clock.at(dt.date(2027, 1, 1))
    assert "今年要做成的事" not in client_of(personas.visitor()).get(url).content.decode()
    assert "没完成" in client_of(personas.visitor()).get(plan.get_absolute_url()).content.decode()


def test_the_statements_of_the_page_of_a_plan_do_not_grow_with_entered_objectives(
    organization, secretary, xiazhuang, client_of, django_assert_max_num_queries
):
    plan = actions.draft_plan(organization, year=2026, actor=secretary)
    for number in range(8):
        actions.add_objective(plan, actor=secretary, what=f"第 {number} 件", unit="件", target=Decimal(3))
    actions.publish_plan(actions.submit_plan(plan, actor=secretary), actor=xiazhuang)
    client = client_of(personas.visitor())
    client.get(plan.get_absolute_url())
    with django_assert_max_num_queries(12):
        client.get(plan.get_absolute_url())


def test_a_number_from_records_turns_amber_by_the_clock_alone(counted, settings, client_of):
    from tests.activities import factories

    for number in range(8):
        starts = clock.at(dt.date(2026, 3, 1 + number), dt.time(9))
        factories.published(
            title=f"{number}",
            starts=starts,
            ends=starts + dt.timedelta(hours=1),
            organization=counted.plan.organization,
        )
    url = counted.get_absolute_url()
    for day, words in (("2026-10-20", "跟上"), ("2026-10-21", "慢了")):
        settings.PORTAL_CLOCK = clock.at(dt.date.fromisoformat(day))
        assert (
            words in client_of(personas.visitor()).get(url).content.decode().split("怎么算的")[0].split("</header>")[0]
        )
    assert COUNTED["target"] == 10


# ---- the API ---------------------------------------------------------------------------------------------------------
def test_the_api_shows_the_same_rows_as_the_pages(plan, draft, entered, secretary, client_of):
    row = actions.add_to_plan(plan, reason="新任务", actor=secretary, what="提建言", unit="篇", target=Decimal(10))
    found = {name: set() for name in EVERYBODY}
    for name in EVERYBODY:
        answer = client_of(account(name)).get("/api/v1/objectives/")
        found[name] = {one["what"] for one in answer.json()["results"]}
    everybody = {"办活动", "走访会员"}
    assert found == {name: everybody | ({"提建言"} if name in WORKERS else set()) for name in EVERYBODY}
    assert who(client_of, f"/api/v1/objectives/{row.objective.public_id}/") == WORKERS


def test_the_api_says_where_an_objective_stands(checked, entered, client_of):
    found = client_of(personas.visitor()).get(f"/api/v1/objectives/{entered.public_id}/").json()
    assert found["progress"] == {
        "done": "30.00",
        "passed": 258 / 365,
        "light": "late",
        "text": "30 / 120 人次，完成 25%，时间过了 71%：慢了",
    }


@pytest.mark.parametrize(("query", "status"), [("?year=2025", 200), ("?year=abc", 400), ("?year=20266", 400)])
def test_the_api_reads_a_year(plan, client_of, query, status):
    answer = client_of(personas.visitor()).get(f"/api/v1/objectives/{query}")
    assert answer.status_code == status


def test_nothing_is_written_by_the_api(plan, entered, client_of, district):
    assert client_of(district).post(f"/api/v1/objectives/{entered.public_id}/", {}).status_code == 405
