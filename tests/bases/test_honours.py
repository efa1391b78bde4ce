"""Honours: from whom, until when, with a certificate; reminded of before they lapse."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from bases import actions
from bases.models import Honour
from chengyang import clock, extensions
from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.files.models import File
from chengyang.platform.notices.models import Notice
from tests import personas
from tests.activities import factories
from tests.files.conftest import PDF

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
TITLE = "全省实践创新基地精品工程项目"


@pytest.fixture(autouse=True)
def stopped_clock(settings):
    settings.PORTAL_CLOCK = factories.NINE


@pytest.fixture
def base(reference, base_manager):
    return personas.base()


def honour(base, district, **data):
    return actions.add_honour(base, actor=district, **{"title": TITLE, "level": "province", **data})


def scan():
    return SimpleUploadedFile("证书.pdf", PDF)


def test_the_page_says_from_whom_and_until_when(base, district, client):
    honour(base, district, awarded_by="省委统战部", awarded_on=dt.date(2025, 5, 1), valid_until=dt.date(2028, 5, 1))
    page = client.get(base.get_absolute_url()).content.decode()
    assert ["2025 年" in page, "省委统战部" in page, "有效到 2028年5月1日" in page, "已到期" in page] == [True] * 3 + [
        False
    ]


def test_a_lapsed_honour_is_marked(base, district, client, settings):
    honour(base, district, valid_until=dt.date(2026, 9, 16))
    assert "已到期" not in client.get(base.get_absolute_url()).content.decode()
    settings.PORTAL_CLOCK = factories.NINE + DAY
    assert "已到期" in client.get(base.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"title": ""}, "invalid"),
        ({"level": "moon"}, "invalid"),
        ({"awarded_on": dt.date(2026, 5, 1), "valid_until": dt.date(2026, 4, 30)}, "invalid"),
    ],
    ids=["title", "level", "days"],
)
def test_what_makes_no_sense_is_refused(base, district, data, code):
    with pytest.raises(ActionError) as refused:
        honour(base, district, **data)
    assert refused.value.code == code


def test_a_title_is_registered_once_and_corrected_to_another_one(base, district):
    honour(base, district)
    with pytest.raises(ActionError) as refused:
        honour(base, district)
    assert refused.value.code == "twice"
    other = honour(base, district, title="示范基地")
    with pytest.raises(ActionError):
        actions.edit_honour(other, {"title": TITLE}, actor=district)
    assert actions.edit_honour(other, {"number": "鲁 001"}, actor=district).number == "鲁 001"


@pytest.mark.parametrize("name", ["xiazhuang", "base_manager", "secretary", "member"])
def test_only_the_district_registers_honours(base, request, name):
    with pytest.raises(NotAllowed):
        honour(base, request.getfixturevalue(name))


# ---- the certificate ------------------------------------------------------------------------------------------------
def test_the_certificate_is_for_who_manages_the_base(base, district, client_of, base_manager, liuting, stranger):
    row = honour(base, district, certificate=scan())
    file = File.objects.get(attached_to="bases.Honour", attached_id=row.public_id)
    answers = [client_of(user).get(file.get_absolute_url()) for user in (district, base_manager, liuting, stranger)]
    assert [answer.status_code for answer in answers] == [200, 200, 404, 404]
    assert [b"".join(answer)[:4] for answer in answers[:2]] == [b"%PDF", b"%PDF"]  # read, so that the files are closed
    page = client_of(base_manager).get(reverse("admin:bases_honour_change", args=[row.pk])).content.decode()
    assert file.get_absolute_url() in page


def test_a_certificate_that_is_no_document_is_refused_and_nothing_is_registered(base, district, client_of):
    data = {"base": base.pk, "title": TITLE, "level": "province", "certificate": SimpleUploadedFile("x.pdf", b"MZ")}
    answer = client_of(district).post(reverse("admin:bases_honour_add"), data)
    assert (answer.status_code, Honour.objects.exists()) == (409, False)


# ---- the reminder ---------------------------------------------------------------------------------------------------
def test_the_manager_is_reminded_once_sixty_days_before(base, district, base_manager, settings):
    row = honour(base, district, valid_until=clock.today() + 61 * DAY)
    assert actions.remind_of_honours() == 0
    settings.PORTAL_CLOCK = factories.NINE + DAY
    assert (actions.remind_of_honours(), actions.remind_of_honours()) == (1, 0)
    assert [(one.title, one.user) for one in Notice.objects.all()] == [(f"{base}有一项荣誉快到期", base_manager)]
    actions.edit_honour(row, {"valid_until": clock.today() + 30 * DAY}, actor=district)
    assert actions.remind_of_honours() == 1  # a new last day


def test_the_staff_of_the_area_are_reminded_where_there_is_no_manager(reference, district, xiazhuang):
    honour(personas.base(), district, valid_until=clock.today() + 10 * DAY)
    actions.remind_of_honours()
    assert [one.user for one in Notice.objects.all()] == [xiazhuang]


def test_coming_lapses_stand_beside_the_to_do_list(base, district, base_manager, liuting):
    honour(base, district, valid_until=clock.today() + 10 * DAY)
    span = (clock.today(), clock.today() + 30 * DAY)
    found = [
        [date.title for date in extensions.upcoming_dates(user, *span) if "荣誉" in date.title]
        for user in (district, base_manager, liuting)
    ]
    assert found == [[f"{base}的荣誉到期"], [f"{base}的荣誉到期"], []]
