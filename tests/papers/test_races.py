"""Two officers put two versions in force at once, and upload at once, with real connections (docs/style.md rule 22)."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from chengyang.platform.papers import actions
from chengyang.platform.papers.models import PaperTemplate
from tests import personas

from . import templates

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls):
    """Run `calls` at the same moment, each with its own connection."""
    barrier = threading.Barrier(len(calls))

    def run(call):
        barrier.wait()
        try:
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result() for future in [pool.submit(run, call) for call in calls]]


def test_one_version_is_in_force_whatever_happens_at_once(transactional_db):
    personas.reference()
    officer, data = personas.make("district"), templates.default()

    def upload():
        return actions.upload_template("sign_in", templates.upload(data), actor=officer)

    made = at_once(*[upload] * 4)
    assert sorted(one.version for one in made) == [1, 2, 3, 4]
    at_once(*(lambda one=one: actions.put_in_force(one, actor=officer) for one in made))
    states = sorted(PaperTemplate.objects.values_list("state", flat=True))
    assert states == ["in_force", "retired", "retired", "retired"]
