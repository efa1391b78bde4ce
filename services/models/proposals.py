"""建言献策: proposals of members, who signs them with their author, and who follows them (domain.md rule 10)."""

import datetime as dt

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.errors import REASON_LENGTH
from chengyang.lib.chinese import search
from chengyang.lib.vault.public_ids import PublicIdField
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.accounts.models import DemoMark
from chengyang.platform.audit.history import tracked
from chengyang.platform.web.fields import LiteralQuery, TextSearchField, acting_account
from members.models import Person

from ..states import PROPOSAL_ANSWERED, PROPOSAL_EDITABLE, PROPOSAL_OPEN, ProposalState

TITLE_LENGTH = 30  # characters: one sentence
TEXT_LENGTH = 2_000
REVIEW_DAYS = 7  # working days of the office until it decides and forwards (requirements, "3.4 Deadlines to encode")
ANSWER_DAYS = 15  # working days of the department from the day on which it was forwarded (the same table)
RATED_FOR = dt.timedelta(days=30)  # how long a rating can be changed
TOPICS = {
    "welfare": _("民生保障"),
    "traffic": _("交通出行"),
    "business": _("创业就业"),
    "culture": _("文化教育"),
    "city": _("城市管理"),
    "other": _("别的"),
}


class Openness(models.TextChoices):
    """What the author agrees to after the answer; it can be changed at any time."""

    NAMED = "named", _("公开，写我的名字")
    UNNAMED = "unnamed", _("公开，不写名字")
    CLOSED = "closed", _("不公开，只给承办单位看")


class Intake(models.TextChoices):
    """How a proposal came: written by its author, or written down by an officer for them."""

    ONLINE = "online", _("自己写的")
    PHONE = "phone", _("电话里说的")
    PAPER = "paper", _("纸上写的")


class Satisfaction(models.IntegerChoices):
    GOOD = 3, _("满意")
    FAIR = 2, _("基本满意")
    POOR = 1, _("不满意")


class ProposalQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return the user's own proposals, those that they sign, and for district staff all that were submitted.

        What a person who left the registry had proposed is closed to officers once it is not open (requirements P06).
        """
        if not user.is_authenticated:
            return self.none()
        signed = CoSigner._base_manager.filter(user=user, state__in=SIGNING).values("proposal")
        visible = Q(author=user) | Q(pk__in=signed)
        if access_scope(user).district:
            left = Person.objects.filter(state="left", user__isnull=False).values("user")
            kept = Q(state__in=PROPOSAL_OPEN) | Q(author__isnull=True) | ~Q(author__in=left)
            private = (ProposalState.DRAFT, ProposalState.WITHDRAWN)
            visible |= kept & Q(submitted_at__isnull=False) & ~Q(state__in=private)
        return self.filter(visible)

    def followed(self):
        """Return those whose promises somebody waits for: the author, or the authors of those merged into it.

        Nobody is reminded of others: an author who has left, or is erased, waits for nothing.
        """
        here = self.model.objects.with_author_here()
        merged = here.filter(state=ProposalState.MERGED).values("merged_into")
        return self.filter(Q(pk__in=here) | Q(pk__in=merged))

    def with_author_here(self):
        """Return those whose author is neither erased nor has left the registry."""
        left = Person.objects.filter(state="left", user__isnull=False).values("user")
        return self.filter(author__isnull=False).exclude(author__in=left)

    def public_ids_visible_to(self, user):
        """Return the public ids of the proposals whose files `user` may open (slot `file_access`)."""
        return self.visible_to(user).values("public_id")

    def search(self, text):
        """Return the proposals whose number, title or text contains `text`; all of them for an empty one."""
        text = (text or "").strip()
        if not text:
            return self
        literal = search.text_query(text)
        found = Q(number=text.upper())  # as they are written; an index is of no use for any other comparison
        return self.filter(found | Q(search=LiteralQuery(literal)) if literal else found)


@tracked
class Proposal(DemoMark):
    """建言: what a member proposes; reviewed, forwarded to a department, answered, and published if the author agrees."""

    EDITABLE_FIELDS = ("title", "topic", "situation", "wish", "openness", "joinable")
    PERSONAL = {
        "title": "proposals",
        "situation": "proposals",
        "wish": "proposals",
        "topic": "proposals",
        "openness": "proposals",
        "joinable": "proposals",
        "advice": "proposals",
        "rating": "proposals",
        "rating_words": "proposals",
        "search": "proposals",
    }
    NOT_PERSONAL = {
        "id",
        "public_id",
        "number",
        "state",
        "invitation",
        "at",
        "submitted_at",
        "last_submitted_at",
        "intake",
        "due_on",
        "reviewed_at",
        "answered_at",
        "rated_at",
        "closed_at",
        "is_demo",
    }

    public_id = PublicIdField()
    number = models.CharField(_("编号"), max_length=16, blank=True)  # given when it is submitted
    author = models.ForeignKey(  # null once erased: the row still counts, without personal data
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="proposals", verbose_name=_("提出人")
    )
    title = models.CharField(_("一句话说清楚"), max_length=TITLE_LENGTH, help_text=_("写想让谁做什么，30 个字以内"))
    topic = models.CharField(_("领域"), max_length=10, choices=TOPICS.items())
    situation = models.TextField(
        _("现在是什么样"), max_length=TEXT_LENGTH, help_text=_("哪里、什么时候、多少人，有数字更好")
    )
    wish = models.TextField(_("建议怎么做"), max_length=TEXT_LENGTH, help_text=_("一条一条写，每条能答“行”或“不行”"))
    openness = models.CharField(
        _("答复以后，愿不愿意公开"),
        max_length=8,
        choices=Openness.choices,
        default=Openness.UNNAMED,
        help_text=_("公开前去掉个人信息，两个人先后核过；随时可以改主意"),
    )
    joinable = models.BooleanField(
        _("愿意有人一起提"),
        default=False,
        help_text=_("审核期间，写相近建言的人能看到题目和内容，来附议；看不到你的名字和附件"),
    )
    invitation = models.PositiveSmallIntegerField(_("第几个附议链接"), default=1)
    state = models.CharField(_("状态"), max_length=10, choices=ProposalState.choices, default=ProposalState.DRAFT)
    at = models.DateTimeField(_("开始写的时间"), default=clock.now)
    submitted_at = models.DateTimeField(_("提出时间"), null=True, blank=True)
    last_submitted_at = models.DateTimeField(_("最近一次提交"), null=True, blank=True)  # again after it was returned
    intake = models.CharField(_("怎么提的"), max_length=6, choices=Intake.choices, default=Intake.ONLINE)
    taken_by = acting_account(_("代记的人"))
    due_on = models.DateField(
        _("时限"), null=True, blank=True
    )  # of the office or the department, null while neither acts
    reviewed_by = acting_account(_("审核人"))
    reviewed_at = models.DateTimeField(_("审核时间"), null=True, blank=True)
    advice = models.CharField(_("审核意见"), max_length=REASON_LENGTH, blank=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged", verbose_name=_("并入")
    )
    answered_at = models.DateTimeField(_("答复时间"), null=True, blank=True)
    rating = models.PositiveSmallIntegerField(_("满意吗"), null=True, blank=True, choices=Satisfaction.choices)
    rating_words = models.CharField(_("想说一句"), max_length=200, blank=True)
    rated_at = models.DateTimeField(_("评价时间"), null=True, blank=True)
    closed_at = models.DateTimeField(_("办结时间"), null=True, blank=True)
    search = TextSearchField("title", "situation", "wish")

    objects = ProposalQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("建言")
        ordering = ["-submitted_at", "-id"]
        indexes = [
            models.Index(fields=["state", "due_on"]),
            models.Index(fields=["-submitted_at", "-id"]),
            # for the last number of a year, which is found by its beginning whatever the collation of the database is
            models.Index(fields=["number"], opclasses=["varchar_pattern_ops"], name="proposal_number_begins"),
            GinIndex(fields=["search"]),
        ]
        constraints = [
            models.UniqueConstraint(fields=["number"], condition=~Q(number=""), name="proposal_number_once"),
            models.CheckConstraint(
                condition=Q(rating__isnull=True) | Q(rating__gte=1, rating__lte=3),
                name="proposal_rated_in_three_steps",
                violation_error_message=_("评价请从列出的里面选。"),
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "withdrawn"]) | Q(submitted_at__isnull=False) & ~Q(number=""),
                name="proposal_submitted_with_number",
                violation_error_message=_("提交以后要有编号和日期。"),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["returned", "declined"]) | ~Q(advice=""),
                name="proposal_refused_with_words",
                violation_error_message=_("退回和不予转办要写理由。"),
            ),
            models.CheckConstraint(
                condition=Q(state="merged", merged_into__isnull=False) | ~Q(state="merged"),
                name="proposal_merged_into_one",
                violation_error_message=_("请选并入哪一件。"),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=PROPOSAL_ANSWERED) | Q(answered_at__isnull=False),
                name="proposal_answered_at_a_time",
                violation_error_message=_("答复要有时间。"),
            ),
        ]

    def __str__(self):
        return f"{self.number} {self.title}".strip()

    def get_absolute_url(self):
        return reverse("services:proposal", args=[self.public_id])

    @property
    def read_as(self):
        """Return the proposal on whose page officers read what was promised in the answer to this one.

        Once its author has left, officers no longer read it (P06): it is one that was merged into it, with the same answer.
        """
        rows = type(self).objects.with_author_here()
        if self.author_id is None or rows.filter(pk=self.pk).exists():
            return self
        return rows.filter(merged_into=self, state=ProposalState.MERGED).order_by("pk").first() or self

    @property
    def is_editable(self):
        """Return whether its author can change its words."""
        return self.state in PROPOSAL_EDITABLE

    @property
    def is_answered(self):
        """Return whether a department has answered it."""
        return self.state in PROPOSAL_ANSWERED

    @property
    def is_agreed_to(self):
        """Return whether its author agrees to its publication."""
        return self.author_id is not None and self.openness != Openness.CLOSED

    @property
    def rating_changeable_until(self):
        """Return the moment until which its rating can be changed, None before it is rated."""
        return self.rated_at and self.rated_at + RATED_FOR


class CoSignerState(models.TextChoices):
    CONFIRMED = "confirmed", _("已确认")
    ASKED = "asked", _("内容改过，请再确认")
    WITHDRAWN = "withdrawn", _("已退出")


SIGNING = (CoSignerState.CONFIRMED, CoSignerState.ASKED)


class CoSignerQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return the co-signers of the proposals that `user` may read, and the user's own signatures, also withdrawn ones."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(Q(proposal__in=Proposal.objects.visible_to(user)) | Q(user=user))

    def signing(self):
        """Return those who have confirmed the words as they are."""
        return self.filter(state=CoSignerState.CONFIRMED)


@tracked
class CoSigner(DemoMark):
    """附议: somebody who signs a proposal with its author, confirms its words, and can withdraw at any time."""

    PERSONAL = {"shows_name": "proposals", "state": "proposals"}
    NOT_PERSONAL = {"id", "public_id", "at", "decided_at", "is_demo"}

    public_id = PublicIdField()
    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="cosigners", verbose_name=_("建言"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="cosigned", verbose_name=_("附议的人")
    )
    state = models.CharField(_("附议"), max_length=10, choices=CoSignerState.choices, default=CoSignerState.CONFIRMED)
    shows_name = models.BooleanField(_("公开时写我的名字"), default=False)
    at = models.DateTimeField(_("附议时间"), default=clock.now)
    decided_at = models.DateTimeField(_("确认或退出的时间"), default=clock.now)

    objects = CoSignerQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("附议")
        ordering = ["at", "id"]
        constraints = [models.UniqueConstraint(fields=["proposal", "user"], name="proposal_cosigned_once")]

    def __str__(self):
        return f"{self.proposal} {self.get_state_display()}"


class ProposalStepQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return the steps of the proposals that `user` may read: the author and the officers read all of them alike."""
        return self.filter(proposal__in=Proposal.objects.visible_to(user))


class ProposalStep(DemoMark):
    """经过: one line about what was done on a proposal, with its date. There is none that only one side reads."""

    PERSONAL = {"text": "proposals"}
    NOT_PERSONAL = {"id", "unit", "at", "is_demo"}

    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="steps", verbose_name=_("建言"))
    text = models.CharField(_("做了什么"), max_length=800)
    unit = models.CharField(_("谁"), max_length=60, blank=True)
    by = acting_account(_("谁记的"))
    at = models.DateTimeField(_("时间"), default=clock.now)

    objects = ProposalStepQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("建言的经过")
        ordering = ["at", "id"]

    def __str__(self):
        return self.text
