"""代记: an officer writes a proposal down for a registered person who telephones or brings it on paper (requirements M07)."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, require
from chengyang.platform.accounts.models import User
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.editing import assign, validate
from chengyang.platform.audit.transitions import lock

from ...models import Intake, Proposal
from .. import permissions
from .drafts import SENT_TWICE_WITHIN, attach, send_in
from .steps import notify_author, notify_office, office_step


@transaction.atomic
def take_proposal(
    *, actor: Any, phone: str, intake: str, consents: bool, uploads: Iterable[Any] = (), **data: Any
) -> Proposal:
    """Write down and submit the proposal of the registered person who signs in with `phone` (E.164), and notify them.

    It is theirs: they read every step, decide on its publication, and can take it back. The same title, sent again within ten
    minutes, is one proposal. Raises NotAllowed, ActionError("consent") unless they agreed, ("person") without a registered
    person, ("intake"), ("invalid") with the field, and as `attach`.
    """
    require(permissions.can_take_proposal, actor, None)
    if not consents:
        raise ActionError(_("先问过本人，同意再记。"), code="consent", field="consents")
    if intake not in (Intake.PHONE, Intake.PAPER):
        raise ActionError(_("请选怎么提的。"), code="intake", field="intake")
    author = User.objects.by_phone(phone).first()
    if author is None or not permissions.is_member(author) or author == actor:
        raise ActionError(_("这个号码没有登记过。先请他三步加入，再记建言。"), code="person", field="phone")
    lock(author)  # two sendings at the same moment come one after the other
    recent = Proposal.objects.filter(author=author, taken_by=actor, at__gt=clock.now() - SENT_TWICE_WITHIN)
    if sent := recent.filter(title=data.get("title", "")).first():
        return sent
    proposal = Proposal(author=author, intake=intake, taken_by=actor, is_demo=bool(author.is_demo))
    assign(proposal, data, fields=Proposal.EDITABLE_FIELDS)
    validate(proposal, Proposal.EDITABLE_FIELDS)
    proposal.save(force_insert=True)
    attach(proposal, uploads, owner=author)
    audit.record("proposal.taken", proposal, actor=actor, user=author)
    send_in(proposal, actor=actor)
    words = _("电话里提出，办公室代记") if intake == Intake.PHONE else _("交来纸质的，办公室代记")
    office_step(proposal, words, by=actor)
    notify_author(proposal, "services/proposal_taken")
    notify_office(proposal, "services/proposal_waiting", but=actor)
    return proposal
