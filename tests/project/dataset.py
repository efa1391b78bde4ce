"""A small district: the cast, and one thing of every kind that belongs to 夏庄, so that 流亭 has no business with it.

What is personal is the member's. The words of `SECRETS` stand where only some of the cast may read them.
"""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from allauth.usersessions.models import UserSession
from django.core.files.base import ContentFile

from activities.models import Activity, Brand, CheckIn, Programme, ServiceRecord, Signup
from chengyang import clock
from chengyang.platform.accounts.models import Subdistrict, User
from chengyang.platform.audit import actions as audit
from chengyang.platform.files.models import File
from chengyang.platform.notices.actions import notify
from chengyang.platform.notices.models import Delivery, Notice
from chengyang.platform.privacy.models import Consent, PolicyVersion, Purpose
from chengyang.platform.privacy.purposes import PURPOSES
from chengyang.platform.standards.models import Criterion, Standard, Version
from chengyang.platform.workdays.models import WorkdayException
from members.models import Application, Assessment, Category, Person, Representative
from organizations.models import Membership
from services.models import Outcome, Request
from tests import personas

NOW = clock.at(dt.date(2026, 9, 16), dt.time(9))
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
LONG_AGO = clock.at(dt.date(2020, 1, 1))
NAMES = ("visitor", *personas.NAMES)

UNCONFIRMED = "顾未明"  # somebody whose record staff made, and who has not confirmed it
LEFT = "韩退之"  # somebody who has left the registry
APPLICANT = "申小满"  # whose application is being reviewed
ASKED = "房租合同里的那一条"  # in a request that was routed to the team
GUEST = "来宾司徒云"  # a guest's name on a list at the door
DRAFTED, SUBMITTED = "还没有定的采风", "等批准的讲座"  # not published yet
MEMBERS_ONLY, ORGANIZATION_ONLY = "入册人士座谈", "会员大会"  # not for everybody
HIDDEN_BASE, HIDDEN_ORGANIZATION = "筹建中的驿站", "夏庄街道筹建中的联谊会"

OFFICES = {"xiazhuang", "district", "district_2"}
ORGANIZERS = {*OFFICES, "secretary", "base_manager"}
SECRETS = {  # words → who may read them; nobody else does, on any page
    UNCONFIRMED: set(),
    LEFT: set(),
    APPLICANT: OFFICES,
    ASKED: {"member", "leader"},
    GUEST: {*ORGANIZERS, "leader"},
    DRAFTED: ORGANIZERS,
    SUBMITTED: ORGANIZERS,
    MEMBERS_ONLY: {*ORGANIZERS, "leader", "member"},
    ORGANIZATION_ONLY: {*ORGANIZERS, "member"},
    HIDDEN_BASE: OFFICES,
    HIDDEN_ORGANIZATION: OFFICES,
}


@dataclass
class World:
    """What `build` made, by name; `users` is the cast, `phones` are all numbers with the account they belong to."""

    users: dict[str, Any] = field(default_factory=dict)
    phones: dict[str, int | None] = field(default_factory=dict)
    things: dict[str, Any] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Any:
        try:
            return self.things[name]
        except KeyError:
            raise AttributeError(name) from None

    def phone(self, owner: Any = None) -> str:
        """Give out a number that nobody has yet, to `owner` (an account, or nobody)."""
        number = f"+86154{len(self.phones) + 31415900:08}"
        self.phones[number] = owner and owner.pk
        return number

    def reach_by_phone(self, *rows: Any) -> None:
        """Give each account or person of `rows` a number of its own; a person gets that of the account."""
        for row in rows:
            owner = row if isinstance(row, User) else row.user
            row.phone = (owner and owner.phone) or self.phone(owner)
            row.save()

    def account(self, name: str) -> User:
        """Make somebody outside the cast, with a number."""
        user = personas.user(name)
        user.name = "账号"
        self.reach_by_phone(user)
        return user

    def person(self, name: str, account: str = "", **fields: Any) -> Person:
        """Make a person of 夏庄, with a number and, where `account` names one, a sign-in."""
        person = personas.person(name, account=self.account(account) if account else None, **fields)
        self.reach_by_phone(person)
        return person


