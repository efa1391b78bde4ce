"""To-do kinds of proposals: to review and forward, late ones, to clean, to check, and promises that are due."""

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.extensions import DecisionOption, DetailRow
from chengyang.lib.chinese import dates
from chengyang.platform.staff.links import page_url
from chengyang.platform.web.forms import DateField
from chengyang.platform.web.lookups import any_of
from chengyang.platform.workdays import deadlines

from ..models import Department, Openness, Promise, PromiseState, Proposal, ProposalEdition, Referral
from ..models.referrals import MOST_EXTRA_DAYS, PROMISE_LENGTH
from ..states import PROPOSAL_WITH_OFFICE, EditionState, ProposalState, ReferralState
from . import actions, permissions, similar
from .actions.upkeep import REMIND_BEFORE
from .correction_todos import LateCorrection
from .todo_parts import AboutProposal, day_of, file_rows, of_others, public_page_rows, text_rows

PROMISE = "promise_"  # first part of the name of the field with the public words of a promise, before its public id


def _alike(row, user):
    """Return what `row` may be merged into, found once for a page: its rows and its choice are the same ones."""
    if "alike" not in vars(row):
        row.alike = similar.to_merge_into(row, user)
    return row.alike


class ReviewProposal(AboutProposal):
    """A proposal on which the office decides, or which it forwards."""

    code, label, model = "proposal", _("建言"), Proposal
    related = ("author",)
    undoes = ("accept", "return", "decline", "merge")
    quick_reasons = (
        _("请写清是哪里、什么时候、多少人。"),
        _("请一条一条写建议，每条能答“行”或“不行”。"),
        _("这件事不归本区的单位管。"),
    )

    def waiting(self, user):
        rows = Proposal.objects.visible_to(user).filter(state__in=PROPOSAL_WITH_OFFICE)
        return of_others(rows, user)

    def viewable_by(self, user):
        return of_others(Proposal.objects.visible_to(user), user)

    def is_open(self, row):
        return row.state in PROPOSAL_WITH_OFFICE

    def detail(self, row):
        return f"{row.number}　{row.get_state_display()}"

    def since(self, row):
        return row.submitted_at

    def detail_rows(self, row, user):
        names = row.cosigners.signing().count()
        alike = _alike(row, user)
        return [
            *text_rows(row),
            DetailRow(_("附议"), _("%(n)d 人") % {"n": names}, live=True),
            *file_rows(row, user),
            DetailRow(_("时限"), dates.day(row.due_on) if row.due_on else "—"),
            *(
                DetailRow(_("可能相近"), one.row.title, one.row.number, url=page_url(one.row), live=True)
                for one in alike
            ),
        ]

    def options(self, row, user):
        if not permissions.can_review_proposal(user, row):
            return ()
        back = DecisionOption("return", _("退回修改"), needs_reason=True, done=_("已退回，本人会看到怎么改。"))
        decline = DecisionOption("decline", _("不予转办"), needs_reason=True, done=_("已告诉本人理由。"))
        merge = DecisionOption(
            "merge", _("与相近的并在一起办"), asks=("into",), done=_("已并在一起，两位作者都会收到通知。")
        )
        if row.state == ProposalState.REVIEWED:
            done = _("已转办。链接和校验码在建言的页面上。")
            forward = DecisionOption("forward", _("转给单位"), asks=("department", "note"), done=done)
            return [forward, merge, back, decline]
        return [DecisionOption("accept", _("审核通过")), merge, back, decline]

    def fields(self, row, user):
        keys = [one.row.pk for one in _alike(row, user)]
        into = Proposal.objects.visible_to(user).filter(pk__in=keys)
        found = {
            "into": forms.ModelChoiceField(into, label=_("并入"), error_messages={"required": _("请选并入哪一件。")})
        }
        if row.state == ProposalState.REVIEWED:
            departments = Department.objects.visible_to(user).in_use()
            words = {"label": _("转给哪个单位"), "error_messages": {"required": _("请选转给哪个单位。")}}
            found["department"] = forms.ModelChoiceField(departments, **words)
            found["note"] = forms.CharField(label=_("给单位的话"), max_length=500, required=False)
        return found

    def decide(self, row, choice, reason, *, actor, into=None, department=None, note=""):
        if choice == "accept":
            return actions.accept_proposal(row, actor=actor)
        if choice == "return":
            return actions.return_proposal(row, actor=actor, advice=reason)
        if choice == "decline":
            return actions.decline_proposal(row, actor=actor, reason=reason)
        if choice == "merge":
            return actions.merge_proposal(row, actor=actor, into=into)
        return actions.forward_proposal(row, actor=actor, department=department, note=note)

    def undo(self, row, option, *, actor):
        return actions.undo_review(row, actor=actor)


