"""What proposals add to the slots of this app (`services.extensions` declares all of them)."""

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chengyang.extensions import (
    CODE_VALUE,
    NUMBER_VALUE,
    CachedPage,
    DeadlineRows,
    ListLink,
    PersonRows,
    SearchSource,
    TableDescription,
)
from chengyang.extensions import AccountRows as _AccountRows
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.staff.links import page_url
from chengyang.platform.web import content

from ..models import AnswerCorrection, Proposal, ProposalEdition, Referral
from ..models.proposals import SIGNING
from ..states import PROPOSAL_WITH_OFFICE, EditionState, ReferralState
from . import actions
from .due import later_due
from .permissions import COSIGNED_IN, can_take_proposal

VERBS = {
    "proposal.drafted": _("起草建言"),
    "proposal.updated": _("修改建言"),
    "proposal.discarded": _("删除建言草稿"),
    "proposal.cosigned": _("附议建言"),
    "proposal.cosigning_withdrawn": _("退出附议"),
    "proposal.cosigner_shown": _("决定附议署不署名"),
    "proposal.invitation_renewed": _("更换附议链接"),
    "proposal.taken": _("代记建言"),
    "proposal.submitted": _("提出建言"),
    "proposal.withdrawn": _("撤回建言"),
    "proposal.openness_decided": _("决定建言公开与否"),
    "proposal.read": _("查看建言"),
    "proposal.accepted": _("建言审核通过"),
    "proposal.returned": _("退回建言"),
    "proposal.declined": _("建言不予转办"),
    "proposal.merged": _("合并建言"),
    "proposal.split": _("请分开办建言"),
    "proposal.review_undone": _("撤销建言审核"),
    "proposal.forwarded": _("转办建言"),
    "proposal.came_back": _("建言回到办公室"),
    "proposal.link_renewed": _("重发单位链接"),
    "proposal.link_revoked": _("停用单位链接"),
    "proposal.link_opened": _("单位打开链接"),
    "proposal.extended": _("延长建言时限"),
    "proposal.late": _("建言超过期限"),
    "proposal.answered": _("单位答复建言"),
    "proposal.answer_reopened": _("请单位更正建言答复"),
    "proposal.correction_cancelled": _("不再请单位更正建言答复"),
    "proposal.answer_corrected": _("单位更正建言答复"),
    "proposal.rated": _("评价建言答复"),
    "proposal.promise_added": _("记下答应的事"),
    "proposal.promise_reopened": _("撤销答应的事的结果"),
    "proposal.promise_kept": _("答应的事做到"),
    "proposal.promise_moved": _("答应的事改日子"),
    "proposal.promise_dropped": _("答应的事做不到"),
    "proposal.followed": _("建言接着跟进"),
    "proposal.closed": _("建言办结"),
    "proposal.cleaned": _("去掉建言的个人信息"),
    "proposal.edition_returned": _("退回公开稿"),
    "proposal.published": _("公开建言"),
    "proposal.taken_down": _("撤下公开的建言"),
    "proposal.follower_added": _("关注建言"),
    "proposal.follower_removed": _("取消关注建言"),
    "department.added": _("添加承办单位"),
    "department.updated": _("修改承办单位"),
    "department.ended": _("停用承办单位"),
    "department.resumed": _("恢复承办单位"),
}
# Verbs after which a public page shows the same: they move only what waits for officers. The others move all public pages.
NOT_PUBLIC = (
    *("proposal.drafted", "proposal.updated", "proposal.discarded", "proposal.cosigned", "proposal.invitation_renewed"),
    *("proposal.accepted", "proposal.returned", "proposal.declined", "proposal.merged", "proposal.split"),
    *("proposal.review_undone", "proposal.link_renewed", "proposal.link_revoked", "proposal.link_opened"),
    *("proposal.taken", "proposal.answer_reopened", "proposal.correction_cancelled"),
    *("proposal.came_back", "proposal.late", "proposal.edition_returned"),
)
CONTENT = {"proposal.read": content.nothing, **dict.fromkeys(NOT_PUBLIC, content.unpublished)}


def _find(user, text):
    rows = Proposal.objects.visible_to(user).search(text).order_by("-submitted_at", "-pk")
    return rows if access_scope(user).district else rows.none()  # one's own belong to /me/


