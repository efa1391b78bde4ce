"""Metrics of organizations and memberships; each function returns the rows that are counted (domain.md rule 11)."""

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from chengyang.extensions import Kept, Metric, Watched
from chengyang.platform.accounts.post_metrics import posts_at_end, posts_kept
from chengyang.platform.standards.states import AssessmentState
from chengyang.platform.web.fragments import per_version
from chengyang.platform.web.lookups import seen_through
from members.models import Representative

from .models import Assessment, Membership, Organization, Post

AREA = {"subdistrict": "subdistrict"}
OWNERS = {"organization": "organization", "subdistrict": "organization__subdistrict"}
MEMBER_STATES = ("active", "left")
ORGANIZATION_COLUMNS = ("state", "next_state", "founded_on", "dissolved_on", "subdistrict")


def _organizations(subject, period):
    """Return the organizations that existed on the last day of `period`, in the subdistrict `subject` (None: all)."""
    rows = Organization.objects.founded_by(period.last_day)
    return rows.filter(subdistrict=subject) if subject else rows


def _founded(subject, period):
    """Return the organizations founded during `period`, in the subdistrict `subject` (None: all)."""
    rows = Organization.objects.exclude(state="preparing").filter(**period.within("founded_on"))
    return rows.filter(subdistrict=subject) if subject else rows


def _below(subject, period):
    """Return the organizations that existed on the last day of `period`, directly below the organization `subject` (None: any)."""
    rows = Organization.objects.founded_by(period.last_day).filter(parent__isnull=False)
    return rows.filter(parent=subject) if subject else rows


def _passed(subject, period):
    """Return the assessments passed in `period`, of the organization `subject` (None: all)."""
    rows = Assessment.objects.filter(state=AssessmentState.PASSED, **period.within("assessed_on"))
    return rows.filter(organization=subject) if subject else rows


def members_on(day):
    """Return the memberships that were active on `day`."""
    not_left = Q(left_on__isnull=True) | Q(left_on__gt=day)
    return Membership.objects.filter(not_left, joined_on__lte=day, state__in=MEMBER_STATES)


def _representatives(subject, period):
    """Return those of the memberships of `_memberships` whose person was a representative on that day."""
    terms = Representative.objects.on(period.last_day).filter(person=OuterRef("person"))
    return _memberships(subject, period).filter(Exists(terms))


def _memberships(subject, period):
    """Return the memberships active on the last day of `period`, in the organization `subject` (None: all)."""
    rows = members_on(period.last_day)
    return rows.filter(**_of(subject)) if subject else rows


def _joined(subject, period):
    """Return the memberships that began during `period`, in the organization or subdistrict `subject` (None: all)."""
    rows = Membership.objects.filter(state__in=MEMBER_STATES, **period.within("joined_on"))
    return rows.filter(**_of(subject)) if subject else rows


def _of(subject):
    """Return the lookup for rows of the organization, or of the organizations of the subdistrict, `subject`."""
    return {OWNERS[subject._meta.model_name]: subject}


def member_counts():
    """Return key of the organization → number of its members, counted once for a version of the public pages."""
    return per_version("organizations.members", Membership.objects.all().by_organization)


def _memberships_kept(**options):
    moved = Watched(("subdistrict",), ("memberships__joined_on", "memberships__left_on"))
    return Kept(
        lambda: Membership.objects.filter(state__in=MEMBER_STATES),
        "joined_on",
        OWNERS,
        columns=("state", "joined_on", "left_on", "organization", "person"),
        watched={Organization: moved},
        **options,
    )


def _all_organizations():
    return Organization.objects.exclude(state="preparing", next_state="")


METRICS = [
    Metric(
        "organizations",
        _("联谊组织"),
        _("个"),
        _("期末已成立、没有注销的组织"),
        _organizations,
        subjects=("subdistrict",),
        step="organizations",
        order=10,
        kept=Kept(
            _all_organizations,
            "founded_on",
            AREA,
            until="dissolved_on",
            lasts=True,
            columns=ORGANIZATION_COLUMNS,
        ),
    ),
    Metric(
        "organizations_founded",
        _("新成立组织"),
        _("个"),
        _("期内成立的组织"),
        _founded,
        subjects=("subdistrict",),
        step="organizations",
        order=20,
        kept=Kept(
            lambda: Organization.objects.exclude(state="preparing"), "founded_on", AREA, columns=ORGANIZATION_COLUMNS
        ),
    ),
    Metric(
        "memberships",
        _("会员"),
        _("人次"),
        _("期末在会的会员，一人在两个组织算两人次"),
        _memberships,
        subjects=("organization",),
        step="people",
        order=30,
        kept=_memberships_kept(until="left_on", lasts=True),
        shown_by="organization",
    ),
    Metric(
        "memberships_begun",
        _("新会员"),
        _("人次"),
        _("期内入会的会员，后来退会的也算"),
        _joined,
        subjects=("organization",),
        step="people",
        order=40,
        kept=_memberships_kept(),
    ),
    Metric(
        "organization_posts",
        _("在任职务"),
        _("个"),
        _("期末有人担任的职务"),
        posts_at_end(Post, OWNERS),
        subjects=("organization",),
        step="organizations",
        order=30,
        kept=posts_kept(Post, OWNERS),
    ),
    Metric(
        "organizations_below",
        _("下级组织"),
        _("个"),
        _("期末已成立、没有注销，直接在它下面的组织"),
        _below,
        step="organizations",
        order=40,
        kept=Kept(
            lambda: _all_organizations().filter(parent__isnull=False),
            "founded_on",
            {"organization": "parent"},
            until="dissolved_on",
            lasts=True,
            columns=(*ORGANIZATION_COLUMNS, "parent"),
        ),
        boards=("organization",),
    ),
    Metric(
        "assessments_passed",
        _("通过评定"),
        _("次"),
        _("期内评定为“达标”的，后来过期的也算"),
        _passed,
        step="organizations",
        order=50,
        kept=Kept(
            lambda: Assessment.objects.filter(state=AssessmentState.PASSED),
            "assessed_on",
            {"organization": "organization"},
            columns=("state", "assessed_on", "organization"),
        ),
        boards=("organization",),
    ),
    Metric(
        "representatives_in_organization",
        _("会员里的代表"),
        _("人"),
        _("期末在会，也在代表人士任期内的人"),
        _representatives,
        lambda rows: rows.order_by().values("person").distinct().count(),
        step="representatives",
        order=10,
        follows=("memberships", "representatives"),
        boards=("organization",),
        readable=seen_through(Representative.objects.on),
    ),
]
