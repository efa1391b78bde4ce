"""更正申请: corrections of registration details that an officer checks before they are effective (requirements P11)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.errors import REASON_LENGTH
from chengyang.lib.vault.public_ids import PublicIdField
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.accounts.models import DemoMark
from chengyang.platform.web.fields import acting_account

from ..states import CorrectionState
from .persons import Person, staff_q
from .registration_details import Category


class CorrectionQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(state=CorrectionState.WAITING)

    def of_staff(self, user):
        """Return the corrections of others that `user` may read as staff responsible for the person."""
        people = Person.objects.of_staff(access_scope(user)).exclude(user=user.pk)
        return self.filter(person__in=people.values("pk"))

    def visible_to(self, user):
        """Return the user's own corrections, and for staff those of the persons they are responsible for."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(Q(person__user=user) | staff_q(access_scope(user), "person__"))

    def public_ids_visible_to(self, user):
        """Return the public ids of the corrections `user` may see; their files are visible too (slot `file_access`)."""
        return self.visible_to(user).values("public_id")


class Correction(DemoMark):
    """更正申请: one field of a person in the registry, its former and its new value, and what staff decided."""

    PERSONAL = {"old": "registration", "new": "registration", "reason": "registration", "answer": "registration"}
    NOT_PERSONAL = {"id", "public_id", "field", "state", "asked_at", "due_on", "decided_at", "is_demo"}

    class Field(models.TextChoices):
        # What two officers have checked, and what is published. All other details change at once.
        NAME = "name", _("姓名")
        CATEGORY = "category", _("类别")

    public_id = PublicIdField()
    person = models.ForeignKey(Person, models.CASCADE, related_name="corrections", verbose_name=_("人士"))
    field = models.CharField(_("更正哪一项"), max_length=10, choices=Field.choices)
    old = models.CharField(_("原来"), max_length=50)  # a name, or the code of a category
    new = models.CharField(_("改为"), max_length=50)
    reason = models.CharField(_("为什么改"), max_length=REASON_LENGTH)
    state = models.CharField(_("状态"), max_length=10, choices=CorrectionState.choices, default=CorrectionState.WAITING)
    asked_at = models.DateTimeField(_("提出时间"), default=clock.now)
    due_on = models.DateField(_("时限"), null=True, blank=True)
    decided_by = acting_account(_("经办"))
    decided_at = models.DateTimeField(_("办结"), null=True, blank=True)
    answer = models.CharField(_("不同意的理由"), max_length=REASON_LENGTH, blank=True)

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("更正申请")
        ordering = ["-asked_at", "-id"]
        indexes = [
            models.Index(fields=["due_on"], condition=Q(state="waiting"), name="correction_to_decide"),
            models.Index(fields=["-asked_at", "-id"], name="correction_latest"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "field"],
                condition=Q(state="waiting"),
                name="correction_one_waiting",
                violation_error_message=_("这一项已经有一份更正申请在办。"),
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(answer=""),
                name="correction_refused_with_words",
                violation_error_message=_("请写理由，本人会看到原文。"),
            ),
        ]

    def __str__(self):
        return f"{self.get_field_display()}：{self.old_text} → {self.new_text}"

    @property
    def old_text(self):
        """Return the former value as people read it."""
        return self._text(self.old)

    @property
    def new_text(self):
        """Return the new value as people read it."""
        return self._text(self.new)

    def _text(self, value):
        if self.field != self.Field.CATEGORY:
            return value
        return str(Category.objects.filter(code=value).first() or value)
