"""The pages of an import: upload, columns, preview, decision, writing, taking back; and who sees them."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from chengyang.platform.imports.models import Import
from chengyang.platform.imports.states import ImportState

from .conftest import work
from .test_memberships import DAY, HEAD, member
from .workbooks import book

pytestmark = pytest.mark.django_db
NEW = "/manage/imports/import/new/memberships/"


def sent(browser, rows, name="会员.xlsx", url=NEW):
    answer = browser.post(url, {"file": SimpleUploadedFile(name, book(rows)), "form_number": "1"})
    work()
    return answer


ROWS = [
    HEAD,
    ["陈桂兰", "15400007100", "夏庄联谊会", "2026-04-01"],
    ["李雷", "15400007101", "夏庄联谊会", "2026.5"],
    ["没有人", "15400007999", "夏庄联谊会", None],
    ["周予安", "1.54E+10", "夏庄联谊会", None],
]


def test_an_officer_uploads_looks_writes_and_takes_back(people, district, client_of):
    (first, *_), organization = people
    member(first, organization)
    browser = client_of(district)
    assert "导入" in browser.get("/manage/organizations/membership/").content.decode()
    assert browser.get(NEW).status_code == 200
    page = browser.get(sent(browser, ROWS).url)
    text = page.content.decode()
    assert "名册里没有这个姓名和手机号的人。" in text
    assert "表格把数字改成了科学记数" in text
    owner = Import.objects.get()
    browser.post(
        f"/manage/imports/import/{owner.pk}/write/", {"how": "good", "note": "按纸质册核对", "form_number": "2"}
    )
    work()
    assert "已新增" in browser.get(page.request["PATH_INFO"] + "?show=new").content.decode()
    browser.post(f"/manage/imports/import/{owner.pk}/do/undo/")
    work()
    owner.refresh_from_db()
    assert (owner.state, owner.message) == (ImportState.UNDONE, "已全部撤回，和原来一样。")
    assert [str(row.joined_on) for row in organization.memberships.all()] == [str(DAY)]
