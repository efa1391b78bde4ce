"""Metrics of services (docs/architecture.md); `subject` is the organizer or subdistrict to count for, None for all."""

from django.db.models import Exists, F, OuterRef, Q, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from bases.models import Base
from chengyang.extensions import Kept, Metric, Watched
from chengyang.platform.accounts.post_metrics import posts_at_end, posts_kept
from chengyang.platform.web.lookups import seen_behind, seen_through
from members.models import Representative
from organizations.metrics import members_on
from organizations.models import Membership, Organization

from .models import ORGANIZERS, Outcome, OutcomeDouble, Post, Referral, Request, Team

OUTCOME_OWNERS = {
    **{kind: kind for kind in ORGANIZERS},
    "subdistrict": tuple(f"{kind}__subdistrict" for kind in ORGANIZERS),
}
IN_TEAM = {"team": "team"}


def _teams(subject, period):
    """Return the published teams that existed at the end of `period`, not closed by then; `subject` is a subdistrict."""
    founded = Q(founded_on__isnull=True) | Q(founded_on__lte=period.last_day)
    rows = Team.objects.published().filter(founded, Q(closed_on__isnull=True) | Q(closed_on__gt=period.last_day))
    return rows.filter(subdistrict=subject) if subject else rows


def _outcomes(*kinds):
    def records(subject, period):
        rows = Outcome.objects.counted().filter(kind__in=kinds, **period.within("happened_on"))
        return rows.filter(_of(subject)) if subject else rows

    return records


def _of(subject):
    """Return the condition for outcomes that the organizer, or the organizers of the subdistrict, `subject` reported.

    Each outcome counts for one of them, so that the numbers of all add up to that of the district; on the pages of an organizer
    stand those in which it took part, too (`OutcomeQuerySet.of`).
    """
    kind = subject._meta.model_name
    if kind in ORGANIZERS:
        return Q(**{kind: subject})
    # An outcome may name several organizers; it counts for the subdistrict of the first of them.
    return Q(
        pk__in=Outcome.objects.alias(area=Coalesce(*OUTCOME_OWNERS["subdistrict"])).filter(area=subject.pk).values("pk")
    )


def _outcomes_kept(*kinds, value=None):
    return Kept(
        lambda: Outcome.objects.counted().filter(kind__in=kinds),
        "happened_on",
        OUTCOME_OWNERS,
        value=value,
        watched={
            **dict.fromkeys((Organization, Base, Team), Watched(("subdistrict",), ("outcomes__happened_on",))),
            OutcomeDouble: Watched(("state", "merged"), ("first__happened_on", "second__happened_on"), rows=True),
        },
    )


def _all_answered():
    # Without a person who answered, it was closed because its author did not reply.
    return Request.objects.filter(answered_at__isnull=False, answered_by__isnull=False)


def _all_in_time():
    """Return the requests whose last answer was given on the day when it was due, or before (domain.md rule 9)."""
    return _all_answered().filter(answered_at__date__lte=F("due_on"))


def _requests(rows, moment):
    def records(subject, period):
        found = rows().filter(**period.within(f"{moment}__date"))
        return found.filter(**{subject._meta.model_name: subject}) if subject else found

    return records


def _requests_kept(rows, moment, *more):
    owners = {"team": "team", "subdistrict": "subdistrict"}
    return Kept(rows, moment, owners, columns=(moment, *owners, *more))


def _answered_proposals(_subject, period):
    return Referral.objects.answered().filter(**period.within("answered_at__date"))


_posts = posts_at_end(Post, IN_TEAM)


def _posts_begun(subject, period):
    """Return the posts that began in `period`, in the team `subject` (None: all); those entered by mistake began never."""
    rows = Post.objects.valid().filter(**period.within("starts"))
    return rows.filter(team=subject) if subject else rows


def _representatives(subject, period):
    """Return those of the posts of `_posts` whose holder was a representative on that day."""
    terms = Representative.objects.on(period.last_day).filter(person=OuterRef("person"))
    return _posts(subject, period).filter(Exists(terms))


def _members(subject, period):
    """Return those of the posts of `_posts` whose holder was a member of an organization on that day."""
    return _posts(subject, period).filter(Exists(members_on(period.last_day).filter(person=OuterRef("person"))))


def _organizations(subject, period):
    """Return the organizations of which somebody in the team `subject` was a member on the last day of `period`."""
    return Organization.objects.filter(pk__in=_memberships(subject, period).order_by().values("organization"))


def _memberships(subject, period):
    """Return the memberships, on the last day of `period`, of those in the team `subject` (None: any)."""
    return members_on(period.last_day).filter(person__in=_posts(subject, period).order_by().values("person"))


def _all_joining():
    """Return the posts whose holder was a member of an organization on the day when they began."""
    return Post.objects.valid().filter(Exists(members_on(OuterRef("starts")).filter(person=OuterRef("person"))))


def _joining(subject, period):
    """Return those of the posts of `_posts_begun` whose holder was a member of an organization on the day when they began."""
    rows = _all_joining().filter(**period.within("starts"))
    return rows.filter(team=subject) if subject else rows


def _people(rows):
    return rows.order_by().values("person").distinct().count()


def _total(column):
    return lambda rows: rows.aggregate(total=Sum(column))["total"] or 0


