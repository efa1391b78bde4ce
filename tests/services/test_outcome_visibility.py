"""Who sees an outcome, its evidence, who took part, and a pair: pages, API, staff site, search and sheets."""

import datetime as dt
import io
from decimal import Decimal

import openpyxl
import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from chengyang.platform.files.models import File
from chengyang.platform.jobs import results, runner
from chengyang.platform.jobs.models import Job
from chengyang.platform.web import hints
from services import actions
from services.models import Outcome, OutcomeDouble, OutcomeParty
from services.models.outcome_links import PARTS
from tests import personas
from tests.activities import factories
from tests.files.conftest import PDF

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 9, 1)
RESPONSIBLE = {"secretary", "xiazhuang", "district", "district_2"}  # for an organization of 夏庄
OFFICERS = RESPONSIBLE | {"liuting", "base_manager", "leader"}
SHEET = {
    "file_format": "xlsx",
    "columns": ["title", "organizer_name", "state"],
    "purpose": "contact",
    "note": "",
    "numbers_note": "",
}
NAMES = (*personas.NAMES, "visitor")


def somebody(name):
    return AnonymousUser() if name == "visitor" else personas.make(name)


def report(actor, title, **more):
    values = {"kind": "money", "happened_on": DAY, "amount": Decimal(3000), **more}
    return actions.report_outcome(personas.organization(), actor=actor, title=title, **values)


@pytest.fixture
def waiting(secretary):
    """A donation that nobody has checked, with a file and a person."""
    row = report(secretary, "没有核实的捐款", evidence=SimpleUploadedFile("收据.pdf", PDF))
    actions.add_party(row, actor=personas.make("district"), person=personas.person("安若溪"))
    return row


@pytest.fixture
def checked(secretary, district):
    row = report(secretary, "核实过的捐款", amount=Decimal(88000), happened_on=DAY - dt.timedelta(days=60))
    actions.add_party(row, actor=district, person=personas.person("安若溪"))
    return actions.check_outcome(row, actor=district)


@pytest.mark.parametrize("name", NAMES)
def test_who_sees_one_that_nobody_has_checked(waiting, name):
    assert Outcome.objects.visible_to(somebody(name)).exists() == (name in RESPONSIBLE)


@pytest.mark.parametrize("name", NAMES)
def test_everybody_sees_a_checked_one(checked, name):
    assert Outcome.objects.visible_to(somebody(name)).exists()


@pytest.mark.parametrize("name", NAMES)
def test_who_opens_its_page_on_the_staff_site(client_of, waiting, name):
    answer = client_of(somebody(name)).get(reverse("admin:services_outcome_change", args=[waiting.pk]))
    expected = 200 if name in RESPONSIBLE else 302 if name == "visitor" else 404
    assert answer.status_code in ({expected, 403} if expected == 404 else {expected})


@pytest.mark.parametrize("name", sorted(OFFICERS))
def test_the_search_finds_it_for_those_who_are_responsible(client_of, waiting, checked, name):
    text = client_of(somebody(name)).get(reverse("admin:staff_search"), {"q": "核实"}).content.decode()
    found = {title for title in ("没有核实的捐款", "核实过的捐款") if title in text}
    assert found == ({"没有核实的捐款", "核实过的捐款"} if name in RESPONSIBLE else set())


@pytest.mark.parametrize("name", sorted(OFFICERS))
def test_the_sheet_has_the_rows_that_its_owner_sees(client_of, monkeypatch, waiting, checked, name):
    monkeypatch.setattr(hints, "send", lambda *args, **options: None)
    client_of(somebody(name)).post(reverse("admin:services_outcome_export"), SHEET)
    job = Job.objects.latest("pk")
    while runner.work():
        pass
    book = openpyxl.load_workbook(io.BytesIO(b"".join(results.result(job))))
    cells = {str(cell.value) for sheet in book for line in sheet.iter_rows() for cell in line}
    assert ("核实过的捐款" in cells, "没有核实的捐款" in cells) == (True, name in RESPONSIBLE)
    assert not any("安若溪" in cell for cell in cells)


@pytest.mark.parametrize("name", NAMES)
def test_who_opens_its_evidence(client_of, waiting, name):
    answer = client_of(somebody(name)).get(File.objects.get().get_absolute_url())
    answer.close()
    assert (answer.status_code == 200) == (name in RESPONSIBLE)


@pytest.mark.parametrize("name", NAMES)
def test_who_reads_the_names_of_persons(checked, name):
    assert OutcomeParty.objects.visible_to(somebody(name)).exists() == (name in RESPONSIBLE)


