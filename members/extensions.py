"""Entries of the members app in the extension slots, which `chengyang.extensions` describes."""

from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.extensions import (
    MenuEntry,
    Panel,
    PeriodicTask,
    PersonRows,
    PublicPage,
    SearchSource,
    Section,
    TableDescription,
    UpcomingDate,
    extend,
)
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.privacy import actions as privacy

from . import personal_data, todos
from .actions import consents, leaving
from .metrics import METRICS
from .models import Application, Assessment, Person, Representative
from .personal_data.descriptions import findings_text
from .states import APPLICATION_OPEN, APPLICATION_WITH_APPLICANT, PersonState

ACCESS_LOG_DAYS = 30  # days of 谁看过 (accesses by officers) shown on /me/


# ---- the staff site --------------------------------------------------------------------------------------------------
def _find_people(user, text):
    rows = Person.objects.within(access_scope(user)).search(text).select_related("subdistrict", "category")
    return rows.order_by("name_key", "pk")


def _find_applications(user, text):
    rows = Application.objects.within(access_scope(user)).filter(state__in=APPLICATION_OPEN).search(text)
    return rows.select_related("subdistrict").order_by("name_key", "pk")


def _describe_person(person):
    last_four = person.phone_last4 or "—"
    return person.name, f"{person.subdistrict.short_name}，{person.unit}，{_t('尾号')} {last_four}"


def _terms_ending(user, first, last):
    """Return the terms of representatives ending from `first` to `last` that concern staff `user`, at most ten."""
    scope = access_scope(user)
    if not scope.staff:
        return []
    people = Person.objects.of_staff(scope).values("pk")
    rows = Representative.objects.on(first).filter(person__in=people, ends__range=(first, last))
    return [
        UpcomingDate(row.ends, _t("%(name)s 代表人士任期结束") % {"name": row.person}, row.person.get_absolute_url())
        for row in rows.select_related("person").order_by("ends", "pk")[:10]
    ]


# ---- pages -----------------------------------------------------------------------------------------------------------
def _tasks(request, subject):
    """Return the person's open tasks on /me/, None without any.

    They are an application to complete, a record made by staff to confirm, and consents to confirm after a change of rules.
    """
    own = Application.objects.visible_to(request.user).filter(user=request.user)
    to_complete = own.filter(state__in=APPLICATION_WITH_APPLICANT).first()
    people = Person.objects.visible_to(request.user)
    to_confirm = people.filter(state=PersonState.UNCONFIRMED).select_related("subdistrict").first()
    found = {"application": to_complete, "to_confirm": to_confirm, "new_rules": privacy.to_confirm(request.user)}
    return found if any(found.values()) else None


def _registration(request, subject):
    """Return the context of the panel about registration on /me/, None if it is not shown.

    `application` is the one under review, or None: then the panel invites the person to register.
    """
    own = Application.objects.visible_to(request.user).filter(user=request.user)
    under_review = own.filter(state__in=APPLICATION_OPEN).exclude(state__in=APPLICATION_WITH_APPLICANT).first()
    if under_review:
        return {"application": under_review}
    registered = Person.objects.visible_to(request.user).filter(user=request.user, state=PersonState.ACTIVE).exists()
    return None if registered or own.filter(state__in=APPLICATION_OPEN).exists() else {"application": None}


def _mine(request, subject):
    return {"accesses": personal_data.accesses(request.user, days=ACCESS_LOG_DAYS, most=5), "today": clock.today()}


def _pages():
    yield PublicPage(reverse("members:join"))


extend(
    "members",
    public_pages=[_pages],
    todos=[
        todos.FirstReview(),
        todos.SecondReview(),
        todos.FirstReviewOfRepresentative(),
        todos.SecondReviewOfRepresentative(),
        todos.FourHaves(Assessment, Section.PEOPLE, _("“四有”评定")),
    ],
    search=[
        SearchSource(_("人士"), _find_people, _describe_person, lambda person: person.get_absolute_url()),
        SearchSource(
            _("入册申请"),
            _find_applications,
            lambda row: (row.name, f"{row.subdistrict.short_name}，{row.get_state_display()}"),
            lambda row: reverse("admin:members_application_change", args=[row.pk]),
        ),
    ],
    upcoming=[_terms_ending],
    panels=[
        Panel("me.tasks", "members/_tasks.html", _tasks, order=20),
        Panel("me.home", "members/_registration.html", _registration, order=5),
        Panel("me.mine", "members/_mine.html", _mine, order=10),
    ],
    menu=[MenuEntry("members:join", _("三步加入"), order=10, place="services")],
    metrics=METRICS,
    schedule={"members": PeriodicTask("members.run_periodic", 3600.0)},
    assessments=[Assessment],
    file_access={"members.Assessment": Assessment.objects.public_ids_visible_to},
    on_withdrawal={"registration": leaving.stop_registration, "publication": consents.stop_publication},
    person_rows=[
        PersonRows(
            _("人士"),
            leave=leaving.end_terms,
            erase=leaving.erase_own_rows,
            summary=_("代表人士任期和所有职务立即结束，公开的姓名撤下。"),
        ),
        PersonRows(_("职务"), leave=leaving.end_posts),
    ],
    own_data_order=10,
    own_data=[
        TableDescription("members.Person", created_field="registered_on"),
        TableDescription("members.Application", hidden={"step"}, created_field="created_at"),
        TableDescription("members.Representative", created_field="starts"),
        TableDescription("members.Assessment", show={"findings": findings_text}, created_field="assessed_on"),
    ],
    audit_verbs={
        "person.read": _("查看完整个人信息"),
        "person.seen": _("查看个人资料页"),
        "person.created": _("登记人士"),
        "person.updated": _("修改个人信息"),
        "person.confirmed": _("本人确认登记"),
        "person.left": _("退出名册"),
        "person.erased": _("删除个人信息"),
        "data.exported": _("导出个人信息副本"),
        "application.started": _("开始填写入册申请"),
        "application.submitted": _("提交入册申请"),
        "application.read": _("查看入册申请"),
        "application.returned": _("退回入册申请"),
        "application.first_reviewed": _("初审入册申请"),
        "application.approved": _("通过入册申请"),
        "application.declined": _("不通过入册申请"),
        "application.withdrawn": _("撤回入册申请"),
        "representative.nominated": _("提名代表人士"),
        "representative.first_reviewed": _("初审代表人士"),
        "representative.named": _("确定代表人士"),
        "representative.declined": _("不确定为代表人士"),
        "representative.ended": _("代表人士任期结束"),
    },
)