SEARCH = SearchSource(
    _("建言"),
    _find,
    lambda row: (row.title, f"{row.number}，{row.get_state_display()}"),
    page_url,
    "services_proposal",
    concerns=lambda row: row.author,
)
YEAR_LINK = ListLink(
    "proposal-year",
    _("年度清单"),
    lambda list_name, query: reverse("services:proposal-figures"),
    lambda user, model_admin: model_admin.model is Proposal and access_scope(user).district,
    order=70,
)
TAKE_LINK = ListLink(
    "proposal-take",
    _("代记一件（电话、纸质）"),
    lambda list_name, query: reverse("services:proposal-take"),
    lambda user, model_admin: model_admin.model is Proposal and can_take_proposal(user),
    order=60,
)
FILE_ACCESS = {
    "services.Proposal": Proposal.objects.public_ids_visible_to,
    "services.Referral": Referral.objects.public_ids_visible_to,
    "services.AnswerCorrection": AnswerCorrection.objects.public_ids_visible_to,
}
PERSON_ROWS = PersonRows(
    _("建言"),
    leave=actions.end_proposals_of,
    erase=actions.erase_proposals,
    summary=_("没答复的建言立即撤回，公开的立即撤下，附议退出；30 天后，内容和答复删除，只留件数。"),
)
ACCOUNT_ROWS = _AccountRows(
    _("建言"),
    close=actions.close_proposals_of,
    in_use=actions.accounts_in_use,
    summary=_("没答复的建言撤回，公开的撤下；内容和答复删除，只留件数。"),
)


def _signed_title(row):
    """Return the title of what somebody signs; who has withdrawn no longer reads the words, which may have changed."""
    return row.proposal.title if row.state in SIGNING else row.proposal.number or _("退出附议的一件")


def _followed_title(row):
    """Return the title of what somebody follows, as long as everybody reads it."""
    return row.edition.title if row.edition.state == EditionState.PUBLISHED else _("已经不公开的一件")


OWN_DATA = [
    TableDescription("services.Proposal", hidden={"search"}, row_title=lambda row: row.title, created_field="at"),
    TableDescription("services.CoSigner", title=_("附议的建言"), row_title=_signed_title, related=("proposal",)),
    TableDescription("services.Follower", title=_("关注的建言"), row_title=_followed_title, related=("edition",)),
]


def _waiting_proposals():
    """Return the proposals on which somebody waits, themselves or with a referral or an edition."""
    referred = Referral.objects.filter(state=ReferralState.OPEN).values("proposal")
    cleaned = ProposalEdition.objects.filter(state=EditionState.CLEANED).values("proposal")
    return Proposal.objects.filter(Q(state__in=PROPOSAL_WITH_OFFICE) | Q(pk__in=referred) | Q(pk__in=cleaned))


DEADLINES = [
    # Every action on a proposal locks it first, and what belongs to it afterwards.
    DeadlineRows(lambda: Proposal.objects.filter(state__in=PROPOSAL_WITH_OFFICE), locks=_waiting_proposals),
    DeadlineRows(
        lambda: Referral.objects.filter(state=ReferralState.OPEN),
        moved=actions.move_due,
        recount=later_due,
    ),
    DeadlineRows(lambda: ProposalEdition.objects.filter(state=EditionState.CLEANED)),
]
CACHED_PAGES = [
    CachedPage(
        "services:proposals",
        {
            "page": NUMBER_VALUE,
            "topic": CODE_VALUE,
            "department": CODE_VALUE,
            "stage": CODE_VALUE,
            "year": r"(20\d\d)?",
        },
    ),
    CachedPage("services:proposal-public"),
]


def mine(request, subject):
    """Return the latest proposals of the reader for their page, with those that they sign."""
    user = request.user
    rows = Proposal.objects.visible_to(user).filter(author=user).exclude(state="withdrawn")
    signed = Proposal.objects.visible_to(user).filter(
        cosigners__user=user, cosigners__state="asked", state__in=COSIGNED_IN
    )
    return {"proposals": rows.order_by("-at", "-pk")[:3], "to_confirm": signed.order_by("-pk")[:3]}
