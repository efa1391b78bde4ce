"""Factories for the tests of members, including applications in each state."""

import datetime as dt
import json

from chengyang import clock
from chengyang.platform.accounts.models import Subdistrict, User
from chengyang.platform.notices import gateways
from chengyang.platform.privacy.actions import hash_of
from chengyang.platform.privacy.models import Consent, PolicyVersion, Purpose
from chengyang.platform.standards.models import Criterion, Standard, Version
from members.models import Application, Category

PHONE = "+8615400007000"
LONG_AGO = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
TYPED = {
    "name": "周予安",
    "category": "new_media",
    "unit": "青岛澄海文化传媒有限公司",
    "job": "短视频编导",
    "subdistrict": "370214002",
    "can": ["media", "aid"],
    "want": ["peers"],
}


def area(name="夏庄街道"):
    return Subdistrict.objects.get(name=name)


def details(**changes):
    """Return `TYPED` as the cleaned data of step 2, with rows instead of codes."""
    data = {**TYPED, "category": Category.objects.get(code="new_media"), "subdistrict": area()}
    return {**data, **changes}


def consent(user, code="registration", *, given=True, at=None):
    """Create a row of the consent ledger for `user`."""
    purpose, notice = Purpose.objects.get(code=code), PolicyVersion.objects.current()
    extra = {"at": at} if at else {}
    words = hash_of(notice, purpose)
    return Consent.objects.create(user=user, purpose=purpose, policy=notice, given=given, text_hash=words, **extra)


def applicant(phone=PHONE, **fields):
    """Return an account with a verified number that consented to registration."""
    user = User.objects.create(phone=phone, **fields)
    consent(user)
    return user


def application(user, **changes):
    """Return a complete draft of `user`, or one in another state by `changes`."""
    return Application.objects.create(user=user, **details(**changes))


def in_state(user, state, *, first=None, second=None, **changes):
    """Return an application of `user` in `state`, with the columns that the actions would have set."""
    now = clock.now()
    steps = {"state": state, "submitted_at": now, "acted_at": now, "due_on": clock.today() + dt.timedelta(days=7)}
    if state == "draft":
        steps = {"state": state}
    if first:
        steps |= {"first_reviewer": first, "first_reviewed_at": now, "acted_by": first}
    if second:
        steps |= {"second_reviewer": second, "decided_at": now, "acted_by": second}
    return application(user, **(steps | changes))


def four_haves():
    """Return the published version of “四有”."""
    standard = Standard.objects.create(code="four_haves", name="“四有”人选标准", subject="person")
    version = Version.objects.create(standard=standard, number=1)
    for order, name in enumerate(["有时间", "有精力", "有能力", "有代表性"]):
        Criterion.objects.create(version=version, code=f"c{order}", name=name, order=order)
    version.published_on = dt.date(2017, 1, 1)
    version.save()
    return version


def assessed(person, version, *, met=4, state="passed"):
    """Return an assessment of `person` with the first `met` criteria met."""
    findings = {f"c{n}": {"result": "met" if n < met else "not_yet", "note": "有依据", "file": ""} for n in range(4)}
    return person.assessments.create(version=version, state=state, findings=findings, assessed_on=clock.today())


def last_code():
    """Return the verification code that was sent last."""
    lines = gateways.sms_file().read_text().splitlines()
    return json.loads(lines[-1])["code"]
