"""What proposals add to the pages of records: those of a person, of a department, and the parts of one proposal."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from chengyang.extensions import RecordTab, TabColumn
from chengyang.platform.staff.record_parts import PERSON, STATE

from ..models import CoSigner, Promise, Proposal, Referral

PROPOSAL, DEPARTMENT = "services.Proposal", "services.Department"


def _of_person(person: Any) -> Any:
    return Proposal.objects.filter(author=person.user_id) if person.user_id else Proposal.objects.none()


def _name(row: CoSigner) -> str:
    person = getattr(row.user, "person", None)
    return person.name if person is not None else ""


def _words(row: Promise) -> str:
    return "；".join(one for one in (row.note, row.move_reason, row.reason) if one)


TABS = [
    RecordTab(
        PERSON,
        "proposals",
        _("建言"),
        _of_person,
        (TabColumn(_("建言"), "title", note=lambda row: row.number), STATE, TabColumn(_("提出"), "submitted_at")),
        ("-submitted_at", "-pk"),
        order=62,
        search=lambda rows, text: rows.search(text),
        concerns=lambda row: row.author,
        related=("author",),
    ),
    RecordTab(
        PROPOSAL,
        "referrals",
        _("转办"),
        lambda row: Referral.objects.filter(proposal=row),
        (
            TabColumn(_("承办单位"), lambda row: str(row.department), note=lambda row: row.reason),
            STATE,
            TabColumn(_("转办"), "forwarded_at"),
            TabColumn(_("时限"), "due_on"),
            TabColumn(_("答复"), "answered_at", note=lambda row: row.get_result_display()),
        ),
        ("-forwarded_at", "-pk"),
        order=10,
        related=("department",),
        in_history=True,
    ),
    RecordTab(
        PROPOSAL,
        "promises",
        _("答应的事"),
        lambda row: Promise.objects.filter(referral__proposal=row),
        (
            TabColumn(_("答应做什么"), "what", note=_words),
            STATE,
            TabColumn(_("哪天前"), "due_on"),
            TabColumn(_("做到"), "done_on"),
        ),
        ("due_on", "pk"),
        order=20,
        in_history=True,
    ),
    RecordTab(
        PROPOSAL,
        "cosigners",
        _("附议"),
        lambda row: CoSigner.objects.filter(proposal=row),
        (
            TabColumn(_("附议的人"), _name),
            STATE,
            TabColumn(_("附议时间"), "at"),
            TabColumn(_("署名"), lambda row: _("署名") if row.shows_name else _("不署名")),
        ),
        ("at", "pk"),
        order=30,
        concerns=lambda row: row.user,
        related=("user__person",),
    ),
    RecordTab(
        DEPARTMENT,
        "referrals",
        _("转办"),
        lambda row: Referral.objects.filter(department=row),
        (
            TabColumn(_("建言"), lambda row: row.proposal.title, note=lambda row: row.proposal.number),
            STATE,
            TabColumn(_("转办"), "forwarded_at"),
            TabColumn(_("时限"), "due_on"),
            TabColumn(_("答复"), "answered_at"),
        ),
        ("-forwarded_at", "-pk"),
        order=10,
        related=("proposal", "proposal__author"),
        concerns=lambda row: row.proposal.author,
    ),
]
