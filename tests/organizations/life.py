"""What the tests of the life of organizations share: an organization in preparation with all that a foundation needs."""

import datetime as dt

from django.core.files.uploadedfile import SimpleUploadedFile

from chengyang import clock
from chengyang.demo.organizations import pdf
from organizations import actions
from organizations.models import LifeStep
from tests import personas

TODAY = dt.date(2026, 9, 16)
NOW = clock.at(TODAY, dt.time(9))
MIDNIGHT = dt.date(2026, 10, 1)
BEFORE, AFTER = clock.at(MIDNIGHT) - dt.timedelta(seconds=1), clock.at(MIDNIGHT)
PAPERS = {
    "on": MIDNIGHT,
    "resolution": "会员大会，应到 20 人，实到 18 人，一致通过",
    "resolved_on": dt.date(2026, 9, 12),
    "approval": "区委统战部，同意",
    "approved_on": dt.date(2026, 9, 14),
}
MORE = {"found": {"plan": "办四次外拍\n年底办一次展"}, "resume": {}}


def upload(name="章程.pdf", data=None):
    return SimpleUploadedFile(name, pdf("charter") if data is None else data, "application/pdf")


def charter(organization, actor, **data):
    given = {"adopted_on": dt.date(2026, 9, 12), "adopted_by": "第一次会员大会", "starts": dt.date(2026, 9, 12), **data}
    return actions.add_charter(organization, given, upload=upload(), actor=actor)


def equip(organization, actor):
    """Give an organization in preparation its chair, secretary, member, charter, place and purpose; return it."""
    for number, (name, kind) in enumerate((("杜春和", "chair"), ("侯立冬", "secretary")), start=1):
        account = personas.user(f"{kind}-{organization.slug}")
        person = personas.person(name, account=account, phone=f"+86154000081{organization.pk % 10}{number}")
        organization.posts.create(person=person, kind=kind, starts=dt.date(2026, 9, 1))
        organization.memberships.create(person=person, state="active", joined_on=dt.date(2026, 9, 1))
    charter(organization, actor)
    return actions.edit_organization(organization, {"place": "二楼会客厅", "purpose": "联系会员"}, actor=actor)


def submitted(organization, kind, *, by, **papers):
    """Return a step of `kind` with its papers that waits for the second officer."""
    step = actions.begin_step(organization, kind=kind, actor=by)
    more = MORE.get(kind, {"cause": "场地到期"})
    actions.edit_step(step, {**PAPERS, **more, **papers}, actor=by)
    return actions.submit_step(step, actor=by)


def agreed(organization, kind, *, by, second, **papers):
    """Return a step of `kind` to which the second officer agreed."""
    return actions.agree_to_step(submitted(organization, kind, by=by, **papers), actor=second)


def stop(organization, state, on):
    """Put `organization` into `state` since `on` without papers, as if it had happened long ago."""
    column = {"suspended": "suspended_on", "dissolved": "dissolved_on"}[state]
    type(organization).objects.filter(pk=organization.pk).update(**{"state": state, column: on})


__all__ = ["AFTER", "BEFORE", "LifeStep"]