@pytest.mark.parametrize("name", NAMES)
def test_no_public_page_has_a_name_or_what_nobody_has_checked(client_of, waiting, checked, name):
    browser, organization = client_of(somebody(name)), personas.organization()
    for url in (
        organization.get_absolute_url(),
        reverse("services:outcomes", args=["organization", organization.slug]),
        reverse("services:organizer-contribution", args=["organization", organization.slug]),
    ):
        text = browser.get(url).content.decode()
        assert ("核实过的捐款" in text, "没有核实的捐款" in text, "安若溪" in text) == (True, False, False)


def test_the_api_has_no_outcomes(client_of, checked):
    text = client_of(AnonymousUser()).get("/api/v1/").content.decode()
    assert "outcome" not in text


def test_fewer_than_five_persons_are_not_public(client_of, secretary, district):
    for number in (4, 5):
        values = {"kind": "beneficiaries", "amount": None, "quantity": number}
        actions.check_outcome(report(secretary, f"受益{number}", **values), actor=district)
    url = reverse("services:outcomes", args=["organization", personas.organization().slug])
    answer = client_of(AnonymousUser()).get(url)
    text = answer.content.decode()
    assert ("受益4" in text, "受益5" in text, answer.context["totals"][0].number) == (False, True, 5)


# ---- who took part ---------------------------------------------------------------------------------------------------
def test_a_person_is_notified_and_takes_their_name_off(client_of, secretary, district, member):
    row = report(secretary, "助学款")
    actions.add_party(row, actor=district, person=member.person)
    actions.check_outcome(row, actor=district)
    page = client_of(member).get(reverse("services:contribution"))
    assert ("助学款" in page.content.decode(), member.notices.latest("pk").title) == (True, "你的名字写进了一项成果")
    client_of(member).post(reverse("services:outcome-leave", args=[row.public_id]))
    assert not OutcomeParty.objects.exists()
    assert Outcome.objects.get().amount == 3000


def test_nobody_takes_the_name_of_another_person_off(client_of, checked, member):
    answer = client_of(member).post(reverse("services:outcome-leave", args=[checked.public_id]))
    assert (answer.status_code, OutcomeParty.objects.count()) == (404, 1)


def test_a_party_is_entered_and_removed_until_it_is_checked(client_of, secretary, district):
    row = report(secretary, "助学款")
    typed = {"outcome": row.pk, "team": personas.team().pk}
    answer = client_of(secretary).post(reverse("admin:services_outcomeparty_add"), typed)
    assert (answer.status_code, row.parties.get().who) == (302, personas.team())
    both = client_of(secretary).post(reverse("admin:services_outcomeparty_add"), {**typed, "base": personas.base().pk})
    assert both.status_code == 400
    actions.check_outcome(row, actor=district)
    with pytest.raises(Exception, match="已核实"):
        actions.remove_party(row.parties.get(), actor=secretary)


def test_whoever_took_part_is_a_party(secretary, district):
    row = report(secretary, "助学款")
    parties = {
        "person": personas.person("安若溪"), "organization": personas.organization(slug="other", name="另一个联谊会"),
        "base": personas.base(), "team": personas.team(), "programme": factories.programme(), "activity": factories.published(),
    }  # fmt: skip
    assert tuple(parties) == PARTS
    for name, party in parties.items():
        actions.add_party(row, actor=district, **{name: party})
    assert [party.who for party in row.parties.order_by("pk")] == list(parties.values())


def test_the_organizer_of_the_report_is_no_party_of_it(secretary):
    row = report(secretary, "助学款")
    with pytest.raises(Exception, match="本来就在"):
        actions.add_party(row, actor=secretary, organization=personas.organization())


def test_a_person_whom_the_manager_does_not_see_is_not_named(secretary):
    row = report(secretary, "助学款")
    with pytest.raises(Exception, match="没有这位人士"):
        actions.add_party(row, actor=secretary, person=personas.person("安若溪"))


def test_the_names_go_when_a_person_has_left(checked):
    person = OutcomeParty.objects.get().person
    actions.delete_parties_of(person)
    assert not OutcomeParty.objects.exists()
    assert not OutcomeParty.pgh_event_model.objects.exists()