class LateReferral(AboutProposal):
    """A department that has not answered in time: more time by a second officer, or another department."""

    code, label, model = "proposal-late", _("建言到期未答"), Referral
    related = ("proposal", "department")
    locks = ("proposal",)
    quick_reasons = (_("牵涉几个单位，要一起商量。"), _("单位报告正在现场核实。"))

    def proposal_of(self, row):
        return row.proposal

    def waiting(self, user):
        rows = Referral.objects.visible_to(user).filter(state=ReferralState.OPEN, due_on__lte=clock.today())
        return of_others(rows, user, "proposal__")

    def viewable_by(self, user):
        return of_others(Referral.objects.visible_to(user), user, "proposal__")

    def is_open(self, row):
        return row.state == ReferralState.OPEN

    def detail(self, row):
        return str(row.department)

    def since(self, row):
        return row.forwarded_at

    def detail_rows(self, row, user):
        return [
            *text_rows(row.proposal),
            DetailRow(_("承办单位"), row.department),
            DetailRow(_("转办"), dates.stamp(row.forwarded_at), row.forwarded_by or ""),
            DetailRow(_("答复时限"), dates.day(row.due_on)),
        ]

    def options(self, row, user):
        if row.state != ReferralState.OPEN or not permissions.can_handle_referral(user, row):
            return ()
        recall = DecisionOption("recall", _("收回，另转单位"), needs_reason=True, done=_("已收回，在待办里另转。"))
        if not permissions.can_extend_referral(user, row):
            return [recall]
        extend = DecisionOption(
            "extend", _("批准延期"), needs_reason=True, asks=("days",), done=_("已延期，作者会看到理由。")
        )
        return [extend, recall]

    def fields(self, row, user):
        if not permissions.can_extend_referral(user, row):
            return {}
        words = {"label": _("延长几个工作日"), "min_value": 1, "max_value": MOST_EXTRA_DAYS}
        return {"days": forms.IntegerField(**words)}

    def decide(self, row, choice, reason, *, actor, days=None):
        if choice == "extend":
            return actions.extend_referral(row, actor=actor, days=days or 0, reason=reason)
        return actions.recall_referral(row, actor=actor, reason=reason)


