"""Consents of all accounts, and past notices to the personas; no e-mail or SMS is sent for them."""

import datetime as dt
from typing import Any

from django.conf import settings

from activities.models import ServiceRecord, Signup
from activities.states import SignupState
from chengyang import clock
from chengyang.platform.notices.models import Notice
from chengyang.platform.notices.rendering import render
from chengyang.platform.privacy.actions import hash_of
from chengyang.platform.privacy.models import Consent, PolicyVersion, Purpose
from chengyang.platform.privacy.purposes import OPTIONAL
from members.models import Application
from organizations.models import Membership
from services.models import Request

from .bulk import insert
from .dataset import Dataset
from .randomness import RandomSource

READ_AFTER = 2  # days; younger notices are still unread


def make_consents(dataset: Dataset) -> None:
    """Create the consents of all accounts of persons and applicants: the necessary one and the optional ones."""
    rng = dataset.random_source("consents")
    rules, purposes = (
        PolicyVersion.objects.order_by("version").last(),
        {purpose.code: purpose for purpose in Purpose.objects.all()},
    )
    people_and_choices = [(person.user, person.pk in dataset.shown) for person in dataset.persons if person.user_id]
    people = {account.pk for account, _ in people_and_choices}
    applicants = Application.objects.filter(is_demo=True).select_related("user").order_by("pk")
    people_and_choices += [(row.user, rng.chance(0.5)) for row in applicants if row.user_id not in people]
    rows, roll = [], dataset.random_source("roll")
    for account, shown in {account.pk: (account, shown) for account, shown in people_and_choices}.values():
        given = {"registration": True, "publication": shown, "roll": shown or roll.chance(0.4)}
        at = max(account.date_joined, clock.at(dataset.ago(420), dt.time(9))) + dt.timedelta(minutes=rng.randint(2, 9))
        rows += [_consent(account, rules, purposes[code], answer, at) for code, answer in given.items()]
    insert(rows)


def _consent(account: Any, rules: PolicyVersion, purpose: Purpose, given: bool, at: dt.datetime) -> Consent:
    return Consent(
        user=account,
        purpose=purpose,
        policy=rules,
        given=given,
        text_hash=hash_of(rules, purpose),
        actor_public_id=account.public_id,
        at=at,
    )


assert set(OPTIONAL) == {"publication", "roll"}


# ---- notices ---------------------------------------------------------------------------------------------------------
def make_notices(dataset: Dataset) -> None:
    """Create the notices that the member, the secretary, the leader and the applying officer have received."""
    rng = dataset.random_source("notices")
    rows = [*_of_member(dataset, rng), *_of_managers(dataset, rng), *_of_applicants(dataset, rng)]
    insert(sorted(rows, key=lambda row: row.at))


def _notice(
    dataset: Dataset, rng: RandomSource, to: Any, template: str, at: dt.datetime, url: str, **context: Any
) -> Notice:
    text = render(template, {"to": to, "url": url, "site": settings.SITE, **context})
    read = at + dt.timedelta(hours=rng.randint(1, 20))
    is_read = at < dataset.midnight - dt.timedelta(days=READ_AFTER)
    return Notice(
        public_id=rng.public_id(),
        user=to,
        kind=template,
        url=url,
        **text._asdict(),
        at=min(at, dataset.midnight - dt.timedelta(minutes=5)),
        read_at=read if is_read else None,
    )


def _of_member(dataset: Dataset, rng: RandomSource) -> list[Notice]:
    member, person = dataset.personas["member"], dataset.persona_records["member"]
    rows = []
    names = {S: f"activities/{name}" for S, name in _TEMPLATES.items()}
    signups = Signup.objects.filter(person=person, activity__ends__gt=clock.at(dataset.ago(60))).select_related(
        "activity"
    )
    for signup in signups.order_by("at", "pk"):
        url, context = signup.get_absolute_url(), {"activity": signup.activity, "signup": signup}
        rows.append(_notice(dataset, rng, member, names[signup.state], signup.changed_at, url, **context))
    served = ServiceRecord.objects.filter(checkin__signup__person=person, at__gt=clock.at(dataset.ago(200)))
    for service in served.select_related("checkin__signup__activity").order_by("at", "pk"):
        signup = service.checkin.signup
        url, context = signup.get_absolute_url(), {"activity": signup.activity, "service": service}
        rows.append(_notice(dataset, rng, member, "activities/hours", service.at, url, **context))
    for row in Request.objects.filter(author=member).order_by("at"):
        url = row.get_absolute_url()
        rows.append(_notice(dataset, rng, member, "services/request_received", row.at, url, request=row))
        if row.answered_at:
            rows.append(_notice(dataset, rng, member, "services/request_answered", row.answered_at, url, request=row))
    return rows


_TEMPLATES = {
    SignupState.CONFIRMED: "signed_up",
    SignupState.OFFERED: "offered",
    SignupState.WAITLISTED: "waitlisted",
    SignupState.PENDING: "pending",
    SignupState.CANCELLED: "called_off",
}


def _of_managers(dataset: Dataset, rng: RandomSource) -> list[Notice]:
    """Return the notices to the secretary about applications, and to the leader about requests that are nearly due."""
    rows = []
    for membership in Membership.objects.filter(state="applied", organization__slug="xiazhuang").order_by("applied_at"):
        to, url = dataset.personas["secretary"], "/manage/"
        template, at = "organizations/membership_applied", membership.applied_at
        rows.append(_notice(dataset, rng, to, template, at, url, membership=membership))
    for row in Request.objects.filter(team__slug="xiaxin-lianxin", reminders__gt=0, answered_at=None).order_by("at"):
        at = clock.at(dataset.ago(1), dt.time(8, 30))
        to, url = dataset.personas["leader"], row.get_absolute_url()
        rows.append(_notice(dataset, rng, to, "services/request_reminder", at, url, request=row))
    return rows


def _of_applicants(dataset: Dataset, rng: RandomSource) -> list[Notice]:
    rows = []
    for application in Application.objects.filter(user__in=dataset.personas.values()).order_by("pk"):
        url, at = application.get_absolute_url(), application.submitted_at
        rows.append(_notice(dataset, rng, application.user, "members/submitted", at, url, application=application))
    return rows
