"""Two decisions on one item at the same moment, on real connections (docs/style.md rule 22): one is carried out."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse

from chengyang.celery import app
from chengyang.extensions import todo_kinds
from tests.project import addresses
from tests.project import dataset as datasets
from tests.staff_pages import version_of

pytestmark = pytest.mark.django_db(transaction=True)
OPTIONS = {  # code of a to-do kind → the option that the second one chooses, where it is not the first one again
    "application-first": "return",
    "application-second": "decline",
    "representative-first": "decline",
    "representative-second": "decline",
    "representative-decline": "resume",
    "standard-version": "return",
    "booking": "decline",
    "visit": "decline",
    "membership": "decline",
    "term-change": "return",
    "extension": "refuse",
    "activity": "return",
    "signup": "decline",
    "privacy-rules": "return",
}
FIELDS = {  # code of a to-do kind → the fields that its decision needs
    "proposal-clean": {"title": "末班车", "situation": "晚上没车", "wish": "延长班次", "answer": "可以试一个月"},
}
DECIDERS = ("district_2", "xiazhuang", "secretary", "leader", "district", "secadmin")


@pytest.fixture
def dataset(settings, tmp_path):
    """One object of every kind, committed."""
    settings.PORTAL_CLOCK, settings.OUTBOX_DIR = datasets.NOW, tmp_path
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    before, app.conf.task_always_eager = app.conf.task_always_eager, True
    made = datasets.build()
    for sample, _choice in (found for code, found in addresses.TODO_SAMPLES.items() if code.startswith("assessment")):
        type(made.objects[sample]).objects.filter(pk=made.objects[sample].pk).update(state="submitted")
    yield made
    cache.clear()
    app.conf.task_always_eager = before


def browser_of(dataset, name):
    browser = Client()
    browser.force_login(dataset.users[name], backend="chengyang.platform.accounts.backends.PortalBackend")
    return browser


def page_of(dataset, kind):
    """Return (browser of somebody who may decide, URL, version) of the sample of `kind`."""
    sample, _choice = addresses.TODO_SAMPLES[kind.code]
    url = reverse("admin:staff_decide", args=[kind.code, dataset.objects[sample].public_id])
    for name in DECIDERS:
        browser = browser_of(dataset, name)
        answer = browser.get(url)
        if answer.status_code == 200 and answer.context["page"].options:
            return browser, url, version_of(browser, url)
    raise AssertionError(f"nobody decides {kind.code}")


def both_at_once(browser, url, version, choices, fields):
    """Post each of `choices` on its own connection, both open before the first is sent; return the status codes."""
    gate = threading.Barrier(len(choices))

    def post(choice):
        try:
            connection.ensure_connection()
            mine = Client()
            mine.cookies = browser.cookies
            gate.wait(timeout=60)
            data = {"version": version, "choice": choice, "reason": addresses.REASON, **fields}
            return mine.post(url, data).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(choices)) as pool:
        return sorted(pool.map(post, choices))


def test_of_two_decisions_at_the_same_moment_one_is_carried_out(dataset):
    found = {}
    for kind in todo_kinds():
        first = addresses.TODO_SAMPLES[kind.code][1]
        choices = [first, OPTIONS.get(kind.code, first)]
        found[kind.code] = both_at_once(*page_of(dataset, kind), choices, FIELDS.get(kind.code, {}))
    again = {"proposal-clean": [302, 302]}  # its officer writes the edition anew
    assert found == {code: again.get(code, [302, 409]) for code in found}