class CleanProposal(AboutProposal):
    """An answered proposal whose author agrees to its publication: personal data is taken out."""

    code, label, model = "proposal-clean", _("建言公开"), Proposal
    related = ("author",)

    def waiting(self, user):
        agreed = Proposal.objects.visible_to(user).filter(state__in=("answered", "closed"), author__isnull=False)
        open_ = Q(edition__isnull=True) | Q(edition__state=EditionState.RETURNED)
        # A promise that was hidden, or written down since, is published with the edition only.
        hidden = Promise.objects.filter(is_public=False, referral__proposal__edition__state=EditionState.PUBLISHED)
        open_ |= Q(any_of("pk", hidden, "referral__proposal"))
        return of_others(agreed.exclude(openness=Openness.CLOSED).filter(open_), user)

    def viewable_by(self, user):
        return of_others(Proposal.objects.visible_to(user).filter(state__in=("answered", "closed")), user)

    def is_open(self, row):
        return False

    def due_on(self, row):
        return None

    def since(self, row):
        return row.answered_at

    def detail_rows(self, row, user):
        answer = actions.answer_of(row)
        edition = ProposalEdition.objects.visible_to(user).filter(proposal=row).first()
        why = [DetailRow(_("上次退回的理由"), edition.reason)] if edition and edition.reason else []
        return [
            DetailRow(_("编号"), row.number, url=page_url(row)),
            DetailRow(_("公开"), row.get_openness_display()),
            *public_page_rows(edition),
            *why,
            DetailRow(_("题目"), row.title, asks=("title",)),
            DetailRow(_("现在是什么样"), row.situation, asks=("situation",)),
            DetailRow(_("建议怎么做"), row.wish, asks=("wish",)),
            DetailRow(_("答复"), answer.answer if answer else "", asks=("answer",)),
            *(
                DetailRow(_("答应的事"), one.what, day_of(one, edition), asks=(PROMISE + one.public_id,))
                for one in _promises_of(row, user)
            ),
        ]

    def options(self, row, user):
        if not permissions.can_clean_proposal(user, row):
            return ()
        fields = tuple(edition_fields(row, user))
        return [DecisionOption("clean", _("个人信息去掉了，交另一个人核"), asks=fields, done=_("已交，等另一个人核。"))]

    def fields(self, row, user):
        return edition_fields(row, user)

    def decide(self, row, choice, reason, *, actor, **texts):
        promises = {name.removeprefix(PROMISE): texts.pop(name) for name in [*texts] if name.startswith(PROMISE)}
        return actions.clean_proposal(row, actor=actor, promises=promises, **texts)


def edition_fields(proposal, user):
    """Return the form fields of the public edition of `proposal` and of its promises, filled in with what was written before."""
    edition = ProposalEdition.objects.visible_to(user).filter(proposal=proposal).first()
    answer = actions.answer_of(proposal)
    texts = {name: getattr(edition or proposal, name, "") for name in ("title", "situation", "wish")}
    is_former = edition and answer and answer.corrections.written().filter(corrected_at__gt=edition.cleaned_at).exists()
    texts["answer"] = edition.answer if edition and not is_former else answer.answer if answer else ""
    found = {}
    for name in ProposalEdition.EDITABLE_FIELDS:
        field = ProposalEdition._meta.get_field(name)
        widget = forms.TextInput() if name == "title" else forms.Textarea(attrs={"rows": 5})
        options = {"max_length": field.max_length, "initial": texts[name], "widget": widget}
        found[name] = forms.CharField(label=field.verbose_name, **options)
    for one in _promises_of(proposal, user):
        words = {"label": _("公开时怎么写"), "max_length": PROMISE_LENGTH, "initial": one.shown_what, "required": False}
        found[PROMISE + one.public_id] = forms.CharField(**words)
    return found


def _promises_of(proposal, user):
    return Promise.objects.visible_to(user).filter(referral__proposal=proposal)


class CheckEdition(AboutProposal):
    """A public edition that waits for the second officer."""

    code, label, model = "proposal-check", _("公开稿复核"), ProposalEdition
    related = ("proposal", "department")
    locks = ("proposal",)
    quick_reasons = (_("还能认出是谁，请再改。"), _("答复里还有姓名或电话。"))

    def proposal_of(self, row):
        return row.proposal

    def waiting(self, user):
        rows = ProposalEdition.objects.filter(
            state=EditionState.CLEANED, proposal__in=Proposal.objects.visible_to(user)
        )
        return of_others(rows.exclude(cleaned_by=user), user, "proposal__")

    def viewable_by(self, user):
        rows = ProposalEdition.objects.filter(proposal__in=Proposal.objects.visible_to(user))
        return of_others(rows, user, "proposal__")

    def awaited_by(self, user):
        rows = ProposalEdition.objects.filter(state=EditionState.CLEANED, cleaned_by=user)
        return of_others(rows, user, "proposal__")

    def is_open(self, row):
        return row.state == EditionState.CLEANED

    def since(self, row):
        return row.cleaned_at

    def detail_rows(self, row, user):
        return [
            DetailRow(_("编号"), row.proposal.number, url=page_url(row.proposal)),
            DetailRow(_("公开"), row.proposal.get_openness_display()),
            DetailRow(_("题目"), row.title),
            DetailRow(_("现在是什么样"), row.situation),
            DetailRow(_("建议怎么做"), row.wish),
            DetailRow(_("答复"), row.answer, row.department),
            *(
                DetailRow(_("答应的事"), one.shown_what, dates.full_day(one.due_on))
                for one in _promises_of(row.proposal, user)
            ),
            DetailRow(_("去掉个人信息"), row.cleaned_by or "", dates.stamp(row.cleaned_at)),
        ]

    def options(self, row, user):
        if not permissions.can_check_edition(user, row):
            return ()
        publish = DecisionOption("publish", _("核过了，公开"), done=_("已公开，作者和关注的人会收到通知。"))
        return [publish, DecisionOption("return", _("退回再改"), needs_reason=True)]

    def decide(self, row, choice, reason, *, actor):
        if choice == "publish":
            return actions.publish_proposal(row, actor=actor)
        return actions.return_edition(row, actor=actor, reason=reason)


