"""Entries of the bases app in the extension slots, which `chengyang.extensions` describes."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.extensions import (
    CODE_VALUE,
    NUMBER_VALUE,
    AccountRows,
    CachedPage,
    Commitments,
    DeadlineRows,
    MenuEntry,
    OpenItem,
    Panel,
    PeriodicTask,
    PersonRows,
    PictureSet,
    PostType,
    PublicPage,
    SearchSource,
    Section,
    TableDescription,
    UpcomingDate,
    extend,
)
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.staff.assessment_admin import AssessmentTodo
from chengyang.platform.staff.choices import own_rows
from chengyang.platform.staff.links import page_url
from chengyang.platform.web import content
from chengyang.platform.web.fragments import own_per_version, per_version
from chengyang.platform.web.panels import everybody

from . import actions, papers, permissions, record_tabs
from .imports import BasePostImport, HonourImport
from .metrics import METRICS
from .models import Assessment, Base, Evaluation, Honour, Post, RoomBooking, Visit
from .opening_now import next_opening_moment
from .states import BookingState, VisitState
from .todos import AnswerBooking, AnswerVisit, RecordReception


def _expiring(user, first, last):
    """Return “六有” assessments valid on `first` and expiring by `last`, of the bases that `user` manages; at most ten."""
    scope = access_scope(user)
    bases = Base.objects.all() if scope.district else Base.objects.filter(Base.objects.managed_q(scope))
    rows = Assessment.objects.passed_on(first).filter(base__in=bases, expires_on__lte=last).select_related("base")
    return [
        UpcomingDate(row.expires_on, _t("%(base)s“六有”到期") % {"base": row.base}, page_url(row.base))
        for row in rows.order_by("expires_on")[:10]
    ]


def _lapsing(user, first, last):
    """Return honours that lapse from `first` to `last`, of the bases that `user` manages; at most ten."""
    scope = access_scope(user)
    rows = Honour.objects.lapsing(first, last).select_related("base")
    rows = rows if scope.district else rows.filter(Base.objects.managed_q(scope, "base__"))
    return [
        UpcomingDate(row.valid_until, _t("%(base)s的荣誉到期") % {"base": row.base}, page_url(row))
        for row in rows.order_by("valid_until", "pk")[:10]
    ]


def _booked(organization, day):
    """Return the rooms that `organization` has booked for `day` or later, without those of its activities."""
    rows = RoomBooking.objects.blocking().filter(organization=organization, activity=None, ends__gt=clock.at(day))
    return [
        OpenItem(_t("%(room)s的预订") % {"room": row.room.name}, on=timezone.localdate(row.starts), url=page_url(row))
        for row in rows.select_related("room").order_by("starts", "pk")[:50]
    ]


def _latest_assessments(bases):
    """Return the latest “六有” assessment that is valid today for each of `bases`, by base id."""
    passed = Assessment.objects.passed_on(clock.today()).filter(base__in=bases).order_by("assessed_on", "pk")
    return {assessment.base_id: assessment for assessment in passed}


def _home(request, subject):
    return per_version("bases.home", _best_known)


def _best_known():
    """Return the three bases with the most honours and how many there are, for the home page."""
    rows = Base.objects.published().select_related("subdistrict").prefetch_related("honours")
    shown = sorted(rows, key=lambda base: (-len(base.honours.all()), base.pk))[:3]
    latest = _latest_assessments(shown)
    return {"cards": [(base, latest.get(base.pk)) for base in shown], "total": len(rows)}


def _mine(request, subject):
    own = Post.objects.visible_to(request.user).own(request.user).select_related("base").order_by("starts", "pk")
    posts = own_per_version(request.user, "bases.posts", lambda: list(own[:6]))
    return {"posts": posts} if posts else None


def _my_visits(request, subject):
    own = Visit.objects.visible_to(request.user).own(request.user).filter(ends__gt=clock.now()).select_related("base")
    visits = own_per_version(request.user, "bases.visits", lambda: list(own.order_by("starts", "pk")[:3]))
    return {"visits": visits} if visits else None


def _pages():
    yield PublicPage(reverse("bases:list"))
    yield from (PublicPage(row.get_absolute_url()) for row in Base.objects.published())


extend(
    "bases",
    public_pages=[_pages],
    commitments=[Commitments(_("场地预订"), _booked)],
    todos=[
        AssessmentTodo(Assessment, Section.BASES, _("“六有”评定")),
        AssessmentTodo(Evaluation, Section.BASES, _("基地年度评价")),
        AnswerBooking(),
        AnswerVisit(),
        RecordReception(),
    ],
    imports=[HonourImport(), BasePostImport()],
    search=[
        SearchSource(
            _("基地"),
            lambda user, text: own_rows(Base.objects.visible_to(user), user).filter(name__icontains=text),
            lambda base: (base.name, base.get_level_display()),
            lambda base: reverse("admin:bases_base_change", args=[base.pk]),
            "bases_base",
        )
    ],
    upcoming=[_expiring, _lapsing],
    papers=papers.PAPERS,
    record_tabs=record_tabs.TABS,
    record_verbs=record_tabs.VERBS,
    panels=[
        Panel("home.main", "bases/_home.html", _home, order=20, shared_by=everybody),
        Panel("me.side", "bases/_mine.html", _mine, order=30),
        Panel("me.home", "bases/_my_visits.html", _my_visits, order=45),
    ],
    menu=[
        MenuEntry("bases:list", _("基地"), order=30, where="wide"),
        MenuEntry("bases:list", _("实践创新基地"), order=20, place="visit"),
    ],
    metrics=METRICS,
    posts=[PostType(Post, Post.Kind.MANAGER)],
    assessments=[Assessment],
    evaluations=[Evaluation],
    file_access={
        "bases.Assessment": Assessment.objects.public_ids_visible_to,
        "bases.Evaluation": Evaluation.objects.public_ids_of_staff,
        "bases.Honour": Honour.objects.public_ids_of_managers,
    },
    pictures=[
        PictureSet(
            Base,
            _("照片"),
            12,
            600,
            permissions.can_edit_base,
            lambda user: Base.objects.visible_to(user).values("public_id"),
            _("让没来过的人认得门、知道里面什么样：外景、入口、主要场地。尽量不拍到认得出的人。"),
        )
    ],
    own_data_order=30,
    cached_pages=[
        CachedPage("bases:list", {"page": NUMBER_VALUE, "level": CODE_VALUE, "subdistrict": CODE_VALUE, "open": "1"}),
        CachedPage("bases:detail"),
    ],
    content_moments=[next_opening_moment],
    notice_kinds={"bases": _("基地和场地")},
    schedule={"bases": PeriodicTask("bases.run_periodic", 300.0)},
    deadlines=[
        DeadlineRows(
            lambda: RoomBooking.objects.filter(state=BookingState.PREBOOKED), latest=lambda booking: booking.day
        ),
        DeadlineRows(lambda: Visit.objects.filter(state=VisitState.REQUESTED), latest=lambda visit: visit.day),
    ],
    person_rows=[
        PersonRows(
            _("观摩预约"),
            leave=actions.cancel_visits_of,
            erase=actions.erase_visits_of,
            summary=_("还没去的观摩预约撤回；30 天后只留单位、人数和日期。"),
        )
    ],
    account_rows=[
        AccountRows(
            _("观摩预约"),
            close=actions.close_visits_of,
            in_use=actions.accounts_in_use,
            summary=_("还没去的观摩预约撤回；联系人和手机删去，只留单位、人数和日期。"),
        )
    ],
    own_data=[
        TableDescription(
            "bases.Visit",
            hidden={"due_on", "kept_until", "decided_at", "received_at", "feedback_at", "erased_at"},
            row_title=lambda row: row.base,
            created_field="at",
        )
    ],
    # What happens to bookings and visits is on no page that is kept.
    content={"visit.read": content.nothing}
    | dict.fromkeys(
        (
            "visit.requested",
            "visit.confirmed",
            "visit.proposed",
            "visit.declined",
            "visit.decision_undone",
            "visit.planned",
            "visit.accepted",
            "visit.cancelled",
            "visit.people_changed",
            "visit.rated",
            "visit.received",
            "visit.missed",
            "visit.lapsed",
            "visit.erased",
            "booking.made",
            "booking.edited",
            "booking.confirmed",
            "booking.declined",
            "booking.decision_undone",
            "booking.cancelled",
            "booking.expired",
            "booking.closure_added",
        ),
        content.unpublished,
    ),
    audit_verbs={
        "base.created": _("建立基地"),
        "base.renamed": _("基地改名"),
        "base.moved": _("基地调整级别或街道"),
        "base.published": _("公开基地"),
        "base.hidden": _("不再公开基地"),
        "base.readdressed": _("更换基地网址"),
        "base.updated": _("修改基地"),
        "base.opened": _("基地启用"),
        "base.closed": _("基地停用"),
        "honour.added": _("登记荣誉"),
        "honour.corrected": _("更正荣誉"),
        "honour.removed": _("删除误登的荣誉"),
        "opening_exception.added": _("登记开放例外"),
        "opening_exception.edited": _("修改开放例外"),
        "opening_exception.removed": _("撤销开放例外"),
        "room.added": _("添加场地"),
        "room.edited": _("修改场地"),
        "room.closed": _("场地停止使用"),
        "room.reopened": _("场地恢复使用"),
        "booking.made": _("预订场地"),
        "booking.edited": _("修改场地预订"),
        "booking.confirmed": _("确认场地预订"),
        "booking.declined": _("不同意场地预订"),
        "booking.decision_undone": _("撤销场地预订的答复"),
        "booking.cancelled": _("取消场地预订"),
        "booking.expired": _("场地预订没有答复"),
        "booking.closure_added": _("场地停用一段时间"),
        "visit.read": _("查看观摩预约"),
        "visit.requested": _("预约观摩"),
        "visit.confirmed": _("确认观摩"),
        "visit.proposed": _("建议观摩换时间"),
        "visit.declined": _("不接待观摩"),
        "visit.decision_undone": _("撤销观摩的答复"),
        "visit.planned": _("安排观摩"),
        "visit.accepted": _("接受建议的时间"),
        "visit.cancelled": _("取消观摩"),
        "visit.people_changed": _("改观摩人数"),
        "visit.rated": _("评价观摩"),
        "visit.received": _("登记接待"),
        "visit.missed": _("登记没有来"),
        "visit.lapsed": _("观摩预约过期"),
        "visit.erased": _("删除观摩来宾的个人信息"),
        "travel.added": _("登记基地之间的路程"),
        "travel.edited": _("修改基地之间的路程"),
    },
)