# ---- kinds -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", personas.NAMES)
def test_who_keeps_the_kinds(reference, name):
    data = {"code": "patent", "name": "专利", "unit": "件", "count_by": "number"}
    if name in ("district", "district_2"):
        assert actions.add_outcome_kind(actor=personas.make(name), **data).pk
    else:
        with pytest.raises(Exception, match="can_keep_outcome_kinds"):
            actions.add_outcome_kind(actor=personas.make(name), **data)


def test_a_new_kind_is_reported_renamed_and_ended(client_of, district, secretary):
    data = {"code": "patent", "name": "专利", "unit": "件", "count_by": "number", "order": "9", "is_offered": "on"}
    assert client_of(district).post(reverse("admin:services_outcomekind_add"), data).status_code == 302
    row = report(secretary, "一件专利", kind="patent", amount=None)
    kind = actions.edit_outcome_kind(row.kind, {"name": "发明专利", "is_offered": False}, actor=district)
    row.refresh_from_db()
    assert (row.number_text, row.kind.name) == ("1 件", "发明专利")
    with pytest.raises(Exception, match="已经停用"):
        report(secretary, "又一件", kind=kind, amount=None)


def test_money_is_in_yuan(district):
    with pytest.raises(Exception, match="单位写“元”"):
        actions.add_outcome_kind(actor=district, code="tax", name="税", unit="家", count_by="money")


# ---- reporting pages -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "subject"), [("secretary", "organization"), ("base_manager", "base"), ("leader", "team")]
)
def test_each_manager_reports_for_their_own(client_of, reference, name, subject):
    manager, organizer = personas.make(name), getattr(personas, subject)()
    page = client_of(manager).get(reverse("admin:services_outcome_add"))
    offered = [field for field in ("organization", "base", "team") if field in page.context["form"].fields]
    typed = {"kind": "firm", "title": "一家新店", "happened_on": "2026-09-01", subject: organizer.pk}
    answer = client_of(manager).post(reverse("admin:services_outcome_add"), typed)
    assert (offered, answer.status_code, Outcome.objects.get().organizer) == ([subject], 302, organizer)


@pytest.mark.parametrize("chosen", [(), ("organization", "team")])
def test_an_officer_names_exactly_one(client_of, district, chosen):
    typed = {"kind": "firm", "title": "一家新店", "happened_on": "2026-09-01"}
    typed |= {name: getattr(personas, name)().pk for name in chosen}
    answer = client_of(district).post(reverse("admin:services_outcome_add"), typed)
    assert (answer.status_code, "只选一个" in answer.content.decode()) == (400, True)


@pytest.mark.parametrize("links", ["javascript:alert(1)", "ftp://x.cn", "新闻里有", "https://a.cn\n" * 6])
def test_an_address_that_is_none_is_refused(client_of, leader, links):
    typed = {"kind": "firm", "title": "新店", "happened_on": "2026-09-01", "team": personas.team().pk, "links": links}
    answer = client_of(leader).post(reverse("admin:services_outcome_add"), typed)
    assert (answer.status_code, list(answer.context["form"].errors)) == (400, ["links"])


def test_one_more_file_is_added_to_a_checked_one(client_of, secretary, checked):
    url = reverse("admin:services_outcome_evidence", args=[checked.pk])
    answer = client_of(secretary).post(url, {"file": SimpleUploadedFile("回单.pdf", PDF)})
    assert (answer.status_code, File.objects.get().attached_id) == (302, checked.public_id)


def test_others_do_not_add_a_file(client_of, leader, checked):
    assert client_of(leader).get(reverse("admin:services_outcome_evidence", args=[checked.pk])).status_code == 404


def test_a_withdrawn_one_leaves_no_pair_and_no_file(waiting, secretary):
    other = report(secretary, "没有核实的捐款")
    assert OutcomeDouble.objects.count() == 1
    actions.withdraw_outcome(waiting, actor=secretary)
    assert (list(Outcome.objects.all()), OutcomeDouble.objects.exists(), File.objects.exists()) == (
        [other],
        False,
        False,
    )


def test_a_person_who_left_the_registry_is_named_to_themselves_only(secretary, district, member):
    row = report(secretary, "捐款")
    actions.add_party(row, actor=district, person=member.person)
    actions.add_party(row, actor=district, team=personas.team())
    assert OutcomeParty.objects.visible_to(secretary).count() == 2
    type(member.person).objects.filter(pk=member.person.pk).update(state="left", left_on=DAY)
    for reader in (secretary, district):
        assert [party.who for party in OutcomeParty.objects.visible_to(reader)] == [personas.team()]
    assert OutcomeParty.objects.visible_to(member).get().person == member.person
