"""A small district: the personas, and one object of every kind. All objects belong to 夏庄, so that 流亭 must not see them.

Personal objects belong to the persona `member`. Each text in `SECRETS` may be read only by the personas named there.
"""

import datetime as dt
import hashlib
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from typing import Any

from allauth.usersessions.models import UserSession
from django.core.files.base import ContentFile

from activities.models import Activity, Brand, CheckIn, Programme, ServiceRecord, Signup
from bases.actions import write_opening_times
from bases.models import RoomBooking, Travel, Visit
from chengyang import clock, extensions
from chengyang.lib.vault.fields import blind_index
from chengyang.platform.accounts.models import FormerNumber, NumberRequest, StaffChange, Subdistrict, User
from chengyang.platform.audit import actions as audit
from chengyang.platform.files.contents import DOCX
from chengyang.platform.files.models import File, Picture
from chengyang.platform.imports.models import Import
from chengyang.platform.jobs.models import Job
from chengyang.platform.mailings.models import Mailing, MailingRecipient
from chengyang.platform.notices.actions import notify
from chengyang.platform.notices.models import Delivery, Notice
from chengyang.platform.objectives import actions as objectives
from chengyang.platform.offices.models import Office
from chengyang.platform.papers.defaults import default_file
from chengyang.platform.papers.models import PaperTemplate
from chengyang.platform.privacy.models import Consent, PolicyVersion, Purpose
from chengyang.platform.privacy.purposes import PURPOSES
from chengyang.platform.staff.models import BulkRow, BulkRun, ListExport, RulesDraft, SavedView
from chengyang.platform.standards.models import Criterion, Standard, Version
from chengyang.platform.workdays.models import WorkdayException
from chengyang.portal.board import actions as board
from chengyang.portal.board import keeping, periods
from members.models import Application, Assessment, Category, Person, Representative
from organizations.models import DutyFeed, Kind, Membership, WorkField
from services.models import (
    Department,
    Extension,
    Outcome,
    OutcomeDouble,
    Promise,
    Proposal,
    Referral,
    Request,
    Share,
    TeamApplication,
    ThreadEntry,
)
from services.proposals import actions as proposal_actions
from tests import personas

NOW = clock.at(dt.date(2026, 9, 16), dt.time(9))
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
LONG_AGO = clock.at(dt.date(2020, 1, 1))
NAMES = ("visitor", *personas.NAMES)

UNCONFIRMED = "顾未明"  # a person whose record staff created and who has not confirmed it
LEFT = "韩退之"  # a person who has left the registry
APPLICANT = "申小满"  # an applicant under review
REQUEST_TEXT = "房租合同里的那一条"  # text of a request that was routed to the team
ASKED_TEXT = "租约写的是哪一天"  # what the leader of the team asks its author
PROPOSAL_TEXT = "园区门口的那盏路灯"  # text of a proposal that is not published
DRAFT_TEXT = "还没写完的那一条"  # text of a draft
UNIT_TEXT = "由路灯所来人看"  # the unpublished answer to it
MESSAGE_TEXT = "房东又改了口"  # what its author adds
VOLUNTEERING = "上官采薇"  # a person who applies to volunteer in the team
FORMER = "+8615431418888"  # the number that `member` signed in with before
GUEST = "来宾司徒云"  # name of a guest in check-in lists
DRAFTED, SUBMITTED = "还没有定的采风", "等批准的讲座"  # titles of unpublished activities
MEMBERS_ONLY, ORGANIZATION_ONLY = "入册人士座谈", "会员专场沙龙"  # titles of activities with a restricted audience
VISITORS = "日照市来的观摩团"  # the unit of a delegation
HIDDEN_BASE, HIDDEN_ORGANIZATION = "筹建中的驿站", "夏庄街道筹建中的联谊会"

OFFICES = {"xiazhuang", "district", "district_2"}
ORGANIZERS = {*OFFICES, "secretary", "base_manager"}
SECRETS = {  # text → personas who may read it; no other persona does, on any page
    UNCONFIRMED: OFFICES,
    LEFT: set(),
    APPLICANT: OFFICES,
    REQUEST_TEXT: {"member", "leader"},
    ASKED_TEXT: {"member", "leader"},
    PROPOSAL_TEXT: {"member", "leader", "district", "district_2"},
    DRAFT_TEXT: {"member"},
    UNIT_TEXT: {"member", "leader", "district", "district_2"},
    MESSAGE_TEXT: {"member", "leader"},
    VOLUNTEERING: {*OFFICES, "leader"},
    GUEST: {*ORGANIZERS, "leader"},
    DRAFTED: ORGANIZERS,
    SUBMITTED: ORGANIZERS,
    MEMBERS_ONLY: {*ORGANIZERS, "leader", "member"},
    ORGANIZATION_ONLY: {*ORGANIZERS, "member"},
    VISITORS: {*OFFICES, "base_manager", "member"},
    HIDDEN_BASE: OFFICES,
    HIDDEN_ORGANIZATION: OFFICES,
}


