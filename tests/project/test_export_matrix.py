"""What each officer exports from each list: the rows of their list, and nothing of others (requirements S10)."""

import csv
import io

import pytest
from django.contrib import admin
from django.http import HttpRequest

from chengyang.errors import NotAllowed
from chengyang.platform.jobs import results, runner
from chengyang.platform.staff import export_actions, export_columns, list_exports
from chengyang.platform.staff.models import ListExport
from chengyang.platform.web import hints

from . import dataset as datasets

LISTS = {model._meta.label: model_admin for model, model_admin in admin.site._registry.items()}
OFFICERS = ("district", "xiazhuang", "liuting", "secretary", "base_manager", "leader")
ADMINISTRATORS = ("sysadmin", "secadmin", "auditor", "editor")
ABOUT_ITSELF = {"jobs.Job", "audit.Entry"}  # an export adds rows to them
DATA = {"file_format": "csv", "with_keys": True, "purpose": "check", "note": "", "numbers_note": "核对"}


@pytest.fixture(autouse=True)
def no_broker(monkeypatch):
    monkeypatch.setattr(hints, "send", lambda *args, **options: None)


def exported(label, user):
    """Return the lines of an export of all columns of a list by `user`, as text; None where they have no such list."""
    codes = [column.code for column in export_columns.columns_of(LISTS[label])]
    try:
        export = export_actions.ask_for_export(label, "", {**DATA, "columns": codes}, actor=user)
    except NotAllowed:
        return None
    job = runner.work_on(export.job, seconds=60)
    assert job.state == "done", job.message
    return b"".join(results.result(job)).decode("utf-8-sig")


def listed(label, user):
    """Return the keys of the rows that the list shows `user`; None where they have no such list."""
    request = HttpRequest()
    request.user = user
    if not LISTS[label].has_view_permission(request):
        return None
    return sorted(list_exports.key_of(row) for row in list_exports.rows_of(LISTS[label], user, ""))


@pytest.mark.parametrize("name", [*OFFICERS, *ADMINISTRATORS])
@pytest.mark.parametrize("label", LISTS)
def test_an_export_has_the_rows_of_the_list_and_no_secret(dataset, db, label, name):
    user = dataset.users[name]
    expected = listed(label, user)
    text = exported(label, user)
    if expected is None:
        assert text is None
        return
    keys = sorted(row[0] for row in list(csv.reader(io.StringIO(text)))[1:])
    assert (set(keys) >= set(expected)) if label in ABOUT_ITSELF else (keys == expected)
    readable = {secret for secret, readers in datasets.SECRETS.items() if name in readers}
    assert {secret for secret in datasets.SECRETS if secret in text} <= readable


def test_another_subdistrict_exports_nothing_about_the_persons_of_the_dataset(dataset, db):
    about_people = [label for label, model_admin in LISTS.items() if model_admin.people_of]
    texts = {label: exported(label, dataset.users["liuting"]) for label in about_people}
    assert {label: text.count("\r\n") - 1 for label, text in texts.items() if text} == dict.fromkeys(
        (label for label, text in texts.items() if text), 0
    )


@pytest.mark.parametrize("label", LISTS)
def test_rows_read_without_objects_are_those_read_with_them(dataset, db, label):
    """A list whose columns are all plain is read without objects; both ways give the same cells, people and order."""
    for name in (*OFFICERS, *ADMINISTRATORS):
        user = dataset.users[name]
        if listed(label, user) is None:
            continue
        columns = [column for column in export_columns.columns_of(LISTS[label]) if column.reads]
        export = ListExport(list_name=label, columns=[column.code for column in columns], asked_by=user)
        sheet = list_exports.sheet_of(export, user)
        plain, whole = list_exports.plain_rows(sheet, ""), list_exports.whole_rows(sheet, "")
        assert (plain[0], plain[2]) == (whole[0], whole[2])
        assert not LISTS[label].export_people or plain[1] == whole[1]
