"""公开稿: what everybody reads of a proposal and its answer, and who is notified of its news (domain.md rule 10)."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.errors import REASON_LENGTH
from chengyang.lib.chinese import search
from chengyang.lib.vault.public_ids import PublicIdField
from chengyang.platform.accounts.models import DemoMark
from chengyang.platform.audit.history import tracked
from chengyang.platform.web.fields import LiteralQuery, TextSearchField, acting_account
from chengyang.platform.web.lookups import any_of

from ..states import PROPOSAL_ANSWERED, EditionState
from .proposals import TEXT_LENGTH, TITLE_LENGTH, Openness, Proposal
from .referrals import ANSWER_LENGTH, Department, Result


class EditionQuerySet(models.QuerySet):
    def published(self):
        """Return the editions that everybody reads: checked by two officers, and agreed to by an author who is here."""
        agreed = {"proposal__author__isnull": False, "proposal__state__in": PROPOSAL_ANSWERED}
        rows = self.filter(state=EditionState.PUBLISHED, **agreed)
        return rows.exclude(proposal__openness=Openness.CLOSED)

    def visible_to(self, user):
        """Return the published ones; who may read the proposal reads its edition before it is published."""
        if not user.is_authenticated:
            return self.published()
        return self.filter(Q(pk__in=self.published()) | Q(proposal__in=Proposal.objects.visible_to(user)))

    def search(self, text):
        """Return those whose title, texts or department contain `text`; all of them for an empty one."""
        literal = search.text_query((text or "").strip())
        if not literal:
            return self
        units = Department.objects.filter(name__contains=text.strip())
        return self.filter(Q(search=LiteralQuery(literal)) | Q(any_of("department_id", units)))


@tracked
class ProposalEdition(DemoMark):
    """公开稿: a proposal and its answer without personal data, written by one officer and checked by another."""

    EDITABLE_FIELDS = ("title", "situation", "wish", "answer")
    PERSONAL = {"title": "proposals", "situation": "proposals", "wish": "proposals", "answer": "proposals"}
    PERSONAL |= {"search": "proposals"}
    NOT_PERSONAL = {
        *("id", "public_id", "topic", "result", "state", "reason", "cleaned_at", "checked_at", "published_at"),
        *("down_at", "answered_on", "working_days", "due_on", "is_demo"),
    }

    public_id = PublicIdField()
    proposal = models.OneToOneField(Proposal, models.CASCADE, related_name="edition", verbose_name=_("建言"))
    department = models.ForeignKey(Department, models.PROTECT, related_name="+", verbose_name=_("承办单位"))
    topic = models.CharField(_("领域"), max_length=10, choices=Proposal._meta.get_field("topic").choices)
    title = models.CharField(_("题目"), max_length=TITLE_LENGTH)
    situation = models.TextField(_("现在是什么样"), max_length=TEXT_LENGTH)
    wish = models.TextField(_("建议怎么做"), max_length=TEXT_LENGTH)
    answer = models.TextField(_("答复"), max_length=ANSWER_LENGTH)
    result = models.CharField(_("采不采用"), max_length=8, choices=Result.choices)
    answered_on = models.DateField(_("答复日期"))
    working_days = models.PositiveSmallIntegerField(_("几个工作日答复"))
    state = models.CharField(_("公开"), max_length=10, choices=EditionState.choices, default=EditionState.CLEANED)
    due_on = models.DateField(_("复核时限"), null=True, blank=True)
    cleaned_by = acting_account(_("去掉个人信息的人"))
    cleaned_at = models.DateTimeField(_("去掉个人信息的时间"), default=clock.now)
    checked_by = acting_account(_("复核的人"))
    checked_at = models.DateTimeField(_("复核时间"), null=True, blank=True)
    published_at = models.DateTimeField(_("公开时间"), null=True, blank=True)
    down_at = models.DateTimeField(_("撤下时间"), null=True, blank=True)
    reason = models.CharField(_("退回或撤下的理由"), max_length=REASON_LENGTH, blank=True)
    search = TextSearchField("title", "situation", "wish", "answer")

    objects = EditionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("公开的建言")
        ordering = ["-published_at", "-id"]
        indexes = [models.Index(fields=["state", "-answered_on", "-id"]), GinIndex(fields=["search"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(checked_by__isnull=True) | Q(cleaned_by__isnull=True) | ~Q(checked_by=F("cleaned_by")),
                name="edition_checked_by_a_second_person",
                violation_error_message=_("去掉个人信息和复核要由两个人来做。"),
            ),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(checked_at__isnull=False, published_at__isnull=False),
                name="edition_checked_before",
                violation_error_message=_("公开以前要有第二个人复核。"),
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("services:proposal-public", args=[self.public_id])


class FollowerQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Nobody but the account itself knows what it follows."""
        return self.filter(user=user) if user.is_authenticated else self.none()


class Follower(DemoMark):
    """关注: an account that is notified about news of a published proposal."""

    PERSONAL: dict[str, str] = {}
    NOT_PERSONAL = {"id", "at", "is_demo"}

    edition = models.ForeignKey(ProposalEdition, models.CASCADE, related_name="followers", verbose_name=_("公开的建言"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="followed", verbose_name=_("关注的人")
    )
    at = models.DateTimeField(_("关注时间"), default=clock.now)

    objects = FollowerQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("关注")
        ordering = ["-at", "-id"]
        constraints = [models.UniqueConstraint(fields=["edition", "user"], name="edition_followed_once")]

    def __str__(self):
        return f"{self.edition}"
