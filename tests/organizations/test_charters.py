"""章程: versions with dates, a PDF that everybody may download, taken back when entered by mistake."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from chengyang.errors import NotAllowed
from chengyang.platform.files.models import File
from organizations import actions
from organizations.models import Charter, Organization
from tests import personas

from . import life
from .test_organizations import code_of

pytestmark = pytest.mark.django_db
LATER = {
    "adopted_on": dt.date(2026, 9, 15),
    "adopted_by": "第二次会员大会",
    "starts": life.MIDNIGHT,
    "note": "写进轮值",
}


@pytest.fixture(autouse=True)
def stopped_clock(settings):
    settings.PORTAL_CLOCK = life.NOW


def downloaded(browser, url):
    """Return the status of the answer at `url`, whose file is read to its end."""
    answer = browser.get(url)
    if answer.streaming:
        b"".join(answer.streaming_content)  # closes the file
    return answer.status_code


def in_force(organization, day):
    return Charter.objects.filter(organization=organization).on(day).values_list("number", flat=True).first()


def test_a_new_version_is_in_force_from_its_day_on(organization, secretary):
    life.charter(organization, secretary)
    life.charter(organization, secretary, **LATER)
    days = (dt.date(2026, 9, 11), dt.date(2026, 9, 12), life.MIDNIGHT - dt.timedelta(days=1), life.MIDNIGHT)
    assert [in_force(organization, day) for day in days] == [None, 1, 1, 2]


def test_one_taken_back_is_neither_in_force_nor_downloaded(organization, secretary, client_of, visitor):
    first = life.charter(organization, secretary)
    second = life.charter(organization, secretary, starts=life.TODAY)
    url = second.get_absolute_url()
    assert downloaded(client_of(visitor), url) == 200
    actions.withdraw_charter(second, reason="传错文件", actor=secretary)
    assert (in_force(organization, life.TODAY), downloaded(client_of(visitor), url)) == (first.number, 404)
    assert actions.restore_charter(second, actor=secretary).withdrawn_at is None


def test_a_version_is_not_restored_on_the_day_of_another(organization, secretary):
    first = actions.withdraw_charter(life.charter(organization, secretary), reason="传错", actor=secretary)
    life.charter(organization, secretary)
    assert code_of(actions.restore_charter, first, actor=secretary) == "invalid"


def test_dates_and_file_are_corrected(organization, secretary):
    charter = life.charter(organization, secretary)
    before = charter.file().pk
    actions.correct_charter(charter, {"adopted_by": "成立大会"}, upload=life.upload("新.pdf"), actor=secretary)
    charter.refresh_from_db()
    assert (charter.adopted_by, charter.file().pk > before) == ("成立大会", True)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"adopted_on": life.TODAY + dt.timedelta(days=1), "starts": life.MIDNIGHT}, "dates"),
        ({"starts": dt.date(2026, 9, 1)}, "invalid"),
    ],
)
def test_impossible_dates_are_refused(organization, secretary, data, code):
    assert code_of(life.charter, organization, secretary, **data) == code


def test_two_versions_from_one_day_are_refused(organization, secretary):
    charter = life.charter(organization, secretary)
    assert code_of(life.charter, organization, secretary) == "invalid"
    with pytest.raises(IntegrityError, match="charter_one_from_a_day"), transaction.atomic():
        organization.charters.create(number=9, adopted_on=charter.adopted_on, adopted_by="x", starts=charter.starts)


def test_what_is_no_pdf_is_refused_and_leaves_nothing(organization, secretary):
    data = {"adopted_on": life.TODAY, "adopted_by": "会员大会", "starts": life.TODAY}
    picture = life.upload("章程.jpg", personas_jpeg())
    assert code_of(actions.add_charter, organization, data, upload=picture, actor=secretary) == "pdf"
    assert (Charter.objects.count(), File.objects.count()) == (0, 0)


def personas_jpeg():
    """Return the bytes of a small picture."""
    import io

    from PIL import Image

    stream = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(stream, "JPEG")
    return stream.getvalue()


@pytest.mark.parametrize("who", ["liuting", "member", "editor"])
def test_others_upload_nothing(organization, who):
    with pytest.raises(NotAllowed):
        life.charter(organization, personas.make(who))


def test_a_dissolved_organization_gets_no_new_one(organization, xiazhuang):
    life.stop(organization, "dissolved", life.TODAY)
    assert code_of(life.charter, Organization.objects.get(), xiazhuang) == "state"


def test_the_download_is_the_pdf_with_its_name(organization, secretary, client_of, visitor):
    charter = life.charter(organization, secretary)
    answer = client_of(visitor).get(charter.get_absolute_url())
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("application/pdf", "nosniff")
    assert b"".join(answer.streaming_content).startswith(b"%PDF")


def test_that_of_an_organization_that_is_not_public_is_read_by_who_manages_it(
    organization, secretary, member, client_of, visitor
):
    url = life.charter(organization, secretary).get_absolute_url()
    Organization.objects.update(is_published=False)
    found = {
        name: downloaded(client_of(who), url)
        for name, who in (("visitor", visitor), ("secretary", secretary), ("member", member))
    }
    assert found == {"visitor": 404, "secretary": 200, "member": 404}