class DuePromise(AboutProposal):
    """Something that a department promised and that is due: kept, moved to another day, or given up."""

    code, label, model = "proposal-promise", _("答应的事"), Promise
    undoes = ("keep", "drop")
    related = ("referral__proposal", "referral__department")
    locks = ("referral__proposal",)
    reason_words = (_("做到了什么，或为什么"), _("作者和附议的人看到；做到了什么最多 200 个字"))

    def proposal_of(self, row):
        return row.referral.proposal.read_as

    def waiting(self, user):
        last = deadlines.due_on(clock.today(), REMIND_BEFORE)
        rows = Promise.objects.visible_to(user).filter(state=PromiseState.OPEN, due_on__lte=last)
        rows = rows.filter(referral__proposal__in=Proposal.objects.followed())
        return of_others(rows, user, "referral__proposal__")

    def viewable_by(self, user):
        return of_others(Promise.objects.visible_to(user), user, "referral__proposal__")

    def is_open(self, row):
        return row.state == PromiseState.OPEN

    def title(self, row):
        return row.what

    def detail(self, row):
        return f"{row.referral.department}　{row.referral.proposal.number}"

    def since(self, row):
        return row.referral.answered_at

    def detail_rows(self, row, user):
        proposal = self.proposal_of(row)
        return [
            DetailRow(_("建言"), proposal.title, proposal.number, url=page_url(proposal)),
            DetailRow(_("承办单位"), row.referral.department),
            DetailRow(_("答应做什么"), row.what),
            DetailRow(_("哪天前"), dates.full_day(row.due_on), dates.days_left(row.due_on)),
            *([DetailRow(_("上次改日子的原因"), row.move_reason)] if row.move_reason else []),
            *([DetailRow(_("撤销的原因"), row.reason)] if row.reason and row.state == PromiseState.OPEN else []),
        ]

    def options(self, row, user):
        if row.state != PromiseState.OPEN or not permissions.can_handle_referral(user, row.referral):
            return ()
        return [
            DecisionOption("keep", _("做到了"), needs_reason=True, asks=("done_on",)),
            DecisionOption("move", _("改日子"), needs_reason=True, asks=("due",)),
            DecisionOption("drop", _("做不到"), needs_reason=True),
        ]

    def fields(self, row, user):
        today = clock.today()
        done_on = DateField(label=_("哪天做到的"), required=False, initial=today, help_text=_("不写就是今天"))
        return {"done_on": done_on, "due": DateField(label=_("改到哪天"))}

    def decide(self, row, choice, reason, *, actor, due=None, done_on=None):
        if choice == "keep":
            return actions.keep_promise(row, actor=actor, note=reason, done_on=done_on)
        if choice == "move":
            return actions.move_promise(row, actor=actor, due_on=due, reason=reason)
        return actions.drop_promise(row, actor=actor, reason=reason)

    def undo(self, row, option, *, actor):
        return actions.reopen_promise(row, actor=actor, reason=str(_("记错了")))


PROPOSAL_TODOS = [
    *(ReviewProposal(), LateReferral(), CleanProposal(), CheckEdition(), DuePromise()),
    LateCorrection(),
]
