"""Persons, applications, representatives, assessments and categories on the staff site."""

from django.contrib import admin, messages
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengyang.extensions import DetailRow, Section, todo_kind
from chengyang.lib.chinese import dates
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.staff.admin import Button, ScopedAdmin
from chengyang.platform.staff.assessment_admin import AssessmentAdmin as StandardAssessmentAdmin
from chengyang.platform.staff.bulk_verbs import PERSON, of_button
from chengyang.platform.staff.choices import limited
from chengyang.platform.staff.filters import period_filter
from chengyang.platform.staff.forms import with_new_reason

from . import actions, permissions
from .detail_rows import application_rows, person_head, person_rows
from .export_columns import SKILLS, WISHES, about_person, phone_column
from .filters import MemberOf
from .forms import NewPersonForm, PersonForm, RecordForm
from .models import Application, Assessment, Category, Person, Representative, UnconfirmedPerson
from .personal_data.access_log import accesses
from .states import PersonState, RepresentativeState

APPLICATION_TODOS = {
    "submitted": "application-first",
    "first_reviewed": "application-second",
    "decline_proposed": "application-decline",
    "objected": "application-objection",
}
READING_DAYS = 30  # of 谁看过, as on /me/
NAME_HELP = gettext_lazy("姓名、拼音、首字母、工作单位或手机尾号四位")


class RecordsOpening:
    """Admin mixin that records in the audit when an officer opens the page of a row about a person (requirements P10)."""

    def record_opening(self, request, row):
        actions.record_opening(row, actor=request.user)


@admin.register(Person)
class PersonAdmin(RecordsOpening, ScopedAdmin):
    section, order = Section.PEOPLE, 10
    concerns = staticmethod(lambda person: person)
    is_changed_by_actions = True
    messages_to = "people"
    list_display = ("name", "masked_phone", "category", "subdistrict", "unit", "registered_on")
    list_filter = (
        "category",
        "subdistrict",
        MemberOf,
        period_filter("registered_on", gettext_lazy("入册"), is_moment=False),
    )
    export_more = (phone_column(code="masked_phone"), "job", SKILLS, WISHES)
    export_people = ("",)
    list_select_related = ("category", "subdistrict")
    search_fields = ("name",)
    search_help_text = NAME_HELP
    fields = Person.EDITABLE_FIELDS
    form = PersonForm
    free_choices = ("subdistrict",)  # somebody on the register may move to another subdistrict
    may_edit = staticmethod(permissions.can_correct_person)
    buttons = (
        Button(
            "leave",
            gettext_lazy("代办退出"),
            actions.leave_registry,
            lambda user, person: (
                person.state == PersonState.ACTIVE and not person.user_id and permissions.can_leave(user, person)
            ),
            confirm=gettext_lazy("本人当面提出退出？名册、组织和职务立即结束，30 天后删除。"),
            done=gettext_lazy("已退出。"),
        ),
    )

    def is_for(self, scope):
        return scope.staff or bool(scope.managed("organization") or scope.managed("team"))

    def get_queryset(self, request):
        rows = Person.objects.within(access_scope(request.user))
        return rows.order_by(*self.get_ordering(request) or ("name_key", "pk"))

    def get_form(self, request, obj=None, change=False, **options):
        return super().get_form(request, obj, change, **options) if change else limited(NewPersonForm, request.user)

    def get_fieldsets(self, request, obj=None):
        return [(None, {"fields": self.fields if obj else ("phone", *self.fields)})]

    @admin.display(description=gettext_lazy("手机"))
    def masked_phone(self, person):
        return _("尾号 %(digits)s") % {"digits": person.phone_last4} if person.phone_last4 else "—"

    def detail_rows(self, person, user):
        return person_rows(person, user)

    def head(self, person, user):
        return person_head(person, user)

    def reads_former(self, user, person):
        """A secretary or a leader reads what a person is, and not what they were."""
        return access_scope(user).covers(person.subdistrict_id)

    def account_of(self, person):
        return person.user

    def accesses(self, person, most):
        return accesses(person.user, person=person, days=READING_DAYS, most=most, for_officers=True)

    def create(self, form, *, actor):
        data = dict(form.cleaned_data)
        return actions.enter_person(data, phone=data.pop("phone"), actor=actor)

    def edit(self, person, form, *, actor):
        return actions.correct_person(person, form.cleaned_data, actor=actor)

    def response_add(self, request, obj, post_url_continue=None):
        messages.success(
            request, _("已发短信请 %(name)s 本人确认，确认以后才出现在名册里。") % {"name": request.saved_row}
        )
        return HttpResponseRedirect(reverse("admin:members_unconfirmedperson_changelist"))


