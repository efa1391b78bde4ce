"""The office and the windows of the subdistricts: who edits them, where they are shown, and what is still missing."""

import pytest
from django.db import IntegrityError, transaction

from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.accounts.models import Subdistrict
from chengyang.platform.audit.models import Entry
from chengyang.platform.offices import actions
from chengyang.platform.offices.models import Office
from tests import personas

FILLED = {"address": "正阳路 201 号", "phone": "0532-87866010", "hours": "工作日 9:00–17:00"}


def text(answer):
    return answer.content.decode()


@pytest.fixture
def district_office(reference):
    return Office.objects.create()


@pytest.fixture
def window(reference):
    return Office.objects.create(subdistrict=reference)


@pytest.mark.parametrize(
    ("name", "edits"),
    [
        ("district", {"office", "window"}),
        ("xiazhuang", {"window"}),
        ("liuting", set()),
        ("secretary", set()),
        ("member", set()),
    ],
)
def test_who_edits_an_office(district_office, window, name, edits):
    actor, found = personas.make(name), set()
    for key, office in (("office", district_office), ("window", window)):
        try:
            actions.edit_office(office, actor=actor, hours="工作日")
            found.add(key)
        except NotAllowed:
            office.refresh_from_db()
            assert office.hours == ""
    assert found == edits


def test_an_edit_is_recorded_and_ends_the_demonstration(district_office, district):
    Office.objects.update(is_demo=True)
    office = actions.edit_office(district_office, actor=district, **FILLED)
    office.refresh_from_db()
    assert (office.phone, office.is_demo) == ("0532-87866010", False)
    assert [(entry.verb, entry.fields) for entry in Entry.objects.all()] == [
        ("office.updated", ["address", "phone", "hours"])
    ]


@pytest.mark.parametrize("phone", ["打总机", "123", "0532-1;0532-2"])
def test_a_telephone_that_cannot_be_called_is_refused(district_office, district, phone):
    with pytest.raises(ActionError) as refused:
        actions.edit_office(district_office, actor=district, phone=phone)
    assert (refused.value.code, refused.value.field) == ("invalid", "phone")


def test_there_is_one_office_of_the_district_and_one_window_each(district_office, window):
    for subdistrict in (None, window.subdistrict):
        with pytest.raises(IntegrityError), transaction.atomic():
            Office.objects.create(subdistrict=subdistrict)


def test_the_foot_shows_what_is_filled_in(client, district_office, district):
    assert "电话：" not in text(client.get("/standards/"))
    actions.edit_office(district_office, actor=district, phone="0532-87866010")
    page = text(client.get("/standards/"))
    assert '电话：<a class="as-is" href="tel:053287866010">0532-87866010</a>' in page
    assert [label for label in ("地址：", "时间：") if label in page] == []


def test_the_foot_of_an_error_needs_no_office(client, db):
    assert client.get("/nothing/").status_code == 404


def test_the_contact_page_lists_the_windows_that_are_filled_in(client, district_office, window):
    empty = Office.objects.create(subdistrict=Subdistrict.objects.get(name="流亭街道"))
    Office.objects.exclude(pk=empty.pk).update(**FILLED)
    page = text(client.get("/contact/"))
    assert ("夏庄街道" in page, "流亭街道" in page, page.count("正阳路 201 号")) == (True, False, 3)


@pytest.mark.parametrize("path", ["/contact/", "/", "/accounts/phone/lost/", "/accounts/phone/lost/sent/"])
def test_who_is_sent_to_the_window_reads_where_it_is(client, window, path):
    Office.objects.update(**FILLED)
    client.cookies["elder"] = "24"
    page = text(client.get(path))
    assert ("夏庄街道" in page, 'href="tel:053287866010"' in page) == (True, True)


# ---- before the portal is opened ------------------------------------------------------------------------------------
def test_the_district_sees_what_is_missing(client_of, district, district_office, window, settings):
    settings.SITE = {**settings.SITE, "icp": "鲁ICP备00000000号"}
    Office.objects.filter(pk=window.pk).update(**FILLED)
    page = text(client_of(district).get("/manage/go-live/"))
    missing, done = page.split("填好了</h2>")
    assert "地址、电话、时间" in missing
    assert f"/manage/offices/office/{district_office.pk}/change/" in missing
    assert "SITE_ID_CODE" in missing
    assert missing.count("is-bad") >= 4
    assert "夏庄街道" in done
    assert "工信部备案号" in done


@pytest.mark.parametrize(
    ("name", "status"), [("xiazhuang", 404), ("secretary", 404), ("sysadmin", 404), ("district", 200)]
)
def test_only_the_district_checks_what_is_missing(client_of, reference, name, status):
    assert client_of(personas.make(name)).get("/manage/go-live/").status_code == status


def test_an_officer_fills_in_a_window(client_of, xiazhuang, window):
    page = client_of(xiazhuang).post(
        f"/manage/offices/office/{window.pk}/change/?edit", {"name": "夏庄街道党群服务中心", **FILLED}
    )
    window.refresh_from_db()
    assert (page.status_code, window.name, window.phone) == (302, "夏庄街道党群服务中心", "0532-87866010")
