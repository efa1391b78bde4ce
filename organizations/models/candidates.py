"""提名: the persons who are nominated in a change of term, what they answer, and whether they were elected."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chengyang.platform.accounts.access import access_scope
from chengyang.platform.accounts.models import DemoMark
from chengyang.platform.audit.history import tracked
from chengyang.platform.web.fields import acting_account
from members.models import Person

from ..states import ChangeState
from .organizations import Organization, Post
from .term_changes import TermChange


class CandidateQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return the own candidacies, and those in the organizations that `user` manages; for district staff all.

        Those of persons who left the registry are visible to nobody else (requirements P06).
        """
        if not user.is_authenticated:
            return self.none()
        scope = access_scope(user)
        own = Q(person__user=user.pk)
        managed = Q() if scope.district else Organization.objects.managed_q(scope, prefix="change__organization__")
        return self.filter(own | managed & ~Q(person__state="left"))

    def to_answer(self, user):
        """Return the nominations that `user` can answer now: own ones, while the change is prepared."""
        rows = self.filter(person__user=user.pk, person__state="active", change__state=ChangeState.PREPARING)
        return rows.select_related("change__organization").order_by("pk")


@tracked
class Candidate(DemoMark):
    """提名: a person who is nominated for a post of the new term, whether they agreed, and the result."""

    EDITABLE_FIELDS = ("votes", "is_elected")
    PERSONAL = dict.fromkeys(("kind", "has_agreed", "has_declined", "votes", "is_elected"), "membership")
    NOT_PERSONAL = {"id", "answered_at", "paper", "is_demo"}

    change = models.ForeignKey(TermChange, models.CASCADE, related_name="candidates", verbose_name=_("换届"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="candidacies", verbose_name=_("人士"))
    kind = models.CharField(_("职务"), max_length=12, choices=Post.Kind.choices)
    has_agreed = models.BooleanField(_("本人同意任职"), default=False)
    has_declined = models.BooleanField(_("本人不愿任职"), default=False)
    answered_at = models.DateTimeField(_("答复时间"), null=True, blank=True)
    answered_by = acting_account(_("登记答复的人"))
    paper = models.CharField(
        _("书面答复"), max_length=10, blank=True
    )  # public id of the file, which belongs to the change
    votes = models.PositiveIntegerField(_("赞成票"), null=True, blank=True)
    is_elected = models.BooleanField(_("当选"), default=False)
    post = models.OneToOneField(
        Post, models.SET_NULL, null=True, blank=True, editable=False, related_name="candidacy", verbose_name=_("职务")
    )

    objects = CandidateQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("换届提名")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["change", "person", "kind"],
                name="candidate_once_for_a_post",
                violation_error_message=_("已经提名这位担任这个职务。"),
            ),
            models.CheckConstraint(
                condition=Q(is_elected=False) | Q(has_agreed=True),
                name="candidate_elected_with_consent",
                violation_error_message=_("本人同意任职以后才能当选。"),
            ),
            models.CheckConstraint(
                condition=~Q(has_agreed=True, has_declined=True),
                name="candidate_one_answer",
                violation_error_message=_("同意和不愿只能有一个。"),
            ),
        ]

    def __str__(self):
        return f"{self.person} {self.get_kind_display()}"

    @property
    def is_answered(self):
        """Return whether the person has agreed or declined."""
        return self.has_agreed or self.has_declined

    @property
    def answered_self(self):
        """Return whether the person answered on their own page."""
        return self.is_answered and self.answered_by_id is not None and self.answered_by_id == self.person.user_id

    @property
    def answer_words(self):
        """Return what the person answered, and how."""
        if not self.is_answered:
            return _("还没有答复")
        answer = _("同意") if self.has_agreed else _("不愿")
        return answer if self.answered_self or not self.paper else _("%(answer)s（书面）") % {"answer": answer}
