"""Fixtures of the tests about standards: published standards, a base to assess, and how far its assessment is."""

import datetime as dt

import pytest

from chengyang import clock
from chengyang.platform.standards import actions
from chengyang.platform.standards.models import Criterion, Standard, Version
from tests import personas

KINDS = {"four_haves": "person", "five_goods": "organization", "six_haves": "base", "team_marks": "team"}
CODES = ("venue", "rules")


def make_standard(code, *, published=True, **criterion):
    """Create a standard with two criteria; `criterion` are columns of the first one."""
    standard = Standard.objects.create(code=code, name=f"标准{code}", subject=KINDS[code])
    version = Version.objects.create(standard=standard, number=1, text="对照的几条。")
    for order, name in enumerate(CODES):
        more = criterion if order == 0 else {}
        Criterion.objects.create(version=version, code=name, name=f"有{name}", guidance="看什么。", order=order, **more)
    if published:
        version.published_on = dt.date(2017, 1, 1)
        version.save()
    return standard


def verdict(result="met", reason="", days=None):
    """Return what an officer finds of one criterion; short of met with a reason and a day."""
    if result != "met":
        reason, days = reason or "缺近一年的材料", days or 30
    return {"result": result, "reason": reason, "by": clock.today() + dt.timedelta(days=days) if days else None}


def verdicts(**other):
    """Return what an officer finds of all criteria: met, but for `other` (code → result or verdict)."""
    found = {code: other.get(code, "met") for code in CODES}
    return {code: verdict(one) if isinstance(one, str) else one for code, one in found.items()}


@pytest.fixture
def standards(db):
    """Create one published standard for each kind of subject."""
    return {kind: make_standard(code) for code, kind in KINDS.items()}


@pytest.fixture
def base(reference, standards):
    return personas.base()


@pytest.fixture
def opened(base, base_manager):
    return actions.open_assessment(base, actor=base_manager)


@pytest.fixture
def filled(opened, base_manager):
    row = opened
    for code in CODES:
        row = actions.record_statement(row, code, note="在一楼", actor=base_manager)
    return row


@pytest.fixture
def submitted(filled, base_manager):
    return actions.submit_assessment(filled, actor=base_manager)


@pytest.fixture
def found(submitted, xiazhuang):
    return actions.find_assessment(submitted, verdicts(), actor=xiazhuang)


@pytest.fixture
def failed(submitted, xiazhuang, district):
    row = actions.find_assessment(submitted, verdicts(rules="partly"), actor=xiazhuang)
    return actions.confirm_assessment(row, actor=district)


@pytest.fixture
def appealed(failed, base_manager):
    return actions.appeal_assessment(failed, "制度在附件里，没有看到。", actor=base_manager)
