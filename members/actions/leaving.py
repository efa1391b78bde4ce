"""Leaving the registry without approval, and being erased 30 days later (domain.md rule 12; requirements P06, P09, P12)."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, require
from chengyang.lib.vault.fields import columns_of
from chengyang.platform.accounts.access import clear_access_scope
from chengyang.platform.accounts.posts import end_all
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit import history
from chengyang.platform.audit.transitions import move
from chengyang.platform.files.actions import delete_attached
from chengyang.platform.notices.actions import notify
from chengyang.platform.privacy import actions as privacy

from .. import erasure, permissions, posts
from ..models import Application, Person, RegistrationDetails
from ..states import PERSON_TRANSITIONS, PersonState
from .applications import withdraw_application
from .consents import publish
from .corrections import withdraw_corrections_of
from .locking import follow_name, lock_account_first
from .representatives import CURRENT, end_for_leaving

KEPT_AFTER_LEAVING = dt.timedelta(days=30)  # promised on the page of leaving
ASKED_IN_PERSON = "asked_in_person"  # reason code of the audit


@transaction.atomic
def leave_registry(person: Person, *, actor: Any) -> Person:
    """Remove `person` from the registry at once, without approval (rule 12).

    Memberships, posts, terms and open sign-ups end, consents are withdrawn, and public pages no longer show the name. The
    row is stored for 30 days, so that a person who returns gets it back, and then erased. Raises ActionError("state") if
    the person is not registered, NotAllowed (`permissions.can_leave`).
    """
    person = lock_account_first(person)
    require(permissions.can_leave, actor, person)
    code = "" if permissions.is_own(actor, person) else ASKED_IN_PERSON
    person = move(
        person,
        PersonState.LEFT,
        table=PERSON_TRANSITIONS,
        actor=actor,
        verb="person.left",
        person=person,
        user=person.user,
        code=code,
        left_on=clock.today(),
    )
    publish(person, False)
    withdraw_corrections_of(person, actor)
    erasure.leave(person, actor)
    if person.user:
        clear_access_scope(person.user)
        _withdraw_consents(person.user, actor)
    notify(person, "members/left", url=reverse("members:data") if person.user else "", person=person)
    return person


@transaction.atomic
def return_to_registry(person: Person, *, actor: Any) -> Person:
    """Make `person`, who left less than 30 days ago, active again, with the consent to registration and without a review.

    Two officers checked the row before. Memberships, posts and terms ended with leaving and do not come back. Raises
    ActionError("state") if the person did not leave, ("late") after 30 days, otherwise as `privacy.give`; NotAllowed for
    others.  (domain.md rule 12)
    """
    person = lock_account_first(person)
    require(permissions.can_return, actor, person)
    if person.left_on and person.left_on <= clock.today() - KEPT_AFTER_LEAVING:
        raise ActionError(_("已过 30 天，请重新申请。"), code="late", url=reverse("members:join"))
    person = move(
        person,
        PersonState.ACTIVE,
        table=PERSON_TRANSITIONS,
        actor=actor,
        verb="person.returned",
        person=person,
        user=actor,
        left_on=None,
    )
    privacy.give(actor, "registration", actor=actor)
    for application in Application.objects.filter(user=actor).open():
        withdraw_application(application, actor=actor)
    follow_name(person)
    notify(person, "members/back", url=reverse("me:home"), person=person)
    return person


def _withdraw_consents(user, actor):
    for code, row in privacy.latest_for(user).items():
        if row.given and not row.purpose.necessary:
            privacy.withdraw(user, code, actor=actor)
    if privacy.holds(user, "registration"):
        privacy.withdraw(user, "registration", actor=actor)


def stop_registration(user: Any, actor: Any) -> None:
    """Withdraw open applications and leave: handler of a withdrawn consent to registration (requirements P06)."""
    for application in Application.objects.filter(user=user).open():
        withdraw_application(application, actor=actor)
    for person in Person.objects.active().filter(user=user):
        leave_registry(person, actor=actor)


def end_posts(person: Person, actor: Any) -> None:
    """End the current posts of `person` and delete those that have not begun, without a notice for each post."""
    for table in posts.tables():
        end_all(table._base_manager.filter(person=person), actor=actor, url=None)


def erase_reasons_of_posts(person: Person) -> None:
    """Delete why posts of `person` were ended or corrected, also from their histories; who held a post when stays."""
    for table in posts.tables():
        rows = table._base_manager.filter(person=person)
        history.delete_history(rows)
        rows.exclude(reason="").update(reason="")
        history.delete_history(rows)


def end_terms(person: Person, actor: Any) -> None:
    """End the current term of `person` as a representative, or an undecided nomination."""
    for representative in person.representations.filter(state__in=CURRENT):
        end_for_leaving(representative, actor=actor)


# ---- thirty days later -----------------------------------------------------------------------------------------------
def to_erase() -> QuerySet:
    """Return the persons who left at least 30 days ago and have no open application.

    An open application keeps the row until it is decided, because an approval makes the same row active again.
    """
    due = Person.objects.filter(state=PersonState.LEFT, left_on__lte=clock.today() - KEPT_AFTER_LEAVING)
    return due.exclude(user__in=Application.objects.open().values("user"))


@transaction.atomic
def erase_person(person: Person, *, actor: Any = None) -> bool:
    """Erase a person who left, with rows and histories in all apps (requirements P12); return whether it was done.

    `to_erase` is checked again under the lock, so a person who returned or applied again meanwhile is not erased. Rows
    that are needed for counting (attendances, hours, former terms) are anonymised. The person's own row is deleted, or
    emptied if other rows refer to it. The audit holds no values and is not changed.
    """
    person = lock_account_first(person)
    if not to_erase().filter(pk=person.pk).exists():
        return False
    user = person.user
    audit.record("person.erased", person, actor=actor, person=person, user=user)
    erasure.erase(person)
    history.delete_history(Person.objects.filter(pk=person.pk))
    if user and not user.roles.exists():  # an officer's account bears the name that the administrators gave it
        user.name = ""
        user.save(update_fields=["name"])
    _delete_or_empty(person)
    return True


def _delete_or_empty(person):
    rows = Person.objects.filter(pk=person.pk)
    try:
        with transaction.atomic():
            history.delete_with_history(rows)
    except ProtectedError:
        _empty(person)
        history.delete_history(rows)  # emptying the row has stored its former values in the history


def _empty(person):
    for field in RegistrationDetails.PERSONAL:
        setattr(person, field, [] if field in ("can", "want") else "")
    person.name, person.phone, person.user, person.entered_by = erasure.ERASED, "", None, None
    person.state = PersonState.ERASED
    derived = [column for columns in RegistrationDetails.DERIVED.values() for column in columns]
    written = ["name", "unit", *derived, "job", "can", "want", "user", "entered_by", "state"]
    person.save(update_fields=[*written, *columns_of(Person, "phone")])


def erase_own_rows(person: Person) -> None:
    """Erase the rows of this app about `person`: applications, corrections, assessments with evidence, texts about terms."""
    applications = Application.objects.filter(person=person)
    if person.user_id:
        applications |= Application.objects.filter(user=person.user_id)
    history.delete_with_history(applications)
    _delete_evidence(person)
    person.corrections.all().delete()
    _anonymise_terms(person)
    history.delete_with_history(person.assessments.filter(representative__isnull=True))


def _anonymise_terms(person):
    """Keep the dates of terms and which criteria were met; delete reasons, notes and evidence."""
    terms = person.representations.all()
    history.delete_history(terms)
    terms.update(reason="", is_public=False)
    history.delete_history(terms)
    for assessment in person.assessments.filter(representative__isnull=False):
        assessment.findings = {
            criterion.code: {"result": finding.result} for criterion, finding in assessment.rows() if finding.result
        }
        assessment.note = assessment.appeal = assessment.decision = ""
        assessment.save(update_fields=["findings", "note", "appeal", "decision"])
    history.delete_history(person.assessments.all())


def _delete_evidence(person):
    """Delete the uploaded evidence of assessments and corrections of `person`; stored files are deleted after the commit."""
    assessments, corrections = (
        list(rows.values_list("public_id", flat=True)) for rows in (person.assessments, person.corrections)
    )
    delete_attached("members.Assessment", assessments)
    delete_attached("members.Correction", corrections)
