"""The privacy rules on the staff site: published versions, drafts, and the to-do of the second officer."""

from typing import Any

from django.contrib import admin
from django.db.models import DateField, QuerySet, TextField, Value
from django.db.models.functions import Cast
from django.forms import Textarea
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengyang.extensions import DecisionOption, DetailRow, HistoryEntry, Section, TodoKind
from chengyang.lib.chinese import dates
from chengyang.platform.privacy.models import Consent, PolicyVersion
from chengyang.platform.privacy.rules import changes, parts

from . import permissions, rules_actions
from .admin import Button, ScopedAdmin
from .models import RulesDraft, RulesDraftState


def draft_rows(draft: RulesDraft) -> list[DetailRow]:
    """Return the rows about a draft: what differs from the version it was written from, who is asked again, the whole text."""
    former = draft.based_on.text if draft.based_on else ""
    asked = Consent.objects.latest().filter(given=True).values("user").distinct().count()
    again = _("%(n)s 人同意过以前的规则，发布后下次登录要再答一次") % {"n": f"{asked:,}"}
    return [
        DetailRow(_("状态"), draft.get_state_display(), draft.reason),
        DetailRow(_("改自"), draft.based_on or _("还没有发布过")),
        DetailRow(_("改了什么"), former, template="staff/_rules_changes.html", data=changes(former, draft.text)),
        DetailRow(_("影响"), again, live=True),
        DetailRow(_("全文"), draft.text, template="staff/_rules_text.html", data=parts(draft.text)),
    ]


class CheckRules(TodoKind):
    """A draft of the privacy rules that waits for a second officer of the district."""

    code, label, section, model = "privacy-rules", gettext_lazy("规则复核"), Section.CONTENT, RulesDraft
    related = ("proposed_by", "based_on")

    def waiting(self, user: Any) -> QuerySet:
        rows = RulesDraft.objects.visible_to(user).filter(state=RulesDraftState.WAITING).exclude(proposed_by=user)
        return rows.annotate(due_on=Cast(Value(None), DateField()))

    def awaited_by(self, user: Any) -> QuerySet:
        return RulesDraft.objects.visible_to(user).filter(proposed_by=user, state=RulesDraftState.WAITING)

    def is_open(self, row: RulesDraft) -> bool:
        return row.state == RulesDraftState.WAITING

    def detail(self, row: RulesDraft) -> str:
        return _("%(who)s拟稿") % {"who": row.proposed_by}

    def since(self, row: RulesDraft) -> Any:
        return row.proposed_at

    def detail_rows(self, row: RulesDraft, user: Any) -> list[DetailRow]:
        return draft_rows(row)

    def history(self, row: RulesDraft) -> list[HistoryEntry]:
        steps = [HistoryEntry(_("拟稿"), row.proposed_at, row.proposed_by)]
        if row.decided_at:
            steps.insert(0, HistoryEntry(row.get_state_display(), row.decided_at, row.decided_by or "", row.reason))
        return steps

    def options(self, row: RulesDraft, user: Any) -> list[DecisionOption]:
        if row.state != RulesDraftState.WAITING or not permissions.can_decide_draft(user, row):
            return []
        return [
            DecisionOption("publish", _("发布，人人可见"), done=_("已发布，同意过旧规则的人会再看一遍。")),
            DecisionOption("return", _("退回修改"), needs_reason=True, done=_("已退回，拟稿人会收到通知。")),
        ]

    def decide(self, row: RulesDraft, option: str, reason: str, *, actor: Any) -> Any:
        if option == "publish":
            return rules_actions.publish_draft(row, actor=actor)
        return rules_actions.return_draft(row, reason=reason, actor=actor)


@admin.register(PolicyVersion)
class PolicyAdmin(ScopedAdmin):
    """The published versions; a new one begins as a draft."""

    section, order = Section.CONTENT, 30
    list_display = ("version", "published_at")
    search_fields = ("text",)

    def is_for(self, scope: Any) -> bool:
        return scope.district

    def detail_rows(self, policy: PolicyVersion, user: Any) -> list[DetailRow]:
        return [
            DetailRow(_("版本"), policy.version, url=policy.get_absolute_url()),
            DetailRow(_("发布"), dates.stamp(policy.published_at)),
            DetailRow(_("正文"), policy.text, template="staff/_rules_text.html", data=parts(policy.text)),
        ]


def _may_revise(user: Any, draft: RulesDraft) -> bool:
    return draft.state == RulesDraftState.WAITING and permissions.can_revise_draft(user, draft)


@admin.register(RulesDraft)
class RulesDraftAdmin(ScopedAdmin):
    """The drafts of the rules: proposed, revised and withdrawn by their author."""

    section, order = Section.CONTENT, 29
    list_display = ("__str__", "state", "proposed_by", "proposed_at", "decided_by")
    list_filter = ("state",)
    list_select_related = ("based_on", "proposed_by", "decided_by")
    fields = ("text",)
    may_create = staticmethod(permissions.can_publish_rules)
    may_edit = staticmethod(_may_revise)
    formfield_overrides = {
        TextField: {
            "widget": Textarea(attrs={"rows": 30}),
            "help_text": gettext_lazy(
                "“## ”开头的行是标题，“- ”开头的是列表。保存后先看改了什么，再由另一位同事复核发布；发布后不能再改。"
            ),
        }
    }
    buttons = (
        Button(
            "withdraw",
            gettext_lazy("撤回草案"),
            rules_actions.withdraw_draft,
            _may_revise,
            confirm=gettext_lazy("撤回这份草案？"),
            done=gettext_lazy("已撤回。"),
        ),
    )

    def is_for(self, scope: Any) -> bool:
        return scope.district

    def get_changeform_initial_data(self, request: Any) -> dict[str, str]:
        current = PolicyVersion.objects.current()
        return {"text": current.text if current else ""}

    def create(self, form: Any, *, actor: Any) -> RulesDraft:
        return rules_actions.propose_rules(form.cleaned_data["text"], actor=actor)

    def edit(self, draft: RulesDraft, form: Any, *, actor: Any) -> RulesDraft:
        return rules_actions.revise_draft(draft, form.cleaned_data["text"], actor=actor)

    def added_message(self, row: RulesDraft) -> str:
        return _("草案已存，还没有发布：请先看下面改了什么，再请另一位同事在“今日待办”里复核。")

    def detail_rows(self, draft: RulesDraft, user: Any) -> list[DetailRow]:
        return [*draft_rows(draft), DetailRow(_("拟稿"), draft.proposed_by, dates.stamp(draft.proposed_at))]
