"""Who gets a message to many: the people of the rows of a list, counted by the channel that reaches them."""

import datetime as dt
import math
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from chengyang.errors import ActionError
from chengyang.platform.accounts.models import User
from chengyang.platform.audit.models import Entry
from chengyang.platform.notices import delivery
from chengyang.platform.notices.models import Delivery, Notice, SwitchedOff
from chengyang.platform.notices.rendering import render
from chengyang.platform.staff.links import CHOSEN
from chengyang.platform.staff.list_exports import admin_of, rows_of

from .models import Mailing, MailingKind, MailingRecipient

MOST = 5_000  # people of one message
SMS_ONE, SMS_PART = 70, 67  # characters of one text message, and of each part of a long one
TEMPLATES = {
    MailingKind.INVITATION: "invitations/message",
    MailingKind.ANNOUNCEMENT: "announcements/message",
    MailingKind.OWN_SIGNUP: "mailings/own_signup",
}


def is_of_signups(list_name: str) -> bool:
    """Return whether the rows of the list are sign-ups of the people who get the message."""
    return admin_of(list_name).messages_to == "signups"


def rows_for(list_name: str, query: str, user: Any) -> QuerySet:
    """Return the rows of a list that match `query` and whose people may get a message now, as `user` may see them.

    Raises NotAllowed for a list that `user` does not have or to whose people nobody writes, ActionError("filter").
    """
    found = admin_of(list_name)
    rows = rows_of(found, user, query)
    return found.message_rows(rows) if found.messages_to else rows.none()


def people_of(list_name: str, query: str, user: Any) -> list[tuple[int, int | None, int | None]]:
    """Return (key of the row, id of the account, id of the person without one) of each person of a list, once, in its order.

    Raises as `rows_for`, and ActionError("many") for more than MOST.
    """
    found, known = admin_of(list_name), set()
    people = []
    for row in rows_for(list_name, query, user).iterator(chunk_size=1_000):
        one = found.people_of(row)
        key = _account_or_person(one)
        if key is None or key in known:
            continue
        known.add(key)
        people.append((row.pk, *key))
        if len(people) > MOST:
            raise ActionError(_("一条消息最多发给 %(n)s 人，请加条件。") % {"n": f"{MOST:,}"}, code="many")
    return people


def _account_or_person(one: Any) -> tuple[int | None, int | None] | None:
    if one is None:
        return None
    if isinstance(one, User):
        return one.pk, None
    return (one.user_id, None) if one.user_id else (None, one.pk)


def still_match(mailing: Mailing, keys: list[int]) -> set[int]:
    """Return which of the rows with `keys` still match, as the author of the message may see them now.

    Chosen rows are compared with the list itself: what was chosen is deleted after some days.
    """
    query = mailing.query if CHOSEN not in QueryDict(mailing.query) else ""
    rows = rows_for(mailing.list_name, query, mailing.author).filter(pk__in=keys)
    return set(rows.order_by().values_list("pk", flat=True))


# ---- the preview ----------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Coverage:
    """How many people a message reaches in which way; `parts` of a text message count and cost alone, `cost` in yuan."""

    people: int
    inbox: int
    sms: int
    mail: int
    off: int  # people who do not want text messages of this kind
    nowhere: int  # people without an account, whom this message does not get to
    parts: int

    @property
    def messages(self) -> int:
        return self.sms * self.parts

    @property
    def cost(self) -> Decimal | None:
        """The price of the text messages in yuan; None where the price is not set."""
        return None if settings.SMS_PRICE is None else settings.SMS_PRICE * self.messages


def coverage_of(mailing: Mailing) -> Coverage:
    """Return whom the message reaches now, by what people have chosen and which addresses they have; one statement."""
    account, person = Q(user__isnull=False), Q(user__isnull=True)
    number = Q(user__phone_index__isnull=False) | person & Q(person__phone_index__isnull=False)
    by_sms = number & Q(mailing__by_sms=True)
    found = mailing.recipients.annotate(no_sms=_off(mailing, "sms"), no_mail=_off(mailing, "email")).aggregate(
        inbox=Count("pk", filter=account),
        sms=Count("pk", filter=by_sms & Q(no_sms=False)),
        mail=Count("pk", filter=Q(user__email__isnull=False, no_mail=False)),
        off=Count("pk", filter=by_sms & Q(no_sms=True)),
        nowhere=Count("pk", filter=person & ~by_sms),
    )
    return Coverage(people=mailing.total, parts=parts_of(sms_of(mailing)), **found)


def _off(mailing: Mailing, channel: str) -> Exists:
    """Return whether the account does not want `channel` for this kind; nobody can say so for their own sign-up."""
    return Exists(SwitchedOff.objects.filter(user=OuterRef("user"), kind=mailing.kind, channel=channel))


def sms_of(mailing: Mailing) -> str:
    """Return the text message as it is sent."""
    return delivery.sms_text(Notice(**_rendered(mailing)))


def text_of(mailing: Mailing) -> str:
    """Return the body of the notice as it is sent."""
    return _rendered(mailing)["body"]


def _rendered(mailing: Mailing) -> dict[str, Any]:
    rendered = render(
        TEMPLATES[MailingKind(mailing.kind)], {"to": None, "url": "", "site": settings.SITE, "mailing": mailing}
    )
    return {"title": rendered.title, "body": rendered.body}


def parts_of(text: str) -> int:
    """Return how many text messages `text` is."""
    return 1 if len(text) <= SMS_ONE else math.ceil(len(text) / SMS_PART)


# ---- the result -----------------------------------------------------------------------------------------------------
def results_of(mailing: Mailing) -> dict[str, int]:
    """Return how many text messages and mails of a message are in which state (`sms_sent`, `email_failed`, …)."""
    rows = Delivery.objects.filter(notice__in=mailing.recipients.values("notice"))
    counted = rows.order_by().values_list("channel", "state").annotate(number=Count("pk"))
    return {f"{channel}_{state}": number for channel, state, number in counted}


def tests_of(user: Any, since: dt.datetime) -> int:
    """Return how many copies `user` has sent to themself since the moment `since`."""
    return Entry.objects.filter(verb="mailing.tested", actor=user.public_id, at__gt=since).count()


def recipients_in(mailing: Mailing, after: int, number: int) -> list[MailingRecipient]:
    """Return the next `number` recipients after the place `after`, locked."""
    rows = mailing.recipients.filter(place__gt=after).select_related("user", "person__user")
    return list(rows.select_for_update(no_key=True, of=("self",)).order_by("place")[:number])