@dataclass
class Dataset:
    """The result of `build`: accounts of the personas, other objects by name, and phone number → key of its account."""

    users: dict[str, Any] = field(default_factory=dict)
    phones: dict[str, int | None] = field(default_factory=dict)
    objects: dict[str, Any] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Any:
        try:
            return self.objects[name]
        except KeyError:
            raise AttributeError(name) from None

    def phone(self, owner: Any = None) -> str:
        """Return an unused phone number and note its `owner` (an account or None)."""
        number = f"+86154{len(self.phones) + 31415900:08}"
        self.phones[number] = owner and owner.pk
        return number

    def set_phone(self, *rows: Any) -> None:
        """Give each account or person in `rows` a phone number; a person gets the number of their account."""
        for row in rows:
            owner = row if isinstance(row, User) else row.user
            row.phone = (owner and owner.phone) or self.phone(owner)
            row.save()

    def account(self, name: str) -> User:
        """Create an account that is no persona, with a phone number."""
        user = personas.user(name)
        user.name = "账号"
        self.set_phone(user)
        return user

    def person(self, name: str, account: str = "", **fields: Any) -> Person:
        """Create a person of 夏庄 with a phone number and, if `account` is a name, an account."""
        person = personas.person(name, account=self.account(account) if account else None, **fields)
        self.set_phone(person)
        return person


def build() -> Dataset:
    """Create the dataset in the current transaction; the clock must be at `NOW`."""
    dataset = Dataset()
    personas.reference()
    _rules()
    dataset.users = {"visitor": personas.visitor(), **{name: personas.make(name) for name in personas.NAMES}}
    for name in personas.NAMES:
        dataset.set_phone(dataset.users[name])
        dataset.set_phone(*Person.objects.filter(user=dataset.users[name]))
    dataset.objects["area"] = Subdistrict.objects.get(name="夏庄街道")
    for make in (
        _standards,
        _registry,
        _organizers,
        _activities,
        _signups,
        _requests,
        _proposals,
        _rooms_and_visits,
        _objectives,
        _evaluations,
        _rest,
        _board,
    ):
        make(dataset)
    return dataset


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
    """Create the consent of `user` to the purpose `code`."""
    purpose, rules = Purpose.objects.get(code=code), PolicyVersion.objects.current()
    return Consent.objects.create(user=user, purpose=purpose, policy=rules, given=True, text_hash="x")


# ---- standards -------------------------------------------------------------------------------------------------------
LISTS = {
    "four_haves": ("person", "“四有”标准", ("有时间", "有精力", "有能力", "有代表性")),
    "five_goods": ("organization", "“五好”标准", ("带头人", "班子", "队伍", "机制", "思路")),
    "six_haves": ("base", "“六有”标准", ("阵地", "标准", "品牌", "制度", "活动", "成效")),
    "team_marks": ("team", "“五优”标准", ("队长", "队伍", "清单", "服务", "成效")),
}
COUNTED = {"metric": "activities_completed", "at_least": 6}  # of the fifth criterion about bases


def _standards(dataset):
    for order, (code, (subject, name, criteria)) in enumerate(LISTS.items()):
        standard = Standard.objects.create(code=code, name=name, subject=subject, order=order)
        version = Version.objects.create(standard=standard, number=1)
        rows = [Criterion(version=version, code=f"c{n}", name=text, order=n) for n, text in enumerate(criteria)]
        for name, value in COUNTED.items() if subject == "base" else ():
            setattr(rows[4], name, value)
        Criterion.objects.bulk_create(rows)
        version.published_on = LONG_AGO.date()
        version.save()
        dataset.objects[f"{subject}_version"] = version
    _drafts(dataset)


def _drafts(dataset):
    """Add a draft that waits for a second officer, and one with a criterion that is still written."""
    officer, day = dataset.users["district"], clock.today() + DAY
    for name, kind, columns in (
        ("version_draft", "organization", {"submitted_by": officer, "submitted_at": NOW, "due_on": day}),
        ("version_open", "base", {}),
    ):
        standard = dataset.objects[f"{kind}_version"].standard
        draft = standard.versions.create(number=2, text="改过", drafted_by=officer, **columns)
        dataset.objects[name] = draft
        dataset.objects["criterion"] = draft.criteria.create(code="c0", name="阵地", order=0)


def assess(dataset: Dataset, subject: Any, kind: str, state: str = "passed") -> Any:
    """Create an assessment of `subject` by the standard for its `kind`, with every criterion met."""
    version = dataset.objects[f"{kind}_version"]
    findings = {c.code: {"result": "met", "note": "有依据", "file": ""} for c in version.criteria.all()}
    day = None if state in ("open", "submitted") else clock.today() - 30 * DAY
    return subject.assessments.create(version=version, state=state, findings=findings, assessed_on=day)


