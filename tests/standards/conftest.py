"""Fixtures of the tests about standards: published standards, and a base to assess."""

import datetime as dt

import pytest

from chengyang.platform.standards.models import Criterion, Standard, Version
from tests import personas

KINDS = {"four_haves": "person", "five_goods": "organization", "six_haves": "base"}


def make_standard(code, *, published=True):
    """Create a standard with two criteria."""
    standard = Standard.objects.create(code=code, name=f"标准{code}", subject=KINDS[code])
    version = Version.objects.create(standard=standard, number=1, text="对照的几条。")
    for order, name in enumerate(["venue", "rules"]):
        Criterion.objects.create(version=version, code=name, name=f"有{name}", guidance="看什么。", order=order)
    if published:
        version.published_on = dt.date(2017, 1, 1)
        version.save()
    return standard


@pytest.fixture
def standards(db):
    """Create one published standard for each kind of subject."""
    return {kind: make_standard(code) for code, kind in KINDS.items()}


@pytest.fixture
def base(reference, standards):
    return personas.base()
