"""What members registers for other floors (docs/architecture.md)."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengyang import clock
from chengyang.platform.accounts.access import reach
from chengyang.platform.privacy import actions as privacy
from chengyang.platform.staff import registry
from chengyang.platform.web import panels

from . import erasure, personal_data, todos
from .actions import leaving
from .models import Application, Assessment, Person, Representative
from .states import APPLICATION_OPEN, APPLICATION_WITH_APPLICANT, PersonState

LOOKED_BACK = 30  # days of 谁看过 on /me/

# ---- what the person decides -----------------------------------------------------------------------------------------
privacy.on_withdrawal("registration", leaving.stop_registration)
privacy.on_withdrawal("publication", leaving.stop_publication)
erasure.register(
    gettext_lazy("人士"),
    leave=leaving.end_terms,
    erase=leaving.erase_own_rows,
    said=gettext_lazy("代表人士任期和所有职务立即结束，公开的姓名撤下。"),
)
erasure.register(gettext_lazy("职务"), leave=leaving.end_posts)


# ---- the desk --------------------------------------------------------------------------------------------------------
for _decision in (
    todos.FirstReview(),
    todos.SecondReview(),
    todos.FirstReviewOfRepresentative(),
    todos.SecondReviewOfRepresentative(),
    todos.FourHaves(Assessment, registry.Job.PEOPLE, gettext_lazy("“四有”评定")),
):
    registry.register(_decision)


def _find_people(user, text):
    rows = Person.objects.within(reach(user)).search(text).select_related("subdistrict", "category")
    return rows.order_by("name_key", "pk")


def _find_applications(user, text):
    rows = Application.objects.within(reach(user)).filter(state__in=APPLICATION_OPEN).search(text)
    return rows.select_related("subdistrict").order_by("name_key", "pk")


registry.register_search(
    registry.SearchSource(
        gettext_lazy("人士"),
        _find_people,
        lambda person: (
            person.name,
            f"{person.subdistrict.short_name}，{person.unit}，{_('尾号')} {person.phone_last4 or '—'}",
        ),
        lambda person: person.get_absolute_url(),
    )
)
registry.register_search(
    registry.SearchSource(
        gettext_lazy("入册申请"),
        _find_applications,
        lambda row: (row.name, f"{row.subdistrict.short_name}，{row.get_state_display()}"),
        lambda row: reverse("admin:members_application_change", args=[row.pk]),
    )
)


def _terms_ending(user, first, last):
    """Return the terms of representatives that end between two days, by day."""
    if not reach(user).staff:
        return []
    people = Person.objects.of_staff(reach(user)).values("pk")
    rows = Representative.objects.on(first).filter(person__in=people, ends__range=(first, last))
    return [
        registry.Day(row.ends, _("%(name)s 代表人士任期结束") % {"name": row.person}, row.person.get_absolute_url())
        for row in rows.select_related("person").order_by("ends", "pk")[:10]
    ]


registry.register_days(_terms_ending)


# ---- pages -----------------------------------------------------------------------------------------------------------
def _tasks(request, subject):
    """What waits for the person: an application that is with them, a record to confirm, rules that changed."""
    own = Application.objects.visible_to(request.user).filter(user=request.user)
    with_me = own.filter(state__in=APPLICATION_WITH_APPLICANT).first()
    people = Person.objects.visible_to(request.user)
    to_confirm = people.filter(state=PersonState.UNCONFIRMED).select_related("subdistrict").first()
    found = {"application": with_me, "to_confirm": to_confirm, "new_rules": privacy.to_confirm(request.user)}
    return found if any(found.values()) else None


def _standing(request, subject):
    """Where the person stands: being reviewed, not registered yet, or nothing to say."""
    own = Application.objects.visible_to(request.user).filter(user=request.user)
    waiting = own.filter(state__in=APPLICATION_OPEN).exclude(state__in=APPLICATION_WITH_APPLICANT).first()
    if waiting:
        return {"application": waiting}
    known = Person.objects.visible_to(request.user).filter(user=request.user, state=PersonState.ACTIVE).exists()
    return None if known or own.filter(state__in=APPLICATION_OPEN).exists() else {"application": None}


def _mine(request, subject):
    return {"looks": personal_data.looks(request.user, days=LOOKED_BACK, most=5), "today": clock.today()}


panels.register("me.tasks", "members/_tasks.html", _tasks, order=20)
panels.register("me.home", "members/_standing.html", _standing, order=5)
panels.register("me.mine", "members/_mine.html", _mine, order=10)
