"""Entries of the members app in the extension slots, which `chengyang.extensions` describes."""

from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.extensions import (
    AccountRows,
    DeadlineRows,
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
from chengyang.lib.chinese import dates
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.privacy import actions as privacy
from chengyang.platform.web import content
from chengyang.platform.web.panels import each_reader

from . import papers, personal_data, record_tabs, todos
from .actions import accounts, consents, leaving
from .imports import PersonImport
from .metrics import METRICS
from .models import Application, Assessment, Correction, Person, Representative
from .own_rows import own_applications, own_person
from .personal_data.descriptions import findings_text
from .states import (
    APPLICATION_OPEN,
    APPLICATION_WITH_APPLICANT,
    REPRESENTATIVE_REVIEWED,
    ApplicationState,
    CorrectionState,
    PersonState,
)

ACCESS_LOG_DAYS = 30  # days of 谁看过 (accesses by officers) shown on /me/


# ---- the staff site --------------------------------------------------------------------------------------------------
def _find_people(user, text):
    rows = Person.objects.within(access_scope(user)).search(text).select_related("subdistrict", "category")
    return rows.ranked(text)


def _find_applications(user, text):
    rows = Application.objects.within(access_scope(user)).filter(state__in=APPLICATION_OPEN).search(text)
    return rows.select_related("subdistrict", "user").ranked(text)


def _describe_person(person):
    return person.staff_label, str(person.category)


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
    own = own_applications(request)
    to_complete = next((row for row in own if row.state in APPLICATION_WITH_APPLICANT), None)
    people = Person.objects.visible_to(request.user)
    to_confirm = people.filter(state=PersonState.UNCONFIRMED).select_related("subdistrict").first()
    found = {"application": to_complete, "to_confirm": to_confirm, "new_rules": privacy.to_confirm(request.user)}
    return found if any(found.values()) else None


def _registration(request, subject):
    """Return the context of the panel about registration on /me/, None if it is not shown.

    `application` is the one under review, or None: then the panel invites the person to register, or to return (`left`), and
    names the declined application, to which they may object.
    """
    unfinished = [row for row in own_applications(request) if row.state in APPLICATION_OPEN]
    under_review = next((row for row in unfinished if row.state not in APPLICATION_WITH_APPLICANT), None)
    if under_review:
        return {"application": under_review}
    person = own_person(request)
    if (person and person.is_active) or unfinished:
        return None
    declined = [row for row in own_applications(request) if row.state == ApplicationState.DECLINED]
    declined = max(declined, key=lambda row: row.decided_at, default=None)
    return {"application": None, "left": person, "declined": declined, "today": clock.today()}


def _mine(request, subject):
    return {
        "accesses": personal_data.accesses(request.user, person=own_person(request), days=ACCESS_LOG_DAYS, most=5),
        "today": clock.today(),
    }


def _number_of_person(request, subject):
    """Return the person whose messages go to another number than the account signs in with, None without one."""
    person = own_person(request)
    return (
        {"person": person}
        if person and person.is_active and person.phone and person.phone != request.user.phone
        else None
    )


def _pages():
    yield PublicPage(reverse("members:join"))


extend(
    "members",
    public_pages=[_pages],
    todos=[
        todos.FirstReview(),
        todos.SecondReview(),
        todos.ConfirmDecline(),
        todos.DecideObjection(),
        todos.DecideCorrection(),
        todos.FirstReviewOfRepresentative(),
        todos.SecondReviewOfRepresentative(),
        todos.ConfirmDeclineOfRepresentative(),
        todos.FourHaves(Assessment, Section.PEOPLE, _("“四有”评定")),
    ],
    imports=[PersonImport()],
    search=[
        SearchSource(
            _("人士"),
            _find_people,
            _describe_person,
            lambda person: person.get_absolute_url(),
            "members_person",
            concerns=lambda person: person,
        ),
        SearchSource(
            _("入册申请"),
            _find_applications,
            lambda row: (row.name, f"{row.subdistrict.short_name}，{row.get_state_display()}"),
            lambda row: reverse("admin:members_application_change", args=[row.pk]),
            "members_application",
            concerns=lambda row: row.user,
        ),
    ],
    upcoming=[_terms_ending],
    papers=papers.PAPERS,
    record_tabs=record_tabs.TABS,
    record_verbs=record_tabs.VERBS,
    panels=[
        Panel("me.tasks", "members/_tasks.html", _tasks, order=20, shared_by=each_reader),
        Panel("me.home", "members/_registration.html", _registration, order=5, shared_by=each_reader),
        Panel("accounts.phone_changed", "members/_phone_changed.html", _number_of_person),
        Panel("me.mine", "members/_mine.html", _mine, order=10),
    ],
    menu=[MenuEntry("members:join", _("三步加入"), order=10, place="services")],
    metrics=METRICS,
    schedule={"members": PeriodicTask("members.run_periodic", 3600.0)},
    assessments=[Assessment],
    file_access={
        "members.Assessment": Assessment.objects.public_ids_visible_to,
        "members.Correction": Correction.objects.public_ids_visible_to,
    },
    on_withdrawal={"registration": leaving.stop_registration, "publication": consents.stop_publication},
    person_rows=[
        PersonRows(
            _("人士"),
            leave=leaving.end_terms,
            erase=leaving.erase_own_rows,
            summary=_("代表人士任期和所有职务立即结束，公开的姓名撤下。"),
        ),
        PersonRows(_("职务"), leave=leaving.end_posts, erase=leaving.erase_reasons_of_posts),
    ],
    account_rows=[
        AccountRows(
            _("人士"),
            move_number=accounts.move_number,
            close=accounts.close,
            in_use=accounts.in_use,
            summary=_("在册的，同时退出名册，所有同意一并撤回；相关信息 30 天后删除，账号注销了就找不回来。"),
        )
    ],
    own_data_order=10,
    own_data=[
        TableDescription(
            "members.Person",
            # Before its person confirms it, a record that staff made has no day of registration.
            show={"registered_on": lambda row: "" if row.confirm_by else dates.full_day(row.registered_on)},
            created_field="registered_on",
        ),
        TableDescription(
            "members.Application",
            hidden={"step"},
            technical={"saved_at", "acted_at"},
            row_title=lambda row: f"{row.name or row}，{row.get_state_display()}",
            created_field="created_at",
        ),
        TableDescription(
            "members.Correction",
            show={"old": lambda row: row.old_text, "new": lambda row: row.new_text},
            created_field="asked_at",
        ),
        TableDescription(
            "members.Representative", row_title=lambda row: dates.days(row.starts, row.ends), created_field="starts"
        ),
        TableDescription("members.Assessment", show={"findings": findings_text}, created_field="assessed_on"),
    ],
    deadlines=[
        DeadlineRows(lambda: Application.objects.filter(state__in=APPLICATION_OPEN)),
        DeadlineRows(
            lambda: Representative.objects.filter(state__in=REPRESENTATIVE_REVIEWED),
        ),
        DeadlineRows(lambda: Correction.objects.filter(state=CorrectionState.WAITING)),
    ],
    notice_kinds={"members": _("入册和资料")},
    content={
        **dict.fromkeys(
            (
                "person.read",
                "person.seen",
                "data.exported",
                "alike.read",
                "application.read",
            ),
            content.nothing,
        ),
        **dict.fromkeys(
            (
                "person.created",
                "person.asked_again",
                "correction.asked",
                "correction.refused",
                "correction.withdrawn",
                "application.started",
                "application.submitted",
                "application.returned",
                "application.first_reviewed",
                "application.decline_proposed",
                "application.declined",
                "application.resumed",
                "application.taken_back",
                "application.objected",
                "application.objection_accepted",
                "application.withdrawn",
                "application.review_undone",
                "representative.nominated",
                "representative.first_reviewed",
                "representative.declined",
            ),
            content.unpublished,
        ),
    },
    audit_verbs={
        "person.read": _("查看完整个人信息"),
        "person.seen": _("查看个人资料页"),
        "person.created": _("登记人士"),
        "person.updated": _("修改个人信息"),
        "person.asked_again": _("再次请本人确认"),
        "person.confirmed": _("本人确认登记"),
        "person.left": _("退出名册"),
        "person.returned": _("回到名册"),
        "person.erased": _("删除个人信息"),
        "correction.asked": _("申请更正"),
        "correction.accepted": _("同意更正"),
        "correction.refused": _("不同意更正"),
        "correction.withdrawn": _("撤回更正申请"),
        "correction.decision_undone": _("撤销更正决定"),
        "data.exported": _("导出个人信息副本"),
        "application.started": _("开始填写入册申请"),
        "application.submitted": _("提交入册申请"),
        "alike.read": _("比对同名同号的人"),
        "application.read": _("查看入册申请"),
        "application.returned": _("退回入册申请"),
        "application.first_reviewed": _("初审入册申请"),
        "application.approved": _("通过入册申请"),
        "application.decline_proposed": _("提出不通过入册申请"),
        "application.declined": _("不通过入册申请"),
        "application.resumed": _("接着审入册申请"),
        "application.taken_back": _("收回入册申请修改"),
        "application.objected": _("对不通过申请复核"),
        "application.objection_accepted": _("复核后重新审核"),
        "application.withdrawn": _("撤回入册申请"),
        "application.review_undone": _("撤销入册审核"),
        "representative.nominated": _("提名代表人士"),
        "representative.first_reviewed": _("初审代表人士"),
        "representative.named": _("确定代表人士"),
        "representative.decline_proposed": _("提出不确定为代表人士"),
        "representative.resumed": _("接着评定代表人士"),
        "representative.declined": _("不确定为代表人士"),
        "representative.review_undone": _("撤销代表人士评定"),
        "representative.ended": _("代表人士任期结束"),
        "representative.corrected": _("更正代表人士任期"),
    },
)
