"""Serving files: to those who may see the row, and never as a page of our origin."""

from urllib.parse import unquote

import pytest

from chengyang.platform.audit.models import Entry
from chengyang.platform.files.actions import store
from chengyang.platform.files.models import File
from organizations.models import Assessment
from tests import personas

from .conftest import PDF, picture, upload


@pytest.fixture
def fetch(client_of):
    """Return a function that fetches a whole file as an account, as every server does."""

    def get(user, file):
        answer = client_of(user).get(file.get_absolute_url())
        answer.body = b"".join(answer) if answer.streaming else answer.content
        for close in answer._resource_closers:  # not close(): that would end the request, and the test's connection
            close()
        return answer

    return get


@pytest.fixture
def own(owner):
    return store(upload(PDF, "总结“2026”；终稿.pdf"), owner=owner)


def test_an_owner_gets_the_bytes(fetch, owner, own):
    answer = fetch(owner, own)
    assert (answer.status_code, answer.body) == (200, PDF)


@pytest.mark.parametrize("name", personas.NAMES)
def test_other_accounts_get_404(reference, fetch, own, name):
    assert fetch(personas.make(name), own).status_code == 404


def test_a_visitor_has_to_sign_in(client, own):
    assert client.get(own.get_absolute_url()).status_code == 302


@pytest.mark.parametrize("path", ["/files/0123456789/", "/files/../../etc/passwd/", "/files/x/"])
def test_an_unknown_file_is_404(client_of, owner, path):
    assert client_of(owner).get(path).status_code == 404


def test_a_file_takes_no_post(client_of, owner, own):
    assert client_of(owner).post(own.get_absolute_url()).status_code == 405


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("X-Content-Type-Options", "nosniff"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Cache-Control", "private, no-store"),
        ("Content-Type", "application/pdf"),
    ],
)
def test_a_file_has_protective_headers(fetch, owner, own, header, value):
    assert fetch(owner, own)[header] == value


def test_a_file_runs_no_script(fetch, owner, own):
    policy = fetch(owner, own)["Content-Security-Policy"]
    assert policy.startswith("sandbox; default-src 'none'")


def test_a_document_is_downloaded_under_its_chinese_name(fetch, owner, own):
    disposition = fetch(owner, own)["Content-Disposition"]
    assert disposition.startswith("attachment; filename*=utf-8''")
    assert unquote(disposition.partition("''")[2]) == "总结“2026”；终稿.pdf"


def test_a_picture_is_displayed(fetch, owner):
    file = store(upload(picture(), "a.jpg"), owner=owner)
    answer = fetch(owner, file)
    assert (answer["Content-Disposition"], answer["Content-Type"]) == ('inline; filename="a.jpg"', "image/jpeg")


def test_behind_nginx_the_web_server_sends_the_bytes(fetch, owner, own, settings):
    settings.FILES_ACCEL_PREFIX = "/_files/"
    answer = fetch(owner, own)
    assert (answer.body, answer["X-Accel-Redirect"]) == (b"", f"/_files/{own.content.name}")


# ---- access through the row -----------------------------------------------------------------------------------------


@pytest.fixture
def evidence(owner, assessment):
    return store(upload(PDF), owner=owner, attached_to=assessment)


@pytest.fixture
def assessment(reference):
    """Return an open assessment of the organization in 夏庄."""
    from chengyang.platform.standards.models import Standard, Version

    standard = Standard.objects.create(code="five_goods", name="五好", subject="organization")
    return Assessment.objects.create(
        organization=personas.organization(), version=Version.objects.create(standard=standard, number=1)
    )


@pytest.mark.parametrize(
    ("name", "status"),
    [("district", 200), ("xiazhuang", 200), ("secretary", 200), ("liuting", 404), ("member", 404), ("sysadmin", 404)],
)
def test_evidence_is_visible_to_those_who_see_the_assessment(fetch, evidence, name, status):
    assert fetch(personas.make(name), evidence).status_code == status


def test_opening_evidence_is_recorded(fetch, evidence, district):
    fetch(district, evidence)
    assert Entry.objects.filter(verb="file.read", actor=district.public_id).count() == 1


def test_a_row_of_another_kind_with_the_same_id_opens_nothing(evidence, assessment, district):
    File.objects.update(attached_to="bases.Assessment")
    assert not File.objects.visible_to(district).exists()