@admin.register(UnconfirmedPerson)
class UnconfirmedPersonAdmin(ScopedAdmin):
    """待本人确认的登记: resend the message, correct the record, or end it (domain.md rule 1)."""

    section, order = Section.PEOPLE, 15
    concerns = staticmethod(lambda person: person)
    list_display = ("name", "masked_phone", "subdistrict", "unit", "confirm_by")
    export_more = (phone_column(code="masked_phone"), "category", "job")
    export_people = ("",)
    list_select_related = ("category", "subdistrict")
    search_help_text = NAME_HELP
    fields = ("phone", *Person.EDITABLE_FIELDS)
    form = RecordForm
    masked_phone = PersonAdmin.masked_phone
    may_edit = staticmethod(permissions.can_edit_record)
    buttons = (
        Button(
            "resend",
            gettext_lazy("再发一次短信"),
            actions.resend_confirmation,
            permissions.can_edit_record,
            done=gettext_lazy("已再发一次短信，请本人确认。"),
        ),
        Button(
            "cancel",
            gettext_lazy("作废"),
            actions.cancel_record,
            permissions.can_edit_record,
            confirm=gettext_lazy("作废这份登记？立即删除，找不回来。"),
            done=gettext_lazy("已作废。"),
        ),
    )
    bulk_verbs = (
        of_button(buttons[0], gettext_lazy("再发短信提醒确认"), unit=PERSON),
        of_button(buttons[1], unit=PERSON),
    )

    def get_queryset(self, request):
        rows = UnconfirmedPerson.objects.unconfirmed_within(access_scope(request.user))
        return rows.order_by(*self.get_ordering(request) or ("confirm_by", "pk"))

    def get_fieldsets(self, request, obj=None):
        return [(None, {"fields": self.fields})]

    def detail_rows(self, person, user):
        sent = [DetailRow(_("录入"), person.entered_by or "—"), DetailRow(_("须确认"), dates.day(person.confirm_by))]
        return [*person_rows(person, user)[:-2], *sent]

    def edit(self, person, form, *, actor):
        data = dict(form.cleaned_data)
        return actions.edit_record(person, data, phone=data.pop("phone"), actor=actor)


@admin.register(Application)
class ApplicationAdmin(RecordsOpening, ScopedAdmin):
    section, order = Section.PEOPLE, 20
    concerns = staticmethod(lambda application: application.user)
    list_display = ("name", "category", "subdistrict", "state", "submitted_at", "due_on")
    list_filter = ("state", "category", "subdistrict", period_filter("submitted_at", gettext_lazy("提交")))
    export_more = ("unit", "job", SKILLS, WISHES)
    export_people = ("user",)
    list_select_related = ("category", "subdistrict", "user")
    search_help_text = NAME_HELP
    template = "members/_application_staff.html"
    ordering = ("due_on", "pk")

    def get_queryset(self, request):
        return Application.objects.within(access_scope(request.user)).order_by(*self.ordering)

    def account_of(self, application):
        return application.user

    def detail_rows(self, application, user):
        return [self._state(application), *application_rows(application, user)]

    def _state(self, application):
        """Return the row with the state, linked to the decision page while the application waits for a review."""
        code = APPLICATION_TODOS.get(application.state)
        url = todo_kind(code).url(application) if code else ""
        return DetailRow(_("状态"), application.get_state_display(), url=url)