# ---- the registry ----------------------------------------------------------------------------------------------------
def _registry(dataset):
    member, staff = Person.objects.get(user=dataset.users["member"]), dataset.users["xiazhuang"]
    consent(dataset.users["member"])
    dataset.objects["member"] = member
    dataset.objects["own_application"] = _application(
        dataset, dataset.users["member"], "approved", first=staff, second=dataset.users["district"], person=member
    )
    dataset.objects["application"] = _application(dataset, dataset.account("applicant"), "submitted")
    dataset.objects["reviewed"] = _application(dataset, dataset.account("applicant2"), "first_reviewed", first=staff)
    objects = dataset.objects
    for name, state in (("decline_proposed", "decline_proposed"), ("objected", "objected")):
        objects[name] = _application(dataset, dataset.account(name), state)
        Application.objects.filter(pk=objects[name].pk).update(declined_by=staff, reason="单位请写全称。")
    objects["draft_application"] = _application(dataset, dataset.account("drafting"), "draft")
    Application.objects.filter(pk=objects["draft_application"].pk).update(submitted_at=None, due_on=None)
    words = {"reason": "身份证上是这个字", "due_on": clock.today() + 2 * DAY}
    objects["own_correction"] = member.corrections.create(field="name", old=member.name, new="林之夏", **words)
    objects["correction"] = dataset.person("曹雪芹", "correcting").corrections.create(
        field="category", old="enterprise", new="new_media", **words
    )
    objects["unconfirmed"] = dataset.person(UNCONFIRMED, state="unconfirmed", confirm_by=clock.today() + 9 * DAY)
    objects["left"] = dataset.person(LEFT, state="left", left_on=clock.today() - 3 * DAY)
    dataset.objects["assessment"] = assess(dataset, member, "person")
    for name, state, who in (("nominated", "nominated", "穆桂英"), ("first_named", "first_reviewed", "佘太君")):
        person = dataset.person(who, f"{name}_account")
        extra = {"first_reviewer": staff, "first_reviewed_at": NOW} if state == "first_reviewed" else {}
        assess(dataset, person, "person")
        dataset.objects[name] = _representative(person, state, **extra)
    person = dataset.person("花木兰", "decline_nomination_account")
    words = {"declined_by": staff, "reason": "近一年没有参加活动"}
    dataset.objects["decline_nomination"] = _representative(person, "decline_proposed", **words)
    shown = dataset.person("欧阳海若", "shown_account")
    extra = {"assessment": assess(dataset, shown, "person"), "is_public": True, "named_at": NOW}
    dataset.objects["representative"] = _representative(shown, "named", **extra)