def build() -> World:
    """Make the whole world in the open transaction; the clock stands at `NOW`."""
    world = World()
    personas.reference()
    _rules()
    world.users = {"visitor": personas.visitor(), **{name: personas.make(name) for name in personas.NAMES}}
    for name in personas.NAMES:
        world.reach_by_phone(world.users[name])
        world.reach_by_phone(*Person.objects.filter(user=world.users[name]))
    world.things["area"] = Subdistrict.objects.get(name="夏庄街道")
    for make in (_standards, _registry, _bodies, _activities, _doors, _requests, _rest):
        make(world)
    return world


def _rules():
    for order, purpose in enumerate(PURPOSES):
        Purpose.objects.create(
            code=purpose.code,
            name=str(purpose.name),
            text=str(purpose.text),
            categories=str(purpose.categories),
            retention=str(purpose.retention),
            basis=purpose.basis,
            necessary=purpose.necessary,
            order=order,
        )
    PolicyVersion.objects.create(version=1, text="第一条\n", published_at=LONG_AGO)


def consent(user: User, code: str = "registration") -> Consent:
    """Write that `user` agreed."""
    purpose, rules = Purpose.objects.get(code=code), PolicyVersion.objects.current()
    return Consent.objects.create(user=user, purpose=purpose, policy=rules, given=True, text_hash="x")


# ---- standards -------------------------------------------------------------------------------------------------------
LISTS = {
    "four_haves": ("person", "“四有”标准", ("有时间", "有精力", "有能力", "有代表性")),
    "five_goods": ("organization", "“五好”标准", ("带头人", "班子", "队伍", "机制", "思路")),
    "six_haves": ("base", "“六有”标准", ("阵地", "标准", "品牌", "制度", "活动", "成效")),
}


def _standards(world):
    for order, (code, (subject, name, criteria)) in enumerate(LISTS.items()):
        standard = Standard.objects.create(code=code, name=name, subject=subject, order=order)
        version = Version.objects.create(standard=standard, number=1)
        rows = [Criterion(version=version, code=f"c{n}", name=text, order=n) for n, text in enumerate(criteria)]
        Criterion.objects.bulk_create(rows)
        version.published_on = LONG_AGO.date()
        version.save()
        world.things[f"{subject}_version"] = version


def assess(world: World, subject: Any, kind: str, state: str = "passed") -> Any:
    """Assess `subject` by the standard of its `kind`, every criterion met."""
    version = world.things[f"{kind}_version"]
    findings = {c.code: {"met": True, "note": "有依据", "file": ""} for c in version.criteria.all()}
    day = None if state in ("open", "submitted") else clock.today() - 30 * DAY
    return subject.assessments.create(version=version, state=state, findings=findings, assessed_on=day)


# ---- the registry ----------------------------------------------------------------------------------------------------
def _registry(world):
    member, staff = Person.objects.get(user=world.users["member"]), world.users["xiazhuang"]
    consent(world.users["member"])
    world.things["member"] = member
    world.things["own_application"] = _application(
        world, world.users["member"], "approved", first=staff, second=world.users["district"], person=member
    )
    world.things["application"] = _application(world, world.account("applicant"), "submitted")
    world.things["reviewed"] = _application(world, world.account("applicant2"), "first_reviewed", first=staff)
    things = world.things
    things["draft_application"] = _application(world, world.account("drafting"), "draft")
    Application.objects.filter(pk=things["draft_application"].pk).update(submitted_at=None, due_on=None)
    things["unconfirmed"] = world.person(UNCONFIRMED, state="unconfirmed", confirm_by=clock.today() + 9 * DAY)
    things["left"] = world.person(LEFT, state="left", left_on=clock.today() - 3 * DAY)
    world.things["assessment"] = assess(world, member, "person")
    for name, state, who in (("nominated", "nominated", "穆桂英"), ("first_named", "first_reviewed", "佘太君")):
        person = world.person(who, f"{name}_account")
        extra = {"first_reviewer": staff, "first_reviewed_at": NOW} if state == "first_reviewed" else {}
        assess(world, person, "person")
        world.things[name] = _representative(person, state, **extra)
    shown = world.person("欧阳海若", "shown_account")
    extra = {"assessment": assess(world, shown, "person"), "is_public": True, "named_at": NOW}
    world.things["representative"] = _representative(shown, "named", **extra)


