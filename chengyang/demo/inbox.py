"""The ledger of consents, and what the portal has told the cast; nothing of it is sent any more."""

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
from .dataset import World
from .randomness import Dice

READ_AFTER = 2  # days; what is younger is still unread
INVITED_SHARE = 0.7  # of those who were asked agree to be invited


def make_consents(world: World) -> None:
    """Write the ledger for all accounts of persons and applicants: what is necessary, and what they chose."""
    dice = world.dice("consents")
    rules, purposes = (
        PolicyVersion.objects.order_by("version").last(),
        {purpose.code: purpose for purpose in Purpose.objects.all()},
    )
    asked = [(person.user, person.pk in world.shown) for person in world.persons if person.user_id]
    people = {account.pk for account, _ in asked}
    applicants = Application.objects.filter(is_demo=True).select_related("user").order_by("pk")
    asked += [(row.user, dice.chance(0.5)) for row in applicants if row.user_id not in people]
    rows = []
    for account, shown in {account.pk: (account, shown) for account, shown in asked}.values():
        given = {"registration": True, "publication": shown, "invitations": dice.chance(INVITED_SHARE)}
        at = max(account.date_joined, clock.at(world.ago(420), dt.time(9))) + dt.timedelta(minutes=dice.randint(2, 9))
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


assert set(OPTIONAL) == {"publication", "invitations"}


# ---- notices ---------------------------------------------------------------------------------------------------------
def make_notices(world: World) -> None:
    """Write what the member, the secretary, the leader and the applicant in the cast have been told."""
    dice = world.dice("notices")
    rows = [*_of_member(world, dice), *_of_keepers(world, dice), *_of_applicants(world, dice)]
    insert(sorted(rows, key=lambda row: row.at))


def _notice(world: World, dice: Dice, to: Any, template: str, at: dt.datetime, url: str, **context: Any) -> Notice:
    text = render(template, {"to": to, "url": url, "site": settings.SITE, **context})
    read = at + dt.timedelta(hours=dice.randint(1, 20))
    is_read = at < world.midnight - dt.timedelta(days=READ_AFTER)
    return Notice(
        public_id=dice.public_id(),
        user=to,
        kind=template,
        url=url,
        **text._asdict(),
        at=min(at, world.midnight - dt.timedelta(minutes=5)),
        read_at=read if is_read else None,
    )


def _of_member(world: World, dice: Dice) -> list[Notice]:
    member, person = world.cast["member"], world.roles["member"]
    rows = []
    names = {S: f"activities/{name}" for S, name in _TOLD.items()}
    signups = Signup.objects.filter(person=person, activity__ends__gt=clock.at(world.ago(60))).select_related(
        "activity"
    )
    for signup in signups.order_by("at", "pk"):
        url, context = signup.get_absolute_url(), {"activity": signup.activity, "signup": signup}
        rows.append(_notice(world, dice, member, names[signup.state], signup.changed_at, url, **context))
    served = ServiceRecord.objects.filter(checkin__signup__person=person, at__gt=clock.at(world.ago(200)))
    for service in served.select_related("checkin__signup__activity").order_by("at", "pk"):
        signup = service.checkin.signup
        url, context = signup.get_absolute_url(), {"activity": signup.activity, "service": service}
        rows.append(_notice(world, dice, member, "activities/hours", service.at, url, **context))
    for row in Request.objects.filter(author=member).order_by("at"):
        url = row.get_absolute_url()
        rows.append(_notice(world, dice, member, "services/request_received", row.at, url, request=row))
        if row.answered_at:
            rows.append(_notice(world, dice, member, "services/request_answered", row.answered_at, url, request=row))
    return rows


_TOLD = {
    SignupState.CONFIRMED: "signed_up",
    SignupState.OFFERED: "offered",
    SignupState.WAITLISTED: "waitlisted",
    SignupState.PENDING: "pending",
    SignupState.CANCELLED: "called_off",
}


def _of_keepers(world: World, dice: Dice) -> list[Notice]:
    """Return what the secretary was told of applications, and the leader of requests that are nearly due."""
    rows = []
    for membership in Membership.objects.filter(state="applied", organization__slug="xiazhuang").order_by("applied_at"):
        to, url = world.cast["secretary"], "/manage/"
        template, at = "organizations/membership_applied", membership.applied_at
        rows.append(_notice(world, dice, to, template, at, url, membership=membership))
    for row in Request.objects.filter(team__slug="xiaxin-lianxin", reminders__gt=0, answered_at=None).order_by("at"):
        at = clock.at(world.ago(1), dt.time(8, 30))
        to, url = world.cast["leader"], row.get_absolute_url()
        rows.append(_notice(world, dice, to, "services/request_reminder", at, url, request=row))
    return rows


def _of_applicants(world: World, dice: Dice) -> list[Notice]:
    rows = []
    for application in Application.objects.filter(user__in=world.cast.values()).order_by("pk"):
        url, at = application.get_absolute_url(), application.submitted_at
        rows.append(_notice(world, dice, application.user, "members/submitted", at, url, application=application))
    return rows