@admin.register(Representative)
class RepresentativeAdmin(RecordsOpening, ScopedAdmin):
    section, order = Section.PEOPLE, 30
    concerns = staticmethod(lambda representative: representative.person)
    messages_to = "people"
    list_display = ("person", "state", "starts", "ends", "due_on")
    export_more = about_person("person")
    export_people = ("person",)
    list_filter = (
        "state",
        ("person__subdistrict", admin.RelatedFieldListFilter),
        period_filter("ends", gettext_lazy("任期结束"), is_moment=False),
    )
    list_select_related = ("person__subdistrict",)
    search_help_text = NAME_HELP
    autocomplete_fields = ("person",)
    may_edit = staticmethod(
        lambda user, row: row.state == RepresentativeState.NAMED and permissions.can_end_term(user, row)
    )
    buttons = (
        Button(
            "end",
            gettext_lazy("提前结束任期"),
            actions.end_term_early,
            lambda user, row: row.state == RepresentativeState.NAMED and permissions.can_end_term(user, row),
            needs_reason=True,
            confirm=gettext_lazy("从今天起不再是代表人士？本人会收到通知和理由。"),
            done=gettext_lazy("任期已结束，本人会收到通知。"),
        ),
    )

    def get_fieldsets(self, request, obj=None):
        return [(None, {"fields": ("starts", "ends", "reason") if obj else ("person", "starts", "ends")})]

    def get_form(self, request, obj=None, change=False, **options):
        form = super().get_form(request, obj, change, **options)
        return with_new_reason(form) if obj else form

    def edit(self, row, form, *, actor):
        return actions.correct_term(row, actor=actor, **form.cleaned_data)

    def get_queryset(self, request):
        rows = Representative.objects.filter(
            person__in=Person.objects.of_staff(access_scope(request.user)).values("pk")
        )
        return rows.order_by(*self.get_ordering(request) or ("-starts", "person__name_key", "pk"))

    def message_rows(self, rows):
        return rows.filter(state=RepresentativeState.NAMED)

    def detail_rows(self, representative, user):
        return [
            DetailRow(_("人士"), representative.person),
            DetailRow(_("状态"), representative.get_state_display()),
            DetailRow(_("任期"), dates.days(representative.starts, representative.ends)),
            DetailRow(_("“四有”"), representative.assessment or _("未评定")),
            DetailRow(_("公开"), _("本人已同意") if representative.is_public else _("不公开")),
            DetailRow(_("理由"), representative.reason),
        ]

    def create(self, form, *, actor):
        data = form.cleaned_data
        return actions.nominate_representative(data["person"], starts=data["starts"], ends=data["ends"], actor=actor)


@admin.register(Assessment)
class AssessmentAdmin(RecordsOpening, StandardAssessmentAdmin):
    section, order = Section.PEOPLE, 40
    concerns = staticmethod(lambda assessment: assessment.person)
    export_more = (*about_person("person"), "note")
    export_people = ("person",)
    search_help_text = NAME_HELP
    autocomplete_fields = ("person",)

    def get_queryset(self, request):
        rows = Assessment.objects.filter(person__in=Person.objects.of_staff(access_scope(request.user)).values("pk"))
        return rows.order_by(*self.get_ordering(request) or ("-assessed_on", "-pk"))


@admin.register(Category)
class CategoryAdmin(ScopedAdmin):
    section, order = Section.PEOPLE, 90
    list_display = ("name", "hint", "order")
    may_edit = staticmethod(permissions.can_edit_categories)

    def is_for(self, scope):
        return scope.district

    def get_fieldsets(self, request, obj=None):
        return [(None, {"fields": Category.EDITABLE_FIELDS if obj else ("code", *Category.EDITABLE_FIELDS)})]

    def has_add_permission(self, request):
        return permissions.can_edit_categories(request.user, None)

    def create(self, form, *, actor):
        return actions.add_category(form.cleaned_data, actor=actor)

    def edit(self, category, form, *, actor):
        return actions.edit_category(category, form.cleaned_data, actor=actor)