def _application(world, user, state, *, first=None, second=None, person=None):
    consent(user)
    return Application.objects.create(
        user=user,
        person=person,
        name=person.name if person else APPLICANT,
        category=Category.objects.get(code="enterprise"),
        unit="青岛澄海文化传媒有限公司",
        subdistrict=world.area,
        state=state,
        submitted_at=NOW - 2 * DAY,
        due_on=None if second else clock.today() + 2 * DAY,
        first_reviewer=first,
        first_reviewed_at=first and NOW - DAY,
        second_reviewer=second,
        decided_at=second and NOW - HOUR,
    )


def _representative(person, state, **extra):
    span = {"starts": clock.today() - 30 * DAY, "ends": clock.today() + 700 * DAY}
    return Representative.objects.create(person=person, state=state, due_on=clock.today() + DAY, **span, **extra)


# ---- bodies ----------------------------------------------------------------------------------------------------------
def _bodies(world):
    things, organization, base, team = world.things, personas.organization(), personas.base(), personas.team()
    team.subdistrict, team.services = world.area, ["采摘帮扶"]
    team.save()
    things |= {"organization": organization, "base": base, "team": team}
    things["preparing"] = personas.organization(
        slug="preparing", name=HIDDEN_ORGANIZATION, state="preparing", founded_on=None, is_published=False
    )
    things["hidden_base"] = personas.base(slug="hidden", name=HIDDEN_BASE, state="preparing", is_published=False)
    things["organization_assessment"] = assess(world, organization, "organization")
    things["base_assessment"] = assess(world, base, "base", "submitted")
    things["honour"] = base.honours.create(title="全省实践创新基地精品工程项目", level="province", year=2022)
    _people(world)


def _people(world):
    things, organization, team = world.things, world.organization, world.team
    things["organization_post"] = organization.posts.get(kind="secretary")
    things["base_post"], things["team_post"] = world.base.posts.get(), team.posts.get()
    things["membership"] = Membership.objects.get(person=world.member)
    things["asked_in"] = Membership.objects.create(
        organization=organization,
        person=world.person("孟姜宁", "asking"),
        applied_at=NOW - DAY,
        due_on=clock.today() + DAY,
    )
    things["volunteer"] = world.person("钟离迟")
    things["volunteer"].services_posts.create(team=team, kind="volunteer", starts=LONG_AGO.date())


# ---- activities ------------------------------------------------------------------------------------------------------
def activity(world: World, title: str, *, starts: dt.datetime = NOW + 3 * DAY, **fields: Any) -> Activity:
    """Make an activity of the organization at the base, published unless `fields` say otherwise."""
    defaults = {
        "title": title,
        "organization": world.organization,
        "base": world.base,
        "subdistrict": world.area,
        "place": "夏新连心驿站",
        "summary": "和果农一起摘葡萄。",
        "contact": "街道办公室",
        "starts": starts,
        "ends": starts + 2 * HOUR,
        "state": "published",
        "published_at": NOW - 20 * DAY,
    }
    return Activity.objects.create(**{**defaults, **fields})


def _activities(world):
    things, programme = world.things, Programme.objects.create(code="li", name="新力汇")
    things |= {"programme": programme, "brand": Brand.objects.create(name="新e汇+")}
    things["reviewed_activity"] = activity(world, "沙龙", by_review=True)
    things["activity"] = activity(world, "夏庄葡萄采摘帮扶", programme=programme, capacity=20)
    things["offering"] = activity(world, "剪纸课", capacity=1)
    things["free"] = activity(world, "读书会", audience="public")
    unpublished = {"published_at": None, "drafted_by": world.users["secretary"]}
    things["draft"] = activity(world, DRAFTED, state="draft", **unpublished)
    things["submitted"] = activity(
        world, SUBMITTED, state="submitted", submitted_at=NOW - DAY, due_on=clock.today() + DAY, **unpublished
    )
    things["for_members"] = activity(world, MEMBERS_ONLY, audience="members")
    things["for_organization"] = activity(world, ORGANIZATION_ONLY, audience="organization")
    things["cancelled"] = activity(world, "取消了的健步走", state="cancelled", cancelled_at=NOW - DAY, reason="大风")
    things["past"] = activity(
        world, "清河志愿服务", starts=NOW - 2 * DAY, kind="volunteer", organization=None, team=world.team, base=None
    )
    things["running"] = activity(world, "早间理论学习", starts=NOW - HOUR / 2)


