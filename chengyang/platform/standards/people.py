"""Who hears of an assessment: the account that submitted it, the managers of an organizer, the assessed person."""

from typing import Any

from django.contrib.auth import get_user_model
from django.urls import reverse

from chengyang import clock, extensions
from chengyang.platform.notices.actions import notify

from .permissions import is_oneself, manages
from .subjects import has_ended, kind_of


def person_of(assessment: Any) -> Any:
    """Return the assessed person, or None for another subject. Persons see these audit entries on 我的数据."""
    return assessment.subject if kind_of(assessment.subject) == "person" else None


def managers_of(kind: str, subject: Any) -> list[Any]:
    """Return the accounts that manage `subject` by a post of the kind `kind` (`PostType.subject`) today."""
    found: set[Any] = set()
    for post in extensions.post_types():
        if post.subject == kind:
            rows = post.model.objects.on(clock.today()).filter(**{kind: subject}, kind=post.manager_kind)
            found |= set(rows.filter(person__state="active").values_list("person__user", flat=True))
    return list(get_user_model().objects.filter(pk__in=found - {None}, is_active=True).order_by("pk"))


def receivers(assessment: Any) -> list[Any]:
    """Return the accounts of the subject: who submitted it, and its managers today, or the assessed person."""
    subject, kind = assessment.subject, kind_of(assessment.subject)
    found = {account.pk for account in managers_of(kind, subject)}
    found |= {assessment.submitted_by_id, getattr(subject, "user_id", None) if kind == "person" else None}
    return list(get_user_model().objects.filter(pk__in=found - {None}, is_active=True).order_by("pk"))


def managers_of_all(kind: str) -> list[tuple[Any, Any]]:
    """Return (organizer, account) of each manager by a post today of the organizers of `kind` that have not ended."""
    found = []
    for post in extensions.post_types():
        if post.subject != kind:
            continue
        rows = post.model.objects.on(clock.today()).filter(kind=post.manager_kind, person__state="active")
        rows = (
            rows.filter(person__user__is_active=True).select_related(kind, "person__user").order_by(f"{kind}_id", "pk")
        )
        found += [(getattr(row, kind), row.person.user) for row in rows if not has_ended(getattr(row, kind))]
    return found


def notify_subject(assessment: Any, template: str, **context: Any) -> None:
    """Notify everybody of the subject with the notice `template` about the assessment."""
    for account in receivers(assessment):
        notify_about(account, template, assessment, **context)


def notify_about(to: Any, template: str, assessment: Any, **context: Any) -> None:
    """Notify the account `to`, if there is one; the notice leads to the page on which it works on the assessment."""
    if to is None:
        return
    known = {"assessment": assessment, "subject": assessment.subject, "standard": assessment.version.standard}
    notify(to, template, url=url_for(to, assessment), **known, **context)


def url_for(user: Any, assessment: Any) -> str:
    """Return the address of the assessment for `user`: below /me/ for the subject's own people, else on the staff site."""
    subject = assessment.subject
    if is_oneself(user, subject) or manages(user, subject):
        return reverse("standards:own-assessment", args=[assessment.code(), assessment.public_id])
    return record_url(assessment)


def record_url(assessment: Any) -> str:
    """Return the address of the assessment on the staff site."""
    meta = assessment._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[assessment.pk])
