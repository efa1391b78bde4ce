"""The to-do kind of corrections of an answer for which the office has asked in vain; as long as one waits, nothing is closed."""

import datetime as dt

from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.extensions import DecisionOption, DetailRow
from chengyang.lib.chinese import dates
from chengyang.platform.workdays import deadlines

from ..models import AnswerCorrection, Referral, ReferralLink
from . import actions, permissions
from .todo_parts import AboutProposal, file_rows, of_others, text_rows

WAITS = 5  # working days from the last link until the office asks again, or lets the answer stand
ONE_DAY = dt.timedelta(days=1)


def _asked_before():
    """Return the moment before which a link was sent at least five working days ago."""
    day = clock.today()
    while deadlines.left(clock.today(), day) < WAITS:
        day -= ONE_DAY
    return clock.at(day + ONE_DAY)


def _words_of(link):
    """Return when `link` was sent, and whether the department has opened it."""
    sent = _("%(day)s发出") % {"day": dates.day(timezone.localdate(link.made_at))}
    if link.opened_at:
        return sent, _("%(day)s打开过") % {"day": dates.day(timezone.localdate(link.opened_at))}
    return sent, _("还没打开") if link.is_open else _("没打开过，已经停用")


class LateCorrection(AboutProposal):
    """A department that has not corrected its answer: it is asked again, or the answer stands."""

    code, label, model = "proposal-correction", _("答复等更正"), Referral
    related = ("proposal", "department")
    locks = ("proposal",)

    def proposal_of(self, row):
        return row.proposal

    def waiting(self, user):
        before = _asked_before()
        recent = ReferralLink.objects.filter(made_at__gte=before).values("referral")
        return self._asked(user).filter(asked_at__lt=before).exclude(pk__in=recent)

    def viewable_by(self, user):
        return self._asked(user)

    def _asked(self, user):
        """Return the referrals that `user` may read, with the moment at which the correction that waits was asked for."""
        waiting = AnswerCorrection.objects.waiting().filter(referral=OuterRef("pk"))
        rows = Referral.objects.visible_to(user).annotate(asked_at=Subquery(waiting.values("asked_at")[:1]))
        return of_others(rows, user, "proposal__")

    def is_open(self, row):
        return row.corrections.waiting().exists()

    def due_on(self, row):
        return None

    def detail(self, row):
        return str(row.department)

    def since(self, row):
        return getattr(row, "asked_at", None)

    def detail_rows(self, row, user):
        link = row.links.order_by("-made_at", "-pk").first()
        return [
            *(
                DetailRow(_("请单位更正"), one.reason, dates.day(timezone.localdate(one.asked_at)))
                for one in row.corrections.waiting()
            ),
            DetailRow(_("承办单位"), row.department),
            *([DetailRow(_("链接"), *_words_of(link))] if link else []),
            DetailRow(_("现在的答复"), row.answer, row.get_result_display()),
            *file_rows(row, user),
            *text_rows(row.proposal),
        ]

    def options(self, row, user):
        if not self.is_open(row) or not permissions.can_handle_referral(user, row):
            return ()
        return [
            DecisionOption("renew", _("再请一次，换新链接"), done=_("已发新链接，校验码在建言的页面上。")),
            DecisionOption("cancel", _("不用更正了"), done=_("不用更正了，答复照旧。")),
        ]

    def decide(self, row, choice, reason, *, actor):
        if choice == "renew":
            return actions.renew_link(row, actor=actor)
        return actions.cancel_correction(row, actor=actor)