METRICS = [
    Metric(
        "teams",
        _("服务队"),
        _("支"),
        _("期末在册、没有停止的服务队"),
        _teams,
        subjects=("subdistrict",),
        step="services",
        order=50,
        kept=Kept(
            Team.objects.published,
            "founded_on",
            {"subdistrict": "subdistrict"},
            until="closed_on",
            lasts=True,
            undated=True,
            columns=("is_published", "founded_on", "closed_on", "subdistrict"),
        ),
    ),
    Metric(
        "incubated_firms",
        _("孵化企业"),
        _("家"),
        _("已核实的孵化企业，算在上报的单位；认定成同一家的计一次，冲销的减去"),
        _outcomes("firm"),
        _total("quantity"),
        subjects=ORGANIZERS,
        step="services",
        order=40,
        kept=_outcomes_kept("firm", value=Sum("quantity")),
    ),
    Metric(
        "donations",
        _("捐赠"),
        _("元"),
        _("已核实的捐款和捐物折价，按日期，算在上报的单位；认定成同一件的计一次，冲销的减去"),
        _outcomes("money", "goods"),
        _total("amount"),
        subjects=ORGANIZERS,
        step="services",
        order=30,
        kept=_outcomes_kept("money", "goods", value=Sum("amount")),
    ),
    Metric(
        "beneficiaries",
        _("受益人数"),
        _("人"),
        _("已核实的受益人数，算在上报的单位；认定成同一件的计一次，冲销的减去"),
        _outcomes("beneficiaries"),
        _total("quantity"),
        subjects=ORGANIZERS,
        kept=_outcomes_kept("beneficiaries", value=Sum("quantity")),
    ),
    Metric(
        "answered_requests",
        _("答复诉求"),
        _("件"),
        _("期内答复的诉求"),
        _requests(_all_answered, "answered_at"),
        subjects=("team",),
        step="services",
        order=10,
        kept=_requests_kept(_all_answered, "answered_at", "answered_by"),
        persons="pk",
        shown_by="team",
    ),
    Metric(
        "requests_in_time",
        _("按期答复"),
        _("件"),
        _("答复的诉求里，在时限那天或以前答复的；等补充的日子不算"),
        _requests(_all_in_time, "answered_at"),
        step="services",
        order=12,
        kept=_requests_kept(_all_in_time, "answered_at", "answered_by", "due_on"),
        part_of="answered_requests",
    ),
    Metric(
        "requests_received",
        _("收到诉求"),
        _("件"),
        _("期内提出的诉求，网上和电话的都算"),
        _requests(Request.objects.all, "at"),
        step="services",
        order=14,
        kept=_requests_kept(Request.objects.all, "at"),
        persons="pk",
    ),
    Metric(
        "answered_proposals",
        _("答复建言"),
        _("件"),
        _("期内承办单位答复的建言"),
        _answered_proposals,
        subjects=(),
        step="services",
        order=20,
        kept=Kept(Referral.objects.answered, "answered_at", {}, columns=("answered_at", "state")),
    ),
    Metric(
        "team_posts",
        _("在队的人"),
        _("人"),
        _("期末在队的队长和队员"),
        _posts,
        subjects=("team",),
        step="people",
        order=50,
        kept=posts_kept(Post, IN_TEAM),
    ),
    Metric(
        "team_posts_begun",
        _("新入队"),
        _("人次"),
        _("期内开始的队长、队员，后来离队的也算；队员改当队长再算一次"),
        _posts_begun,
        subjects=("team",),
        step="people",
        order=60,
        kept=Kept(Post.objects.valid, "starts", IN_TEAM, columns=("starts", "ends", "team")),
        boards=("team",),
    ),
    Metric(
        "members_in_team",
        _("队里的会员"),
        _("人"),
        _("期末在队，也是联谊组织会员的人"),
        _members,
        _people,
        step="organizations",
        order=10,
        follows=("team_posts", "memberships"),
        boards=("team",),
        readable=seen_through(members_on),
    ),
    Metric(
        "organizations_in_team",
        _("队员所在的组织"),
        _("个"),
        _("期末在队的人是哪些联谊组织的会员，一个组织有几个人都算一个"),
        _organizations,
        step="organizations",
        order=20,
        follows=("team_posts", "memberships"),
        boards=("team",),
        readable=seen_behind(_memberships, "organization", seen_through(members_on, "pk", key="pk")),
    ),
    Metric(
        "members_joining_team",
        _("会员入队"),
        _("人次"),
        _("新入队的里，那天是联谊组织会员的"),
        _joining,
        step="organizations",
        order=30,
        kept=Kept(
            _all_joining,
            "starts",
            IN_TEAM,
            columns=("starts", "ends", "team", "person"),
            watched={
                Membership: Watched(
                    ("state", "joined_on", "left_on", "person"), ("person__services_posts__starts",), rows=True
                )
            },
        ),
        boards=("team",),
        readable=seen_through(members_on, day="starts"),
    ),
    Metric(
        "representatives_in_team",
        _("队里的代表"),
        _("人"),
        _("期末在队，也在代表人士任期内的人"),
        _representatives,
        _people,
        step="representatives",
        order=10,
        follows=("team_posts", "representatives"),
        boards=("team",),
        readable=seen_through(Representative.objects.on),
    ),
]