def _application(dataset, user, state, *, first=None, second=None, person=None):
    consent(user)
    return Application.objects.create(
        user=user,
        person=person,
        name=person.name if person else APPLICANT,
        category=Category.objects.get(code="enterprise"),
        unit="青岛澄海文化传媒有限公司",
        subdistrict=dataset.area,
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


# ---- organizers ------------------------------------------------------------------------------------------------------
def _organizers(dataset):
    objects, organization, base, team = dataset.objects, personas.organization(), personas.base(), personas.team()
    team.subdistrict = dataset.area
    team.save()
    objects["offer"] = team.offers.create(name="采摘帮扶")
    objects["off_offer"] = team.offers.create(name="农机维修", position=2, off_from=LONG_AGO.date())
    objects["routing_rule"] = team.routing_rules.create(category="rural")
    objects |= {"organization": organization, "base": base, "team": team}
    objects["preparing"] = personas.organization(
        slug="preparing", name=HIDDEN_ORGANIZATION, state="preparing", founded_on=None, is_published=False
    )
    objects["hidden_base"] = personas.base(slug="hidden", name=HIDDEN_BASE, state="preparing", is_published=False)
    objects["organization_assessment"] = assess(dataset, organization, "organization")
    objects["base_assessment"] = assess(dataset, base, "base", "submitted")
    objects["team_assessment"] = assess(dataset, team, "team", "submitted")
    objects["window"] = Office.objects.create(subdistrict=dataset.area, address="向阳路 1 号")
    objects["honour"] = base.honours.create(title="全省实践创新基地精品工程项目", level="province", year=2022)
    for name, row in (("picture", base), ("hidden_picture", objects["hidden_base"]), ("logo", organization)):
        objects[name] = _picture(name, row)
    _people(dataset)
    _rotation(dataset)
    _change_of_term(dataset)
    _life(dataset)


def _life(dataset):
    """A charter of the organization and of the hidden one, and the suspension that the secretary has submitted."""
    objects, officer, today = dataset.objects, dataset.users["secretary"], clock.today()
    adopted = {"number": 1, "adopted_on": today - 9 * DAY, "adopted_by": "第一次会员大会", "starts": today - 9 * DAY}
    for name, organization in (("charter", dataset.organization), ("hidden_charter", dataset.preparing)):
        objects[name] = organization.charters.create(uploaded_by=officer, **adopted)
        about = {"attached_to": "organizations.Charter", "attached_id": objects[name].public_id}
        file = File(owner=officer, name="章程.pdf", content_type="application/pdf", size=4, sha256="z" * 64, **about)
        file.content.save(f"project/{name}.pdf", ContentFile(b"%PDF"), save=False)
        file.save()
    objects["life_step"] = dataset.organization.life_steps.create(
        kind="suspend",
        state="submitted",
        on=today + 20 * DAY,
        resolution="理事会决议",
        resolved_on=today - 3 * DAY,
        approval="同意",
        approved_on=today - 2 * DAY,
        cause="场地到期",
        prepared_by=officer,
        submitted_by=officer,
        submitted_at=NOW - DAY,
        due_on=today + 3 * DAY,
    )
    objects["organization_kind"] = Kind.objects.create(code="shanghui", name="商会")
    objects["work_field"] = WorkField.objects.create(code="falv", name="法律服务")


def _picture(name, row):
    """Return a picture on the page of `row`, whose bytes are no real picture."""
    picture = Picture.of_row(row)
    picture.alt, picture.width, picture.height, picture.content_type = "外景，红门朝南", 1200, 800, "image/jpeg"
    picture.sha256 = hashlib.sha256(name.encode()).hexdigest()
    for size in Picture.SIZES:
        getattr(picture, size).save(f"project/{name}-{size}.jpg", ContentFile(b"\xff\xd8\xff"), save=False)
    picture.save()
    return picture


def _rotation(dataset):
    """The member and another vice-chair of the organization chair it in turn; a swap, a substitute and a sheet wait."""
    objects, organization, member = dataset.objects, dataset.organization, dataset.member
    other = dataset.person("诸葛文远", "chairing")
    for person in (other, member):
        organization.posts.create(person=person, kind="vice_chair", starts=LONG_AGO.date())
    term = organization.terms.create(number=3, starts=dt.date(2026, 7, 1), ends=dt.date(2026, 12, 1))
    months = [dt.date(2026, month, 1) for month in (9, 10, 11, 12)]
    shares = [
        organization.duties.create(term=term, person=(other, member)[n % 2], starts=starts, ends=ends)
        for n, (starts, ends) in enumerate(pairwise(months))
    ]
    substitute = {"kind": "substitute", "state": "asked", "answer_by": clock.today() + DAY}
    days = {"starts": clock.today() + 2 * DAY, "ends": clock.today() + 4 * DAY}
    objects |= {
        "term": term,
        "duty": shares[1],
        "substitute": organization.duties.create(term=term, person=member, **substitute, **days),
        "swap": organization.swaps.create(
            given=shares[2],
            taken=shares[1],
            giver=other,
            taker=member,
            asked_by=other.user,
            answer_by=clock.today() + 7 * DAY,
            giver_agreed_at=NOW,
        ),
        "hand_over": organization.hand_overs.create(
            duty=shares[1], giver=other, taker=member, on=shares[1].starts, given_at=NOW
        ),
    }


def _change_of_term(dataset):
    """A change of term that the secretary has submitted; the member is elected."""
    objects, officer = dataset.objects, dataset.users["secretary"]
    days = {"starts": dt.date(2026, 12, 1), "ends": dt.date(2029, 12, 1), "met_on": clock.today() - 2 * DAY}
    objects["term_change"] = dataset.organization.term_changes.create(
        number=4,
        place="夏新连心驿站",
        invited=71,
        present=64,
        state="submitted",
        prepared_by=officer,
        submitted_by=officer,
        submitted_at=NOW - DAY,
        due_on=clock.today() + 3 * DAY,
        **days,
    )
    result = {"has_agreed": True, "votes": 61, "is_elected": True}
    objects["candidate"] = objects["term_change"].candidates.create(person=dataset.member, kind="director", **result)
    other = personas.organization(name="夏庄街道新青年联谊会", slug="xiazhuang-qingnian")
    objects["next_change"] = other.term_changes.create(
        number=1, starts=dt.date(2027, 1, 1), ends=dt.date(2030, 1, 1), prepared_by=officer
    )
    objects["next_change"].candidates.create(person=dataset.member, kind="director")
    objects["duty_feed"] = DutyFeed.objects.create(user=dataset.users["member"])


def _people(dataset):
    objects, organization, team = dataset.objects, dataset.organization, dataset.team
    objects["organization_post"] = organization.posts.get(kind="secretary")
    objects["base_post"], objects["team_post"] = dataset.base.posts.get(), team.posts.get()
    objects["membership"] = Membership.objects.get(person=dataset.member)
    objects["membership_application"] = Membership.objects.create(
        organization=organization,
        person=dataset.person("孟姜宁", "asking"),
        applied_at=NOW - DAY,
        due_on=clock.today() + DAY,
    )
    objects["volunteer"] = dataset.person("钟离迟")
    objects["volunteer"].services_posts.create(team=team, kind="volunteer", starts=LONG_AGO.date())
    offered = {"team": team, "skills": "采摘", "times": "周末", "applied_at": NOW, "due_on": clock.today() + DAY}
    objects["team_application"] = TeamApplication.objects.create(
        person=dataset.person(VOLUNTEERING, "volunteering"), **offered
    )
    objects["own_team_application"] = TeamApplication.objects.create(person=dataset.member, **offered)


def _rooms_and_visits(dataset):
    objects, base = dataset.objects, dataset.base
    base.hours, base.takes_visits, base.visit_times = "每天 8:00–18:00", True, "9:30、14:00"
    base.save()
    write_opening_times(base)
    objects["opening_exception"] = base.opening_exceptions.create(
        starts=clock.today() + 9 * DAY, ends=clock.today() + 10 * DAY, reason="换展"
    )
    objects["room"] = base.rooms.create(name="会客厅", capacity=30, equipment=["projector"])
    time = {"starts": NOW + 5 * DAY, "ends": NOW + 5 * DAY + HOUR}
    objects["booking"] = RoomBooking.objects.create(
        room=objects["room"],
        title="读书会",
        people=12,
        organization=dataset.organization,
        booked_by=dataset.users["secretary"],
        due_on=clock.today() + DAY,
        **time,
    )
    member = dataset.users["member"]
    visit = {"base": base, "guest": member, "unit": VISITORS, "contact_name": "林知夏", "people": 20}
    objects["visit"] = Visit.objects.create(due_on=clock.today() + DAY, **visit, **time)
    past = {"starts": NOW - 2 * DAY, "ends": NOW - 2 * DAY + HOUR}
    due = {"due_on": clock.today() + DAY, "decided_at": NOW - 3 * DAY}
    objects["reception"] = Visit.objects.create(state="confirmed", **due, **visit, **past)
    objects["received"] = Visit.objects.create(
        state="done", came=18, **visit, starts=NOW - 9 * DAY, ends=NOW - 9 * DAY + HOUR
    )
    first, other = sorted((base, dataset.hidden_base), key=lambda one: one.pk)
    objects["travel"] = Travel.objects.create(base=first, other=other, minutes=20)


# ---- activities ------------------------------------------------------------------------------------------------------
def activity(dataset: Dataset, title: str, *, starts: dt.datetime = NOW + 3 * DAY, **fields: Any) -> Activity:
    """Create an activity of the organization at the base, published unless `fields` override it."""
    defaults = {
        "title": title,
        "organization": dataset.organization,
        "base": dataset.base,
        "subdistrict": dataset.area,
        "place": "夏新连心驿站",
        "summary": "和果农一起摘葡萄。",
        "contact": "街道办公室",
        "starts": starts,
        "ends": starts + 2 * HOUR,
        "state": "published",
        "published_at": NOW - 20 * DAY,
    }
    return Activity.objects.create(**{**defaults, **fields})


def _activities(dataset):
    objects, programme = dataset.objects, Programme.objects.create(code="li", name="新力汇")
    objects |= {"programme": programme, "brand": Brand.objects.create(name="新e汇+")}
    objects["reviewed_activity"] = activity(dataset, "沙龙", by_review=True)
    objects["activity"] = activity(dataset, "夏庄葡萄采摘帮扶", programme=programme, capacity=20)
    objects["offering"] = activity(dataset, "剪纸课", capacity=1)
    objects["free"] = activity(dataset, "读书会", audience="public")
    unpublished = {"published_at": None, "drafted_by": dataset.users["secretary"]}
    objects["draft"] = activity(dataset, DRAFTED, state="draft", **unpublished)
    objects["submitted"] = activity(
        dataset, SUBMITTED, state="submitted", submitted_at=NOW - DAY, due_on=clock.today() + DAY, **unpublished
    )
    objects["for_members"] = activity(dataset, MEMBERS_ONLY, audience="members")
    objects["for_organization"] = activity(dataset, ORGANIZATION_ONLY, audience="organization")
    objects["cancelled"] = activity(dataset, "取消了的健步走", state="cancelled", cancelled_at=NOW - DAY, reason="大风")
    objects["past"] = activity(
        dataset, "清河志愿服务", starts=NOW - 2 * DAY, kind="volunteer", organization=None, team=dataset.team, base=None
    )
    objects["running"] = activity(dataset, "早间理论学习", starts=NOW - HOUR / 2)


def sign_up(activity: Activity, position: int = 1, state: str = "confirmed", **who: Any) -> Signup:
    """Create a sign-up for `activity` and update its counters as the action does."""
    signup = Signup.objects.create(activity=activity, state=state, position=position, at=NOW - DAY, **who)
    activity.taken += state in ("offered", "confirmed")
    activity.last_position = max(activity.last_position, position)
    activity.save()
    return signup


def _signups(dataset):
    objects, person = dataset.objects, dataset.member
    objects["signup"] = sign_up(dataset.activity, person=person)
    objects["offered"] = sign_up(dataset.offering, state="offered", person=person, offer_expires_at=NOW + HOUR)
    objects["running_signup"] = sign_up(dataset.running, person=person)
    objects["pending"] = sign_up(dataset.reviewed_activity, state="pending", person=person)
    guest = dataset.account("guest")
    sign_up(dataset.running, 2, user=guest, guest_name=GUEST)
    sign_up(dataset.activity, 2, user=guest, guest_name=GUEST)
    sign_up(dataset.past, 2, user=guest, guest_name=GUEST)
    came = sign_up(dataset.past, person=person)
    objects["checkin"] = CheckIn.objects.create(
        signup=came, checked_in_at=dataset.past.starts, checked_out_at=dataset.past.ends
    )
    objects["service"] = ServiceRecord.objects.create(checkin=objects["checkin"], hours=Decimal(2))


# ---- requests and outcomes -------------------------------------------------------------------------------------------
def _requests(dataset):
    objects, author = dataset.objects, dataset.users["member"]
    numbers = iter(range(1, 99))

    def add_request(title, **fields):
        number = f"SQ20260914-{next(numbers):03d}"
        row = {"author": author, "title": title, "due_on": clock.today() + 4 * DAY, "query_code": "314159"}
        return Request.objects.create(**{**row, "number": number, "text": "请看材料", **fields})

    objects["request"] = add_request("合同审阅", text=REQUEST_TEXT, team=dataset.team, state="routed")
    objects["area_request"] = add_request("停车难", subdistrict=dataset.area, state="routed")
    objects["office_request"] = add_request("想找场地")
    answered = {"state": "answered", "answer": "已联系", "answered_at": NOW - HOUR}
    objects["answered"] = add_request("问政策", team=dataset.team, answered_by=dataset.users["leader"], **answered)
    _work_on_requests(dataset, add_request)
    money = {"kind_id": "money", "amount": Decimal(3000), "happened_on": clock.today() - DAY, "team": dataset.team}
    reported = {"reported_by": dataset.users["leader"], "due_on": clock.today() + DAY}
    objects["outcome"] = Outcome.objects.create(title="助学款", **money, **reported)
    objects["checked"] = Outcome.objects.create(title="助老款", state="checked", **money)
    objects["outcome_kind"] = objects["checked"].kind
    objects["outcome_party"] = objects["outcome"].parties.create(programme=Programme.objects.first())
    objects["outcome_double"] = OutcomeDouble.objects.create(
        first=objects["outcome"], second=objects["checked"], signs="同一天、数额相同", due_on=clock.today() + DAY
    )


def _work_on_requests(dataset, add_request):
    """Create what requests have of teams, threads and clocks, each where it changes the readers of no other request."""
    objects, leader = dataset.objects, dataset.users["leader"]
    team, area = dataset.team, dataset.area
    objects["share"] = Share.objects.create(request=objects["request"], team=team, role="lead", asked_at=NOW)
    meeting = {"starts": NOW + DAY, "ends": NOW + DAY + HOUR, "place": "嗨创天地", "by": leader, "unit": team.name}
    objects["appointment"] = ThreadEntry.objects.create(request=objects["request"], kind="appointment", **meeting)
    ThreadEntry.objects.create(request=objects["request"], kind="question", text=ASKED_TEXT, by=leader, unit=team.name)
    objects["message"] = ThreadEntry.objects.create(
        request=objects["request"], kind="message", text=MESSAGE_TEXT, by=dataset.users["member"]
    )
    objects["paused_request"] = paused = add_request("等补充的", team=team, state="paused")
    paused.pauses.create(number=1, reason="先弄清", asked_on=clock.today(), asked_by=leader)
    shared = add_request("请队里帮看", state="routed")
    objects["help_share"] = Share.objects.create(request=shared, team=team, role="help", state="accepted")
    late = add_request("要多些时间", subdistrict=area, state="routed")
    due_on = {"due_on": clock.today() + DAY}
    extension = {"days": 3, "reason": "要问区里", "asked_by": dataset.users["xiazhuang"], **due_on}
    objects["extension"] = Extension.objects.create(request=late, **extension)


# ---- proposals -------------------------------------------------------------------------------------------------------
def _proposals(dataset):
    """Proposals of the member at each stage; the leader signs one of them, whose answer is not published."""
    objects, author, officer = dataset.objects, dataset.users["member"], dataset.users["district"]
    unit = objects["department"] = Department.objects.create(name="区城市管理部门", contact_name="岑以宁")

    def write(title, text="晚上看不清", stage="draft", **fields):
        texts = {"title": title, "topic": "city", "situation": text, "wish": "请装灯", **fields}
        row = proposal_actions.draft_proposal(actor=author, **texts)
        steps = ("submitted", "accepted", "forwarded", "answered")
        for step in steps[: steps.index(stage) + 1] if stage in steps else ():
            row = _proposal_step(row, step, unit=unit, author=author, officer=officer)
        return row

    objects["proposal_draft"] = write("写了一半的", DRAFT_TEXT)
    objects["proposal"] = write("停车位划线", stage="submitted")
    objects["proposal_accepted"] = write("垃圾桶分类", stage="accepted")
    objects["proposal_forwarded"] = write("绿道加座椅", stage="forwarded")
    objects["referral"] = referral = objects["proposal_forwarded"].referrals.get()
    objects["referral_link"] = referral.links.get()
    late = write("雨棚漏水", stage="forwarded")
    objects["late_referral"] = late.referrals.get()
    Referral.objects.filter(proposal=late).update(due_on=clock.today())
    objects["proposal_signed"] = signed = write("路灯", PROPOSAL_TEXT, stage="submitted", openness="closed")
    objects["cosigner"] = proposal_actions.cosign_proposal(signed, actor=dataset.users["leader"])
    for step in ("accepted", "forwarded", "answered"):
        signed = _proposal_step(signed, step, unit=unit, author=author, officer=officer, answer=UNIT_TEXT)
    objects["signed_referral"] = signed.referrals.get()
    objects["proposal_answered"] = write("公园开放到九点", stage="answered")
    objects["promise"] = Promise.objects.get(referral__proposal=objects["proposal_answered"])
    asked = write("井盖松动", stage="answered").referrals.get()
    objects["asked_referral"] = proposal_actions.reopen_answer(asked, actor=officer, reason="日子写错了").referral
    texts = {"situation": "路口没有灯", "wish": "请装一盏", "answer": "已经装好"}
    for name, title in (("edition", "路口装灯"), ("public_edition", "公交站加座")):
        row = write(title, stage="answered")
        objects[name] = proposal_actions.clean_proposal(row, actor=officer, title=title, **texts)
    objects["public_edition"] = proposal_actions.publish_proposal(
        objects["public_edition"], actor=dataset.users["district_2"]
    )


def _proposal_step(row, step, *, unit, author, officer, answer="已经安排"):
    """Take the proposal `row` one step further and return it."""
    if step == "submitted":
        return proposal_actions.submit_proposal(row, actor=author)
    if step == "accepted":
        return proposal_actions.accept_proposal(row, actor=officer)
    if step == "forwarded":
        proposal_actions.forward_proposal(row, actor=officer, department=unit)
    else:
        promises = [("装一盏灯", clock.today() + 3 * DAY)]
        link = row.referrals.get().links.get(ended_at__isnull=True)
        proposal_actions.answer_by_link(link, answer=answer, result="adopted", promises=promises)
    return Proposal.objects.get(pk=row.pk)


def _paper_template(officer):
    """Return an uploaded version of the sheet to sign in on, which is not in force."""
    file = File(owner=officer, name="签到表.docx", content_type=DOCX.content_type, size=4, sha256="y" * 64)
    file.content.save("project/template.docx", ContentFile(default_file(extensions.paper("sign_in"))), save=False)
    file.save()
    return PaperTemplate.objects.create(paper="sign_in", version=1, file=file, uploaded_by=officer)


# ---- numbers and staff accounts --------------------------------------------------------------------------------------
def _lists(dataset, objects):
    """Rows that an officer chose in a list, a view that they share, and a message to many that waits for a second officer."""
    officer, signup = dataset.users["district"], objects["pending"]
    objects["bulk_run"] = BulkRun.objects.create(
        list_name="activities.Signup", verb="approve", label="同意", officer=officer
    )
    BulkRow.objects.create(run=objects["bulk_run"], place=0, object_id=signup.pk)
    objects["view"] = SavedView.objects.create(
        list_name="activities.Signup", name="待审的", owner=officer, query="state__exact=pending", is_shared=True
    )
    objects["mailing"] = Mailing.objects.create(
        title="十月新心讲堂",
        text="讲数据合规。",
        contact="夏庄街道办事处",
        list_name="members.Person",
        author=dataset.users["xiazhuang"],
        subdistrict=dataset.area,
        state="waiting",
        due_on=NOW.date(),
        total=1,
    )
    MailingRecipient.objects.create(mailing=objects["mailing"], place=0, object_id=1, user=dataset.users["member"])


def _numbers(dataset, member):
    objects, due_on = dataset.objects, clock.today() + DAY
    objects["former_number"] = FormerNumber.objects.create(
        user=member, phone=FORMER, number_index=blind_index("phone", FORMER), reason="changed"
    )
    objects["number_request"] = NumberRequest.objects.create(user=member, phone=FORMER, due_on=due_on)
    objects["staff_change"] = StaffChange.objects.create(
        user=dataset.users["editor"], kind="reset_password", asked_by=dataset.users["sysadmin"], due_on=due_on
    )


# ---- objectives ------------------------------------------------------------------------------------------------------
def _objectives(dataset):
    """A published plan of the organization with a figure and a revision that wait, and a plan of the base that waits."""
    objects, secretary, manager = dataset.objects, dataset.users["secretary"], dataset.users["base_manager"]
    plan = objectives.draft_plan(dataset.organization, year=NOW.year, actor=secretary)
    counted = {"what": "办活动", "metric": "activities_completed", "target": Decimal(10)}
    objects["goal_counted"] = objectives.add_objective(plan, actor=secretary, **counted)
    objects["goal"] = objectives.add_objective(
        plan, actor=secretary, what="走访会员", unit="人次", target=Decimal(120), every="quarter"
    )
    objectives.publish_plan(objectives.submit_plan(plan, actor=secretary), actor=dataset.users["district_2"])
    objects["goal_plan"] = plan
    objects["goal"].refresh_from_db()
    figure = {"amount": Decimal(30), "on": NOW.date(), "note": "入户走访"}
    objects["goal_figure"] = objectives.enter_figure(objects["goal"], actor=secretary, **figure)
    objects["goal_revision"] = objectives.revise_objective(
        objects["goal"], target=Decimal(100), reason="秋收推迟", actor=secretary
    )
    other = objectives.draft_plan(dataset.base, year=NOW.year, actor=manager)
    objects["goal_unpublished"] = objectives.add_objective(other, actor=manager, **counted)
    objects["goal_waiting"] = objectives.submit_plan(other, actor=manager)


def _board(dataset):
    """The kept figures, and a report about the team that its leader has made."""
    keeping.refresh()
    dataset.objects["report"] = board.make_report(
        dataset.team, periods.parse(str(NOW.year)), note="初稿", actor=dataset.users["leader"]
    )


def _evaluations(dataset):
    """The schemes of this and of the last year; evaluations of this year wait, and the base has a final one of the last."""
    owners = {"organization": dataset.organization, "base": dataset.base, "team": dataset.team}
    authors = {"organization": "secretary", "base": "base_manager", "team": "leader"}
    for kind, owner in owners.items():
        for year in (NOW.year - 1, NOW.year):
            standard = Standard.objects.create(
                code=f"{kind}-{year}", name=f"{year} 年评价办法", subject=kind, year=year
            )
            version = Version.objects.create(standard=standard, number=1)
            Criterion.objects.create(version=version, code="c0", name="活动经常")
            version.published_on = LONG_AGO.date()
            version.save()
        stated = {"c0": {"note": "有依据", "link": "", "file": ""}}
        dataset.objects[f"{kind}_evaluation"] = owner.evaluations.create(
            version=version,
            state="submitted",
            findings=stated,
            submitted_by=dataset.users[authors[kind]],
            due_on=clock.today() + DAY,
        )
    last = Version.objects.get(standard__subject="base", standard__year=NOW.year - 1)
    found = {"c0": {"note": "有依据", "link": "", "file": "", "result": "met"}}
    day = clock.today() - 200 * DAY
    dataset.objects["base_result"] = dataset.base.evaluations.create(
        version=last, state="passed", findings=found, found_on=day, assessed_on=day, final_on=day
    )


# ---- the rest --------------------------------------------------------------------------------------------------------
def _rest(dataset):
    objects, member = dataset.objects, dataset.users["member"]
    consent(member, "publication")
    notify(member, "members/approved", url="/me/", application=dataset.own_application)
    objects["notice"] = Notice.objects.get(user=member, kind="members/approved")
    objects["delivery"] = Delivery.objects.filter(notice=objects["notice"]).first()
    file = File(owner=member, name="材料.pdf", content_type="application/pdf", size=4, sha256="x" * 64)
    file.content.save("project/sample.pdf", ContentFile(b"%PDF"), save=False)
    file.save()
    objects["file"] = file
    objects["session"] = UserSession.objects.create(
        user=member, session_key="h" * 32, ip="127.0.0.1", user_agent="Firefox"
    )
    objects["workday"] = WorkdayException.objects.create(
        date=dt.date(2026, 10, 1), is_workday=False, name="国庆节", source="国务院办公厅"
    )
    objects["entry"] = audit.record_alone(
        "person.read", dataset.member, actor=dataset.users["xiazhuang"], person=dataset.member
    )
    _numbers(dataset, member)
    ended = {
        "state": "done",
        "ended_at": NOW,
        "expires_at": NOW + 7 * DAY,
        "result_name": "人士.csv",
        "result_type": "text/csv",
    }
    objects["job"] = Job.objects.create(
        kind="list-export", owner=dataset.users["district"], title="导出：人士", **ended
    )
    _lists(dataset, objects)
    objects["sheet"] = Import.objects.create(
        kind="memberships",
        owner=dataset.users["district"],
        file_name="会员.xlsx",
        digest="0" * 64,
        state="preview",
        rows=1,
    )
    objects["paper_template"] = _paper_template(dataset.users["district"])
    objects["account"], objects["role"] = member, dataset.users["xiazhuang"].roles.get()
    objects["person"], objects["category"] = dataset.member, Category.objects.get(code="enterprise")
    objects["standard"] = Standard.objects.get(code="five_goods")
    objects["version"], objects["purpose"] = objects["organization_version"], Purpose.objects.get(code="registration")
    objects["rules"] = PolicyVersion.objects.current()
    objects["rules_draft"] = RulesDraft.objects.create(
        text="第一条，改过\n", based_on=objects["rules"], proposed_by=dataset.users["district"]
    )
    asked = {"asked_by": dataset.users["xiazhuang"], "subdistrict": dataset.area, "due_on": clock.today() + DAY}
    objects["list_export"] = ListExport.objects.create(
        list_name="members.Person", columns=["name"], purpose="report", **asked
    )
    objects["person_assessment"] = Assessment.objects.filter(person=dataset.member).first()