def sign_up(activity: Activity, position: int = 1, state: str = "confirmed", **who: Any) -> Signup:
    """Put somebody down for `activity`, counted like the action counts."""
    signup = Signup.objects.create(activity=activity, state=state, position=position, at=NOW - DAY, **who)
    activity.taken += state in ("offered", "confirmed")
    activity.last_position = max(activity.last_position, position)
    activity.save()
    return signup


def _doors(world):
    things, person = world.things, world.member
    things["signup"] = sign_up(world.activity, person=person)
    things["offered"] = sign_up(world.offering, state="offered", person=person, offer_expires_at=NOW + HOUR)
    things["door"] = sign_up(world.running, person=person)
    things["pending"] = sign_up(world.reviewed_activity, state="pending", person=person)
    guest = world.account("guest")
    sign_up(world.running, 2, user=guest, guest_name=GUEST)
    sign_up(world.activity, 2, user=guest, guest_name=GUEST)
    sign_up(world.past, 2, user=guest, guest_name=GUEST)
    came = sign_up(world.past, person=person)
    things["checkin"] = CheckIn.objects.create(
        signup=came, checked_in_at=world.past.starts, checked_out_at=world.past.ends
    )
    things["service"] = ServiceRecord.objects.create(checkin=things["checkin"], hours=Decimal(2))


# ---- requests and outcomes -------------------------------------------------------------------------------------------
def _requests(world):
    things, author = world.things, world.users["member"]
    numbers = iter(range(1, 9))

    def ask(title, **fields):
        number = f"SQ20260914-{next(numbers):03d}"
        row = {"author": author, "title": title, "due_on": clock.today() + 4 * DAY, "query_code": "314159"}
        return Request.objects.create(**{**row, "number": number, "text": "请看材料", **fields})

    things["request"] = ask("合同审阅", text=ASKED, team=world.team, state="routed")
    things["area_request"] = ask("停车难", subdistrict=world.area, state="routed")
    things["office_request"] = ask("想找场地")
    answered = {"state": "answered", "answer": "已联系", "answered_at": NOW - HOUR}
    things["answered"] = ask("问政策", team=world.team, answered_by=world.users["leader"], **answered)
    money = {"kind": "money", "amount": Decimal(3000), "happened_on": clock.today() - DAY, "team": world.team}
    reported = {"reported_by": world.users["leader"], "due_on": clock.today() + DAY}
    things["outcome"] = Outcome.objects.create(title="助学款", **money, **reported)
    things["checked"] = Outcome.objects.create(title="助老款", state="checked", **money)


# ---- the rest --------------------------------------------------------------------------------------------------------
def _rest(world):
    things, member = world.things, world.users["member"]
    consent(member, "publication")
    notify(member, "members/approved", url="/me/", application=world.own_application)
    things["notice"] = Notice.objects.get(user=member, kind="members/approved")
    things["delivery"] = Delivery.objects.filter(notice=things["notice"]).first()
    file = File(owner=member, name="材料.pdf", content_type="application/pdf", size=4, sha256="x" * 64)
    file.content.save("house/sample.pdf", ContentFile(b"%PDF"), save=False)
    file.save()
    things["file"] = file
    things["session"] = UserSession.objects.create(
        user=member, session_key="h" * 32, ip="127.0.0.1", user_agent="Firefox"
    )
    things["workday"] = WorkdayException.objects.create(
        date=dt.date(2026, 10, 1), is_workday=False, name="国庆节", source="国务院办公厅"
    )
    things["entry"] = audit.record_alone(
        "person.read", world.member, actor=world.users["xiazhuang"], person=world.member
    )
    things["account"], things["role"] = member, world.users["xiazhuang"].roles.get()
    things["person"], things["category"] = world.member, Category.objects.get(code="enterprise")
    things["standard"] = Standard.objects.get(code="five_goods")
    things["version"], things["purpose"] = things["organization_version"], Purpose.objects.get(code="registration")
    things["rules"] = PolicyVersion.objects.current()
    things["person_assessment"] = Assessment.objects.filter(person=world.member).first()
