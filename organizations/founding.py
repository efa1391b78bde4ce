"""What an organization in preparation has and still lacks, by the criteria of the published “五好” (domain.md rule 4).

Each criterion shows what the subject says of it in its assessment, the number that the standard asks for, and the records that
the portal knows for it. A later version of the standard may have other criteria: what belongs to none of them comes last.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.lib.chinese import dates
from chengyang.platform.audit.actions import subject_of
from chengyang.platform.files.models import File
from chengyang.platform.staff.links import FROM, origin_of, page_url
from chengyang.platform.standards import numbers
from chengyang.platform.standards.findings import Finding
from chengyang.platform.standards.models import Standard
from chengyang.platform.standards.states import RUNNING

from . import permissions
from .models import Assessment, LifeStep, Organization, Post

PAPERS = ("on", "resolution", "resolved_on", "approval", "approved_on")
MORE_PAPERS = {LifeStep.Kind.FOUND: ("plan",), LifeStep.Kind.SUSPEND: ("cause",), LifeStep.Kind.DISSOLVE: ("cause",)}


@dataclass(frozen=True)
class Item:
    """One record that belongs to a criterion: what there is of it (`text`), or what is missing and where it is entered (`url`)."""

    label: str
    text: str = ""
    is_needed: bool = True
    url: str = ""
    verb: str = ""

    @property
    def is_there(self) -> bool:
        return bool(self.text)


@dataclass
class Good:
    """One criterion: its items, what the subject says in its assessment, and the number beside it."""

    name: str
    guidance: str = ""
    items: list[Item] = field(default_factory=list)
    finding: Finding = field(default_factory=Finding)
    number: numbers.Number | None = None

    @property
    def missing(self) -> list[Item]:
        return [item for item in self.items if item.is_needed and not item.is_there]

    @property
    def is_complete(self) -> bool:
        return not self.missing and (self.number is None or self.number.is_reached)


# ---- the records ------------------------------------------------------------------------------------------------------
def _people(organization: Organization, *kinds: str) -> str:
    """Return who holds or will hold the posts `kinds`, at most five names."""
    rows = organization.posts.valid().exclude(ends__lte=clock.today()).filter(kind__in=kinds, person__state="active")
    found = [f"{row.get_kind_display()}{row.person}" for row in rows.select_related("person").order_by("starts", "pk")]
    names = "、".join(found[:5])
    return _("%(names)s等 %(n)d 位") % {"names": names, "n": len(found)} if len(found) > 5 else names


def _members(organization: Organization) -> str:
    number = organization.memberships.all().number()
    return _("%(n)d 位会员") % {"n": number} if number else ""


def _charter(organization: Organization) -> str:
    row = organization.charters.valid().order_by("-starts").first()
    if row is None:
        return ""
    return _("%(title)s，%(day)s 通过") % {"title": row.title, "day": dates.full_day(row.adopted_on)}


def _plan(organization: Organization) -> str:
    step = organization.life_steps.open().filter(kind=LifeStep.Kind.FOUND).first()
    number = len(step.plan.splitlines()) if step else 0
    return _("写了 %(n)d 件") % {"n": number} if number else ""


@dataclass(frozen=True)
class _Record:
    """How one item is found (`text`), and where it is entered: a list (`form`) with `given` values, or a place of the page."""

    code: str  # of the criterion of 2017
    label: Any
    text: Callable[[Organization], str]
    verb: Any
    form: str = ""
    given: tuple[tuple[str, str], ...] = ()
    tab: str = ""
    is_office: bool = False  # only the responsible staff enter it
    is_needed: bool = True


def _records() -> list[_Record]:
    boards = (Post.Kind.VICE_CHAIR, Post.Kind.DIRECTOR)
    post = "organizations_post"
    return [
        _Record(
            "leader",
            _("会长"),
            lambda row: _people(row, Post.Kind.CHAIR),
            _("登记会长"),
            post,
            (("kind", "chair"),),
            "posts",
            is_office=True,
        ),
        _Record(
            "board",
            _("秘书长"),
            lambda row: _people(row, Post.Kind.SECRETARY),
            _("登记秘书长"),
            post,
            (("kind", "secretary"),),
            "posts",
            is_office=True,
        ),
        _Record(
            "board",
            _("副会长、理事"),
            lambda row: _people(row, *boards),
            _("登记副会长、理事"),
            post,
            (("kind", "vice_chair"),),
            "posts",
            is_office=True,
            is_needed=False,
        ),
        _Record("team", _("会员"), _members, _("登记会员"), "organizations_membership", tab="members"),
        _Record("mechanism", _("章程"), _charter, _("上传章程"), "organizations_charter", tab="charters"),
        _Record("mechanism", _("活动场所"), lambda row: row.place, _("写活动场所"), "edit"),
        _Record("plan", _("宗旨"), lambda row: row.purpose, _("写宗旨"), "edit"),
        _Record("plan", _("第一年的计划"), _plan, _("在下面写计划"), "plan"),
    ]


def _item(record: _Record, organization: Organization, user: Any) -> Item:
    text = record.text(organization)
    may = not record.is_office or permissions.can_appoint(user, organization)
    return Item(str(record.label), text, record.is_needed, _url(record, organization) if may else "", str(record.verb))


def _url(record: _Record, organization: Organization) -> str:
    if record.form == "plan":
        return "#step"
    if record.form == "edit":
        return f"{page_url(organization)}?{urlencode({'edit': 1})}"
    query = {"organization": organization.pk, **dict(record.given), FROM: origin_of(organization, record.tab)}
    return f"{reverse(f'admin:{record.form}_add')}?{urlencode(query)}"


# ---- by criterion -----------------------------------------------------------------------------------------------------
def assessment_of(organization: Organization) -> Assessment | None:
    """Return the “五好” assessment of `organization` that counts: one that is under way, else the latest."""
    rows = organization.assessments.select_related("version__standard")
    return rows.filter(state__in=RUNNING).first() or rows.order_by("-pk").first()


def goods(organization: Organization, user: Any) -> list[Good]:
    """Return the criteria of the published standard with what is there and what is missing, for an officer `user`."""
    assessment = assessment_of(organization)
    standard = Standard.objects.published().filter(subject="organization").first()
    version = assessment.version if assessment else standard and standard.current()
    records = _records()
    found = []
    for criterion in version.criteria.all() if version else ():
        finding = assessment.finding(criterion.code) if assessment else Finding()
        items = [_item(record, organization, user) for record in records if record.code == criterion.code]
        number = numbers.count(organization, criterion, clock.today())
        found.append(Good(criterion.name, criterion.guidance, items, finding, number))
    known = {criterion.code for criterion in version.criteria.all()} if version else set()
    if rest := [_item(record, organization, user) for record in records if record.code not in known]:
        found.append(Good(_("还要有的"), items=rest))
    return found


def missing(organization: Organization) -> list[str]:
    """Return the names of the records that a foundation needs and that are missing."""
    return [
        str(record.label)
        for record in _records()
        if record.is_needed and record.form != "plan" and not record.text(organization)
    ]


# ---- the papers -------------------------------------------------------------------------------------------------------
def missing_papers(step: LifeStep) -> list[str]:
    """Return the names of the fields that `step` needs and that are empty."""
    needed = (*PAPERS, *MORE_PAPERS.get(LifeStep.Kind(step.kind), ()))
    return [name for name in needed if not getattr(step, name)]


def papers_of(step: LifeStep, user: Any) -> list[File]:
    """Return the papers of `step` that `user` may open, the oldest first."""
    label, key = subject_of(step)
    return list(File.objects.visible_to(user).filter(attached_to=label, attached_id=key).order_by("pk"))
