"""换届: nominating, listing, meeting and result of a change of term, and who is in which post before and after midnight."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.errors import REASON_LENGTH
from chengyang.lib.chinese import dates
from chengyang.lib.vault.public_ids import PublicIdField
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.accounts.models import DemoMark
from chengyang.platform.audit.history import tracked
from chengyang.platform.web.fields import acting_account

from ..states import CHANGE_OPEN, ChangeState
from .organizations import Organization, Post
from .terms import Term

# What the holder of a post may do in the portal, as the page says it on both sides of midnight.
RIGHTS = {
    Post.Kind.SECRETARY: (_("看会员名册、批入会"), _("发通知、建活动、排轮值"), _("下载材料和导出")),
    Post.Kind.CHAIR: (_("排进会长轮值"),),
    Post.Kind.VICE_CHAIR: (_("排进会长轮值"),),
    Post.Kind.DIRECTOR: (),
}


class MeetingPaper(models.TextChoices):
    """What a file of the meeting is."""

    MINUTES = "minutes", _("会议纪要")
    BALLOT = "ballot", _("选票统计")
    ATTENDANCE = "attendance", _("签到表")
    LISTING = "listing", _("公示名单")
    OTHER = "other", _("其他材料")


@dataclass(frozen=True)
class Pair:
    """One post before and after: who holds it (`old`, a post) and who was elected (`new`, a candidate); one may be missing."""

    kind: str
    old: Post | None
    new: Any  # a Candidate, or None

    @property
    def label(self):
        return Post.Kind(self.kind).label

    @property
    def is_again(self):
        """Return whether the same person goes on."""
        return bool(self.old and self.new and self.old.person_id == self.new.person_id)

    @property
    def word(self):
        if self.new is None:
            return _("空缺")
        return _("连任") if self.is_again else _("新任")


class TermChangeQuerySet(models.QuerySet):
    def open(self):
        """Return the changes that are not over: prepared, waiting for the second officer, or agreed for a coming day."""
        return self.filter(Q(state__in=CHANGE_OPEN) | Q(state=ChangeState.AGREED, starts__gt=clock.today()))

    def visible_to(self, user):
        """Return the changes in the organizations that `user` manages; for district staff all."""
        scope = access_scope(user)
        if scope.district:
            return self.all()
        return self.filter(Organization.objects.managed_q(scope, prefix="organization__"))


@tracked(exclude=["ended"])
class TermChange(DemoMark):
    """换届: at midnight of the day `starts` the posts of the old term end and those of the elected begin.

    A second officer agrees to the result; without that the old board goes on.
    """

    EDITABLE_FIELDS = (
        "number",
        "starts",
        "ends",
        "listed_from",
        "listed_until",
        "met_on",
        "place",
        "invited",
        "present",
        "note",
    )
    NOT_PERSONAL = {
        *("id", "public_id", "state", "number", "starts", "ends", "listed_from", "listed_until", "met_on", "place"),
        *(
            "invited",
            "present",
            "note",
            "submitted_at",
            "due_on",
            "agreed_at",
            "reason",
            "ended",
            "papers",
            "reminded_on",
        ),
        "is_demo",
    }

    public_id = PublicIdField()
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="term_changes", verbose_name=_("组织"))
    state = models.CharField(_("状态"), max_length=12, choices=ChangeState.choices, default=ChangeState.PREPARING)
    number = models.PositiveSmallIntegerField(_("换到第几届"))
    starts = models.DateField(_("交接日期"), help_text=_("这一天零点交接"))
    ends = models.DateField(_("新一届任期满"), help_text=_("任期满后的第一天"))
    listed_from = models.DateField(_("名单公示从"), null=True, blank=True)
    listed_until = models.DateField(_("名单公示到"), null=True, blank=True)
    met_on = models.DateField(_("会议日期"), null=True, blank=True)
    place = models.CharField(_("会议地点"), max_length=60, blank=True)
    invited = models.PositiveIntegerField(_("应到人数"), null=True, blank=True)
    present = models.PositiveIntegerField(_("实到人数"), null=True, blank=True)
    note = models.CharField(
        _("经过"), max_length=REASON_LENGTH, blank=True, help_text=_("提名、公示和会议的经过，不写个人的私事")
    )
    prepared_by = acting_account(_("经办"))
    submitted_at = models.DateTimeField(_("提交时间"), null=True, blank=True)
    submitted_by = acting_account(_("提交的人"))
    due_on = models.DateField(_("时限"), null=True, blank=True)
    agreed_by = acting_account(_("确认的人"))
    agreed_at = models.DateTimeField(_("确认时间"), null=True, blank=True)
    reason = models.CharField(_("退回的理由"), max_length=REASON_LENGTH, blank=True)
    reminded_on = models.DateField(_("上次提醒"), null=True, blank=True)
    term = models.OneToOneField(
        Term, models.SET_NULL, null=True, blank=True, related_name="change", verbose_name=_("新一届")
    )
    papers = models.JSONField(_("会议材料"), default=dict, blank=True)  # public id of a file → a value of MeetingPaper
    ended = models.JSONField(_("原职务的止期"), default=dict, blank=True)  # key of a post → its end before, or ""

    objects = TermChangeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("换届")
        ordering = ["-starts", "-id"]
        indexes = [models.Index(fields=["-starts", "-id"], name="term_change_latest")]
        constraints = [
            models.UniqueConstraint(
                fields=["organization"],
                condition=Q(state__in=["preparing", "submitted"]),
                name="term_change_one_at_a_time",
                violation_error_message=_("这个组织已经在准备换届。"),
            ),
            models.CheckConstraint(
                condition=Q(ends__gt=F("starts")),
                name="term_change_ends_after_start",
                violation_error_message=_("届满的日期要晚于交接的日期。"),
            ),
            models.CheckConstraint(
                condition=Q(listed_until__isnull=True) | Q(listed_until__gte=F("listed_from")),
                name="term_change_listed_in_order",
                violation_error_message=_("公示结束的日期不能早于开始的日期。"),
            ),
            models.CheckConstraint(
                condition=Q(present__isnull=True) | Q(invited__isnull=True) | Q(present__lte=F("invited")),
                name="term_change_present_were_invited",
                violation_error_message=_("实到人数不能多于应到人数。"),
            ),
            models.CheckConstraint(
                condition=Q(agreed_by__isnull=True) | Q(submitted_by__isnull=True) | ~Q(agreed_by=F("submitted_by")),
                name="term_change_by_two_officers",
                violation_error_message=_("提交和确认要由两个人来做。"),
            ),
            models.CheckConstraint(
                condition=~Q(state="agreed") | Q(agreed_at__isnull=False), name="term_change_agreed_by_somebody"
            ),
        ]

    def __str__(self):
        return _("%(organization)s 换第 %(number)d 届") % {"organization": self.organization, "number": self.number}

    def get_absolute_url(self):
        return reverse("admin:organizations_termchange_change", args=[self.pk])

    def papers_words(self, value):
        """Return the stored `papers` of this or of a former version of the row as text, for histories."""
        return "、".join(str(MeetingPaper(kind).label) for kind in value.values())

    @property
    def eve(self):
        """Return the last day of the old term."""
        return self.starts - dt.timedelta(days=1)

    @property
    def has_listing(self):
        return self.listed_from is not None

    def steps(self):
        """Return the steps as (label, note, state): done, current or to come."""
        nominated = len(self.all_candidates)
        asked = _("%(n)d 人，%(m)d 人还没答复") % {"n": nominated, "m": len(self.unanswered)}
        answered = _("%(n)d 人，都已答复") % {"n": nominated}
        marks = [
            (_("提名"), (asked if self.unanswered else answered) if nominated else "", bool(nominated)),
            (
                _("名单"),
                _("%(day)s 公示") % {"day": _day(self.listed_from)} if self.listed_from else "",
                self.has_listing,
            ),
            (
                _("会议"),
                f"{_day(self.met_on)}，{self.present or '—'}/{self.invited or '—'}" if self.met_on else "",
                bool(self.met_on),
            ),
            (_("结果"), self.get_state_display(), self.state == ChangeState.AGREED),
            (_("零点交接"), _("%(day)s 00:00") % {"day": _day(self.starts)}, self.is_over),
        ]
        first = next((place for place, mark in enumerate(marks) if not mark[2]), len(marks))
        return [
            (label, note, "done" if place < first else "current" if place == first else "")
            for place, (label, note, _done) in enumerate(marks)
        ]

    @property
    def is_over(self):
        """Return whether the change has happened."""
        return self.state == ChangeState.AGREED and self.starts <= clock.today()

    @cached_property
    def all_candidates(self):
        """The candidates with their people, in the order of the posts."""
        order = Post.Kind.values
        rows = self.candidates.select_related("person__user", "person__subdistrict")
        return sorted(rows, key=lambda row: (order.index(row.kind), row.person.name_key, row.pk))

    @property
    def unanswered(self):
        """Return the candidates of the registry who have neither agreed nor declined."""
        return [row for row in self.all_candidates if not row.is_answered and row.person.is_active]

    @property
    def elected(self):
        return [row for row in self.all_candidates if row.is_elected]

    def old_posts(self):
        """Return the posts that end with this change: those that somebody holds on the last day of the old term."""
        rows = self.organization.posts.valid().on(self.eve).filter(person__state="active")
        kept = rows.exclude(pk__in=[row.post_id for row in self.all_candidates if row.post_id])
        return list(kept.select_related("person__user").order_by("starts", "pk"))

    @cached_property
    def pairs(self):
        """Each post before and after, as far as possible with the same person on both sides."""
        old, new = defaultdict(list), defaultdict(list)
        for post in self.old_posts():
            old[post.kind].append(post)
        for row in self.elected:
            new[row.kind].append(row)
        found = []
        for kind in Post.Kind.values:
            found += _paired(kind, old[kind], new[kind])
        return found

    @property
    def vacancies(self):
        return [pair for pair in self.pairs if pair.new is None]

    @property
    def ending(self):
        """Whose rights end: (person, posts, rights)."""
        return self._at_midnight(before=True)

    @property
    def beginning(self):
        """Whose rights begin: (person, posts, rights)."""
        return self._at_midnight(before=False)

    def _at_midnight(self, *, before):
        sides = defaultdict(lambda: (set(), set()))
        people = {}
        for pair in self.pairs:
            for place, row in enumerate((pair.old, pair.new)):
                if row:
                    people[row.person_id] = row.person
                    sides[row.person_id][place].add(pair.kind)
        found = []
        for key, (old, new) in sides.items():
            changed = [kind for kind in Post.Kind.values if kind in (old - new if before else new - old)]
            had = {right for kind in (new if before else old) for right in RIGHTS[kind]}
            rights = [right for kind in changed for right in RIGHTS[kind] if right not in had]
            if changed:
                found.append(
                    (
                        people[key],
                        "、".join(str(Post.Kind(kind).label) for kind in changed),
                        list(dict.fromkeys(rights)),
                    )
                )
        return found


def _day(day):
    return dates.month_day(day)


def _paired(kind, old, new):
    """Return the pairs of one kind of post: people who go on, then the others side by side."""
    again = {post.person_id: post for post in old}
    pairs = [Pair(kind, again.pop(row.person_id), row) for row in new if row.person_id in again]
    rest_old = [post for post in old if post.person_id in again]
    gone = {pair.new.pk for pair in pairs}
    rest_new = [row for row in new if row.pk not in gone]
    for place in range(max(len(rest_old), len(rest_new))):
        pairs.append(
            Pair(
                kind,
                rest_old[place] if place < len(rest_old) else None,
                rest_new[place] if place < len(rest_new) else None,
            )
        )
    return pairs
