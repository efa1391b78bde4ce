"""Every URL of the portal with sample requests: URL arguments, query parameters and form data.

A row is a URL name, followed by a word when the URL has several samples: `activities:detail draft`. The rows of the staff
site are generated from what is registered: list, form and page of each model, each verb, each to-do kind, each section.
"""

from collections.abc import Callable, Iterator
from typing import Any

from django.contrib import admin
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from chengyang.extensions import Section, record_tabs, todo_kinds
from chengyang.platform.accounts import links
from services.proposals import links as proposal_links
from services.proposals.actions import version_of

Arguments = Callable[[Any], list]  # dataset → arguments of the URL
Data = Callable[[Any], dict]

TYPED = {
    "name": "周予安",
    "category": "new_media",
    "unit": "青岛澄海文化传媒有限公司",
    "job": "短视频编导",
    "subdistrict": "370214002",
    "can": ["media"],
    "want": ["peers"],
}


PROPOSED = {
    "title": "路口装灯",
    "topic": "city",
    "situation": "晚上看不清",
    "wish": "请装一盏灯",
    "openness": "unnamed",
}


def names(resolver: Any = None, space: str = "") -> Iterator[str]:
    """Yield the name of every URL, with its namespaces. Raises ValueError for a URL without a name."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from names(entry, f"{space}{entry.namespace}:" if entry.namespace else space)
        elif isinstance(entry, URLPattern) and not (entry.name or space == "admin:"):
            raise ValueError(f"the address {entry.pattern} has no name")
        else:
            yield f"{space}{entry.name or 'anything-else'}"


# ---- URL arguments and parameters ------------------------------------------------------------------------------------
ARGUMENTS: dict[str, Arguments] = {
    "notices:detail": lambda w: [w.notice.public_id],
    "notice-open": lambda w: [w.notice.public_id],
    "accounts:session-end": lambda w: [w.session.pk],
    "accounts:undo_number": lambda w: links.arguments("accounts:undo_number", w.former_number.public_id),
    "accounts:undo_number forged": lambda w: [w.former_number.public_id, "x" * links.LENGTH],
    "accounts:stop_number": lambda w: links.arguments("accounts:stop_number", w.number_request.public_id),
    "accounts:passkey-remove": lambda w: [1],
    "account_reset_password_from_key": lambda w: ["1", "abc-0123456789abcdef"],
    "privacy:version": lambda w: [1],
    "files:file": lambda w: [w.file.public_id],
    "files:picture": lambda w: [w.picture.sha256[:32], "small"],
    "files:picture unpublished": lambda w: [w.hidden_picture.sha256[:32], "full"],
    "admin:bases_base_pictures": lambda w: [w.base.pk],
    "admin:bases_base_pictures_restore": lambda w: [w.base.pk, w.picture.public_id],
    "admin:organizations_organization_pictures": lambda w: [w.organization.pk],
    "admin:organizations_organization_pictures_restore": lambda w: [w.organization.pk, w.logo.public_id],
    "standards:detail": lambda w: ["five_goods"],
    "standards:version": lambda w: ["five_goods", 1],
    "standards:version draft": lambda w: ["five_goods", 2],
    "standards:own-assessment": lambda w: ["base", w.base_assessment.public_id],
    "standards:own-assessment of-a-person": lambda w: ["person", w.assessment.public_id],
    "standards:own-assessment of-a-team": lambda w: ["team", w.team_assessment.public_id],
    "standards:own-fill": lambda w: ["base", w.base_assessment.public_id],
    "standards:own-submit": lambda w: ["base", w.base_assessment.public_id],
    "standards:own-take-back": lambda w: ["base", w.base_assessment.public_id],
    "standards:own-appeal": lambda w: ["base", w.base_assessment.public_id],
    "standards:own-start": lambda w: ["organization", w.organization.slug],
    "admin:standards_standard_records": lambda w: ["base", w.base_assessment.public_id, "c4"],
    "members:application": lambda w: [w.own_application.public_id],
    "members:application somebody-elses": lambda w: [w.application.public_id],
    "members:application-correct": lambda w: [w.own_application.public_id],
    "members:application-object": lambda w: [w.own_application.public_id],
    "members:data-consent-withdraw": lambda w: ["registration"],
    "members:application-withdraw": lambda w: [w.own_application.public_id],
    "members:application-withdraw somebody-elses": lambda w: [w.application.public_id],
    "members:data-consent": lambda w: ["publication"],
    "members:correction-withdraw": lambda w: [w.own_correction.public_id],
    "members:reveal": lambda w: ["person", w.member.public_id],
    "members:reveal application": lambda w: ["application", w.application.public_id],
    "organizations:detail": lambda w: [w.organization.slug],
    "organizations:detail unpublished": lambda w: [w.preparing.slug],
    "organizations:apply": lambda w: [w.organization.slug],
    "organizations:apply unpublished": lambda w: [w.preparing.slug],
    "organizations:leave": lambda w: [w.membership.public_id],
    "organizations:resign": lambda w: [w.organization.slug],
    "bases:detail": lambda w: [w.base.slug],
    "bases:detail unpublished": lambda w: [w.hidden_base.slug],
    "bases:resign": lambda w: [w.base.slug],
    "bases:figures": lambda w: [w.base.slug],
    "bases:figures unpublished": lambda w: [w.hidden_base.slug],
    "bases:visit-request": lambda w: [w.base.slug],
    "bases:visit-request unpublished": lambda w: [w.hidden_base.slug],
    "bases:visit": lambda w: [w.visit.public_id],
    "bases:visit-ics": lambda w: [w.visit.public_id],
    "bases:visit-accept": lambda w: [w.visit.public_id],
    "bases:visit-cancel": lambda w: [w.visit.public_id],
    "bases:visit-people": lambda w: [w.visit.public_id],
    "bases:visit-rate": lambda w: [w.received.public_id],
    "bases:visit-erase": lambda w: [w.received.public_id],
    "activities:detail": lambda w: [w.activity.public_id],
    "activities:detail draft": lambda w: [w.draft.public_id],
    "activities:detail submitted": lambda w: [w.submitted.public_id],
    "activities:detail for-members": lambda w: [w.for_members.public_id],
    "activities:detail for-organization": lambda w: [w.for_organization.public_id],
    "activities:detail cancelled": lambda w: [w.cancelled.public_id],
    "activities:detail past": lambda w: [w.past.public_id],
    "activities:share": lambda w: [w.activity.public_id],
    "activities:share draft": lambda w: [w.draft.public_id],
    "activities:activity-ics": lambda w: [w.activity.public_id],
    "activities:activity-ics draft": lambda w: [w.draft.public_id],
    "activities:signup-ics": lambda w: [w.activity.public_id],
    "organizations:swap-answer": lambda w: [w.swap.public_id],
    "organizations:substitute-answer": lambda w: [w.substitute.public_id],
    "organizations:duty-sheet": lambda w: [w.hand_over.public_id],
    "organizations:members": lambda w: [w.organization.slug],
    "organizations:charter": lambda w: [w.organization.slug, w.charter.public_id],
    "organizations:charter unpublished": lambda w: [w.preparing.slug, w.hidden_charter.public_id],
    "organizations:duty-feed": lambda w: links.arguments("organizations:duty-feed", w.duty_feed.public_id),
    "organizations:duty-feed forged": lambda w: [w.duty_feed.public_id, "x" * links.LENGTH],
    "organizations:nomination-answer": lambda w: [w.next_change.public_id, "director"],
    "admin:organizations_termchange_table": lambda w: [w.term_change.pk],
    "admin:organizations_termchange_papers": lambda w: [w.term_change.pk],
    "admin:organizations_termchange_consent": lambda w: [w.term_change.pk, w.candidate.pk],
    "standards:own-discard": lambda w: ["base", w.base_assessment.public_id],
    "standards:own-resume": lambda w: ["base", w.base_assessment.public_id],
    "admin:organizations_organization_duty": lambda w: [w.organization.pk],
    "admin:organizations_organization_founding": lambda w: [w.preparing.pk],
    "admin:organizations_organization_plan": lambda w: [w.organization.pk],
    "activities:signup": lambda w: [w.free.public_id],
    "activities:signup draft": lambda w: [w.draft.public_id],
    "activities:signup for-organization": lambda w: [w.for_organization.public_id],
    "activities:signup cancelled": lambda w: [w.cancelled.public_id],
    "activities:ticket": lambda w: [w.signup.public_id],
    "activities:ticket-confirm": lambda w: [w.offered.public_id],
    "activities:ticket-cancel": lambda w: [w.signup.public_id],
    "standards:evaluation": lambda w: ["base-year", w.base_result.public_id],
    "standards:evaluation open": lambda w: ["organization-year", w.organization_evaluation.public_id],
    "standards:own-start-year": lambda w: ["base", w.base.slug, 2026],
    "standards:own-assessment of-a-year": lambda w: ["organization-year", w.organization_evaluation.public_id],
    "board:records": lambda w: ["activities_completed"],
    "board:records of-a-team": lambda w: ["volunteer_hours"],
    "board:report-print": lambda w: [w.report.public_id],
    "board:report-word": lambda w: [w.report.public_id],
    "board:report-sheet": lambda w: [w.report.public_id],
    "board:results-sheet": lambda w: ["2026"],
    "objectives:plan": lambda w: [w.goal_plan.public_id],
    "objectives:plan waiting": lambda w: [w.goal_waiting.public_id],
    "objectives:objective": lambda w: [w.goal.public_id],
    "objectives:own-figure": lambda w: [w.goal.public_id],
    "admin:objectives_objective_records": lambda w: [w.goal_counted.pk],
    "admin:papers_papertemplate_print objectives": lambda w: ["objectives"],
    "activities:checkin": lambda w: [w.running.public_id],
    "activities:checkin of-a-team": lambda w: [w.past.public_id],
    "activities:checkin-scan": lambda w: [w.running.public_id],
    "activities:checkin-finish": lambda w: [w.past.public_id],
    "activities:checkin-step": lambda w: [w.running.public_id, w.running_signup.public_id, "in"],
    "api:activities-detail": lambda w: [w.activity.public_id],
    "api:activities-detail draft": lambda w: [w.draft.public_id],
    "api:objectives-detail": lambda w: [w.goal.public_id],
    "api:objectives-detail waiting": lambda w: [w.goal_unpublished.public_id],
    "api:activities-signup": lambda w: [w.free.public_id],
    "api:activities-signup draft": lambda w: [w.draft.public_id],
    "api:activities-cancel": lambda w: [w.activity.public_id],
    "services:request": lambda w: [w.request.public_id],
    "services:request of-a-subdistrict": lambda w: [w.area_request.public_id],
    "services:request of-the-office": lambda w: [w.office_request.public_id],
    "services:request-answer": lambda w: [w.request.public_id],
    "services:request-route": lambda w: [w.request.public_id],
    "services:request-rate": lambda w: [w.answered.public_id],
    "services:request-reopen": lambda w: [w.answered.public_id],
    "services:request-withdraw": lambda w: [w.request.public_id],
    "services:request-message": lambda w: [w.request.public_id],
    "services:request-ask": lambda w: [w.request.public_id],
    "services:request-resume": lambda w: [w.paused_request.public_id],
    "services:request-step": lambda w: [w.request.public_id],
    "services:request-appointment": lambda w: [w.request.public_id],
    "services:request-invite": lambda w: [w.office_request.public_id],
    "services:request-help": lambda w: [w.office_request.public_id],
    "services:request-extend": lambda w: [w.request.public_id],
    "services:request-divert": lambda w: [w.office_request.public_id],
    "services:request-close": lambda w: [w.answered.public_id],
    "services:share-decide": lambda w: [w.share.public_id],
    "services:share-hand-in": lambda w: [w.help_share.public_id],
    "services:share-release": lambda w: [w.help_share.public_id],
    "services:extension-decide": lambda w: [w.extension.public_id],
    "services:appointment-ics": lambda w: [w.appointment.public_id],
    "services:appointment-cancel": lambda w: [w.appointment.public_id],
    "services:proposal": lambda w: [w.proposal.public_id],
    "services:proposal draft": lambda w: [w.proposal_draft.public_id],
    "services:proposal signed": lambda w: [w.proposal_signed.public_id],
    "services:proposal-edit": lambda w: [w.proposal_draft.public_id],
    "services:proposal-submit": lambda w: [w.proposal_draft.public_id],
    "services:proposal-discard": lambda w: [w.proposal_draft.public_id],
    "services:proposal-withdraw": lambda w: [w.proposal.public_id],
    "services:proposal-openness": lambda w: [w.public_edition.proposal.public_id],
    "services:proposal-invitation": lambda w: [w.proposal_draft.public_id],
    "services:proposal-joinable": lambda w: [w.proposal_draft.public_id],
    "services:proposal-rate": lambda w: [w.proposal_answered.public_id],
    "services:proposal-split": lambda w: [w.proposal.public_id],
    "services:proposal-file-remove": lambda w: [w.proposal_draft.public_id, "0123456789"],
    "services:proposal-public": lambda w: [w.public_edition.public_id],
    "services:proposal-public unpublished": lambda w: [w.edition.public_id],
    "services:proposal-follow": lambda w: [w.public_edition.public_id],
    "services:proposal-unfollow": lambda w: [w.public_edition.public_id],
    "services:proposal-join": lambda w: proposal_links.invitation_path(w.proposal).split("/")[3:5],
    "services:proposal-join-file": lambda w: [
        *proposal_links.invitation_path(w.proposal).split("/")[3:5],
        "0123456789",
    ],
    "services:proposal-join forged": lambda w: [w.proposal.public_id, "x" * links.LENGTH],
    "services:referral": lambda w: links.arguments("services:referral", w.referral_link.public_id),
    "services:referral forged": lambda w: [w.referral_link.public_id, "x" * links.LENGTH],
    "services:referral-file": lambda w: [
        *links.arguments("services:referral", w.referral_link.public_id),
        "0123456789",
    ],
    "services:cosigner-withdraw": lambda w: [w.cosigner.public_id],
    "services:cosigner-confirm": lambda w: [w.cosigner.public_id],
    "services:cosigner-show": lambda w: [w.cosigner.public_id],
    "services:referral-renew": lambda w: [w.referral.public_id],
    "services:referral-revoke": lambda w: [w.referral.public_id],
    "services:referral-promise": lambda w: [w.signed_referral.public_id],
    "services:referral-correct": lambda w: [w.signed_referral.public_id],
    "services:referral-correct-cancel": lambda w: [w.signed_referral.public_id],
    "services:promise-reopen": lambda w: [w.promise.public_id],
    "api:proposals-detail": lambda w: [w.public_edition.public_id],
    "api:proposals-detail unpublished": lambda w: [w.edition.public_id],
    "services:team": lambda w: [w.team.slug],
    "services:outcomes": lambda w: ["team", w.team.slug],
    "services:organizer-contribution": lambda w: ["team", w.team.slug],
    "services:outcome-leave": lambda w: [w.objects["outcome"].public_id],
    "admin:services_outcome_correct": lambda w: [w.objects["checked"].pk],
    "admin:services_outcome_evidence": lambda w: [w.objects["outcome"].pk],
    "services:team-request": lambda w: [w.team.slug],
    "services:team-members": lambda w: [w.team.slug],
    "services:post-describe": lambda w: [w.team.slug, w.volunteer.public_id],
    "services:request-readers": lambda w: [w.request.public_id],
    "services:team-join": lambda w: [w.team.slug],
    "services:entry-correct": lambda w: [w.message.public_id],
    "services:entry-withdraw": lambda w: [w.message.public_id],
    "services:offer-alert": lambda w: [w.off_offer.public_id],
    "services:application-withdraw": lambda w: [w.own_team_application.public_id],
    "services:resign": lambda w: [w.team.slug],
    "admin:members_application_change draft": lambda w: [w.draft_application.pk],
    "admin:members_person_change of-a-team": lambda w: [w.volunteer.pk],
    "admin:members_person_change left": lambda w: [w.left.pk],
    "admin:members_person_change unconfirmed": lambda w: [w.unconfirmed.pk],
    "admin:anything-else": lambda w: ["nothing/here/"],
    "admin:jobs_job_progress": lambda w: [w.job.public_id],
    "admin:jobs_job_result": lambda w: [w.job.public_id],
    "admin:imports_import_new": lambda w: ["memberships"],
    "admin:imports_import_template": lambda w: ["memberships"],
    "admin:imports_import_headings": lambda w: [w.sheet.pk],
    "admin:imports_import_choose": lambda w: [w.sheet.pk],
    "admin:imports_import_marked": lambda w: [w.sheet.pk],
    "admin:imports_import_write": lambda w: [w.sheet.pk],
    "admin:papers_papertemplate_file": lambda w: [w.objects["paper_template"].pk],
    "admin:papers_papertemplate_preview": lambda w: [w.objects["paper_template"].pk],
    "admin:papers_papertemplate_default": lambda w: ["sign_in"],
    "admin:papers_papertemplate_print": lambda w: ["sign_in"],
    "admin:papers_papertemplate_print registration": lambda w: ["registration"],
    "admin:papers_papertemplate_print roll": lambda w: ["roll"],
    "admin:papers_papertemplate_print notice": lambda w: ["activity_notice"],
    "admin:papers_papertemplate_word": lambda w: ["sign_in"],
    "admin:papers_papertemplate_word base": lambda w: ["base_form"],
}
QUERIES = {
    "admin:autocomplete": {"app_label": "bases", "model_name": "post", "field_name": "person", "term": "林"},
    "admin:staff_search": {"q": "林"},
    "admin:mailings_mailing_compose": {"list": "members.Person", "query": "q=林"},
    "activities:calendar week": {"view": "week"},
    "activities:calendar list": {"view": "list", "programme": "li"},
}

# ---- form data; a URL that is not here accepts no POST ---------------------------------------------------------------
FORMS: dict[str, Data] = {
    "web:elder": lambda w: {"wish": "toggle"},
    "notices:read-all": lambda w: {},
    "accounts:phone": lambda w: {"phone": "15431419999"},
    "accounts:change_phone": lambda w: {"phone": "15431419999"},
    "accounts:step_up": lambda w: {"do": "send"},
    "accounts:surname": lambda w: {"surname": "林"},
    "accounts:new_owner": lambda w: {},
    "accounts:former_number": lambda w: {"do": "new"},
    "accounts:undo_number": lambda w: {},
    "accounts:undo_number forged": lambda w: {},
    "accounts:stop_number": lambda w: {},
    "accounts:lost_number": lambda w: {"name": "林知夏", "former": "15431419999", "phone": "15431419999"},
    "accounts:close": lambda w: {},
    "accounts:passkeys": lambda w: {"credential": "{}"},
    "accounts:passkey-login": lambda w: {"credential": "{}"},
    "accounts:passkey-remove": lambda w: {},
    "accounts:login": lambda w: {"login": "nobody@demo.invalid", "password": "wrong"},
    "accounts:logout": lambda w: {},
    "accounts:session-end": lambda w: {},
    "accounts:sessions-end_others": lambda w: {},
    "account_login": lambda w: {"login": "nobody@demo.invalid", "password": "wrong"},
    "account_logout": lambda w: {},
    "account_change_password": lambda w: {},
    "account_reset_password": lambda w: {"email": "nobody@demo.invalid"},
    "account_reset_password_from_key": lambda w: {},
    "mfa_authenticate": lambda w: {"code": "000000"},
    "mfa_activate_totp": lambda w: {"code": "000000"},
    "mfa_deactivate_totp": lambda w: {},
    "mfa_generate_recovery_codes": lambda w: {},
    "members:join": lambda w: {"consent": "on"},
    "members:join-about": lambda w: TYPED,
    "members:join-save": lambda w: TYPED,
    "members:join-check": lambda w: {},
    "members:confirm": lambda w: {"consent": "on"},
    "members:application-correct": lambda w: {},
    "members:application-object": lambda w: {"objection": REASON},
    "members:data-consent-withdraw": lambda w: {},
    "members:return": lambda w: {},
    "members:application-withdraw": lambda w: {},
    "members:application-withdraw somebody-elses": lambda w: {},
    "members:data-edit": lambda w: {**TYPED, "reason": REASON},
    "members:data-number": lambda w: {},
    "members:correction-withdraw": lambda w: {},
    "members:data-consent": lambda w: {"do": "give"},
    "members:data-leave": lambda w: {},
    "members:reveal": lambda w: {"reason": "contact"},
    "members:reveal application": lambda w: {"reason": "review"},
    "organizations:apply": lambda w: {},
    "organizations:apply unpublished": lambda w: {},
    "organizations:leave": lambda w: {},
    "organizations:resign": lambda w: {},
    "organizations:duties": lambda w: {"do": "nothing"},
    "organizations:swap-answer": lambda w: {"answer": "agree"},
    "organizations:substitute-answer": lambda w: {"answer": "agree"},
    "organizations:duty-sheet": lambda w: {"do": "take"},
    "organizations:members": lambda w: {"do": "give"},
    "admin:organizations_organization_founding": lambda w: {"do": "begin"},
    "organizations:duty-feed-change": lambda w: {"do": "renew"},
    "organizations:nomination-answer": lambda w: {"answer": "agree"},
    "admin:organizations_termchange_table": lambda w: {},
    "admin:organizations_termchange_papers": lambda w: {},
    "admin:organizations_termchange_consent": lambda w: {},
    "admin:bases_base_pictures": lambda w: {"do": "order", "order": "x"},
    "admin:bases_base_pictures_restore": lambda w: {},
    "admin:organizations_organization_pictures": lambda w: {"do": "order", "order": "x"},
    "admin:organizations_organization_pictures_restore": lambda w: {},
    "standards:own-discard": lambda w: {"reason": REASON},
    "standards:own-resume": lambda w: {},
    "admin:organizations_organization_duty": lambda w: {"do": "order", "order": "x"},
    "admin:organizations_organization_plan": lambda w: {"first": "2026-12", "months": "0"},
    "bases:resign": lambda w: {},
    "standards:own-fill": lambda w: {},
    "standards:own-submit": lambda w: {},
    "standards:own-take-back": lambda w: {},
    "standards:own-appeal": lambda w: {"reason": REASON},
    "standards:own-start": lambda w: {},
    "standards:own-start-year": lambda w: {},
    "board:report-make": lambda w: {"period": "2026"},
    "objectives:own-figure": lambda w: {"amount": "3", "on": "2026-09-15", "note": "入户走访"},
    "bases:visit-request": lambda w: {},
    "bases:visit-accept": lambda w: {},
    "bases:visit-cancel": lambda w: {},
    "bases:visit-people": lambda w: {"people": "30"},
    "bases:visit-rate": lambda w: {"rating": "5"},
    "bases:visit-erase": lambda w: {},
    "activities:signup": lambda w: {"guest_name": "来宾"},
    "activities:signup draft": lambda w: {"guest_name": "来宾"},
    "activities:signup for-organization": lambda w: {"guest_name": "来宾"},
    "activities:signup cancelled": lambda w: {"guest_name": "来宾"},
    "activities:ticket-confirm": lambda w: {},
    "activities:ticket-cancel": lambda w: {},
    "notices:channels": lambda w: {"members": ["sms"]},
    "activities:checkin-scan": lambda w: {"number": w.running_signup.public_id},
    "activities:checkin-finish": lambda w: {"headcount": "2"},
    "activities:checkin-step": lambda w: {},
    "api:activities-signup": lambda w: {"guest_name": "来宾"},
    "api:activities-signup draft": lambda w: {"guest_name": "来宾"},
    "api:activities-cancel": lambda w: {},
    "services:query": lambda w: {"number": "SQ20260914-001", "code": "314159"},
    "services:request-new": lambda w: {"title": "要场地", "text": "二十人"},
    "services:team-request": lambda w: {"title": "要场地", "text": "二十人", "service": "采摘帮扶"},
    "services:request-answer": lambda w: {"answer": "已办"},
    "services:request-route": lambda w: {"handler": f"subdistrict:{w.area.pk}"},
    "services:request-rate": lambda w: {"solved": "3", "useful": "3"},
    "services:request-by-phone": lambda w: {
        "phone": "15401234567",
        "consents": "on",
        "title": "路灯不亮",
        "text": "小区门口",
    },
    "services:request-message": lambda w: {"text": "补充一句"},
    "services:request-ask": lambda w: {"ask-text": "按条结算吗", "ask-pauses": "on", "ask-reason": REASON},
    "services:request-resume": lambda w: {},
    "services:request-step": lambda w: {"step-text": "问了税务"},
    "services:request-appointment": lambda w: {
        "meet-starts": "2026-09-18 10:00",
        "meet-ends": "2026-09-18 10:30",
        "meet-place": "嗨创天地",
    },
    "services:request-invite": lambda w: {"invite-teams": [w.team.pk]},
    "services:request-help": lambda w: {"help-who": f"team:{w.team.pk}"},
    "services:team-join": lambda w: {"skills": "采摘", "times": "周末"},
    "services:entry-correct": lambda w: {"text": "房东改了两次口"},
    "services:entry-withdraw": lambda w: {},
    "services:request-readers": lambda w: {"readers": "team"},
    "services:offer-alert": lambda w: {},
    "services:application-withdraw": lambda w: {},
    "services:request-extend": lambda w: {"extend-days": "3", "extend-reason": REASON},
    "services:request-divert": lambda w: {"to": "report"},
    "services:request-close": lambda w: {},
    "services:share-decide": lambda w: {"choice": "yes"},
    "services:share-hand-in": lambda w: {"opinion-text": "由公司代扣"},
    "services:share-release": lambda w: {},
    "services:extension-decide": lambda w: {"extension-choice": "yes"},
    "services:appointment-cancel": lambda w: {},
    "services:request-reopen": lambda w: {"reason": REASON},
    "services:request-withdraw": lambda w: {},
    "services:proposal-new": lambda w: PROPOSED,
    "services:proposal-edit": lambda w: PROPOSED,
    "services:proposal-submit": lambda w: {},
    "services:proposal-discard": lambda w: {},
    "services:proposal-withdraw": lambda w: {},
    "services:proposal-openness": lambda w: {"openness": "closed"},
    "services:proposal-invitation": lambda w: {},
    "services:proposal-joinable": lambda w: {},
    "services:proposal-rate": lambda w: {"rating": "3"},
    "services:proposal-split": lambda w: {"reason": REASON},
    "services:proposal-file-remove": lambda w: {},
    "services:proposal-follow": lambda w: {},
    "services:proposal-unfollow": lambda w: {},
    "services:proposal-join": lambda w: {"shows_name": "on", "version": version_of(w.proposal)},
    "services:referral": lambda w: {"do": "enter", "code": "00000000"},
    "services:cosigner-withdraw": lambda w: {},
    "services:cosigner-confirm": lambda w: {},
    "services:cosigner-show": lambda w: {"shows_name": "on"},
    "services:referral-renew": lambda w: {},
    "services:referral-revoke": lambda w: {},
    "services:referral-promise": lambda w: {"what": "装灯", "due_on": "2026-10-30"},
    "services:referral-correct": lambda w: {"reason": REASON},
    "services:referral-correct-cancel": lambda w: {},
    "services:promise-reopen": lambda w: {"reason": REASON},
    "services:proposal-take": lambda w: {**PROPOSED, "phone": "15401234567", "intake": "phone", "consents": "on"},
    "services:resign": lambda w: {},
    "services:outcome-leave": lambda w: {},
    "services:post-describe": lambda w: {"skills": "合同", "times": "周四下午"},
    "admin:services_outcome_correct": lambda w: {"title": ""},
    "admin:services_outcome_evidence": lambda w: {},
    "admin:imports_import_new": lambda w: {},
    "admin:imports_import_headings": lambda w: {},
    "admin:imports_import_choose": lambda w: {},
    "admin:imports_import_marked": lambda w: {},
    "admin:imports_import_write": lambda w: {},
}

# URLs of buttons: they accept only POST; a GET is answered with 405.
BUTTONS = {
    "admin:staff_undo",
    "admin:imports_import_choose",
    "admin:imports_import_marked",
    "web:elder",
    "notices:read-all",
    "accounts:session-end",
    "accounts:sessions-end_others",
    "accounts:passkey-remove",
    "members:join-save",
    "members:application-withdraw",
    "members:application-correct",
    "members:application-object",
    "members:data-number",
    "members:correction-withdraw",
    "members:data-consent",
    "members:reveal",
    "organizations:leave",
    "organizations:resign",
    "organizations:swap-answer",
    "organizations:substitute-answer",
    "organizations:duty-feed-change",
    "organizations:nomination-answer",
    "admin:bases_base_pictures_restore",
    "admin:organizations_organization_pictures_restore",
    "bases:resign",
    "standards:own-discard",
    "standards:own-resume",
    "standards:own-submit",
    "standards:own-take-back",
    "standards:own-appeal",
    "standards:own-start",
    "standards:own-start-year",
    "bases:visit-accept",
    "bases:visit-cancel",
    "bases:visit-people",
    "bases:visit-rate",
    "bases:visit-erase",
    "activities:ticket-confirm",
    "activities:ticket-cancel",
    "activities:checkin-step",
    "api:activities-signup",
    "api:activities-cancel",
    "services:request-answer",
    "services:request-route",
    "services:request-rate",
    "services:request-reopen",
    "services:request-withdraw",
    "services:request-message",
    "services:request-ask",
    "services:request-resume",
    "services:request-step",
    "services:request-appointment",
    "services:request-invite",
    "services:request-help",
    "services:request-extend",
    "services:request-divert",
    "services:request-close",
    "services:share-decide",
    "services:share-hand-in",
    "services:share-release",
    "services:extension-decide",
    "services:appointment-cancel",
    "services:entry-withdraw",
    "services:request-readers",
    "services:application-withdraw",
    "services:resign",
    "services:outcome-leave",
    "services:proposal-submit",
    "services:proposal-discard",
    "services:proposal-withdraw",
    "services:proposal-openness",
    "services:proposal-invitation",
    "services:proposal-joinable",
    "services:proposal-rate",
    "services:proposal-split",
    "services:proposal-file-remove",
    "services:proposal-follow",
    "services:proposal-unfollow",
    "services:cosigner-withdraw",
    "services:cosigner-confirm",
    "services:cosigner-show",
    "services:referral-renew",
    "services:referral-revoke",
    "services:referral-promise",
    "services:referral-correct",
    "services:referral-correct-cancel",
    "services:promise-reopen",
}


def is_button(row: str) -> bool:
    """Return whether the URL of `row` accepts only POST."""
    name = row.partition(" ")[0]
    return name in BUTTONS or name.endswith(("_do", "_bulk", "_columns"))


# Pages that every list has alike: their rows stand for one list about people and one that is not; `test_views.py` asks all.
OF_EVERY_LIST = ("_bulk", "_bulk_run", "_columns", "_view_new", "_view")
SAMPLE_LISTS = {"admin:activities_signup": "bulk_run", "admin:bases_base": ""}  # → its run in the dataset


def is_of_another_list(name: str) -> bool:
    """Return whether the URL `name` is one of those that every list has, of a list without rows for them."""
    found = next((end for end in sorted(OF_EVERY_LIST, key=len, reverse=True) if name.endswith(end)), "")
    return bool(found) and name.startswith("admin:") and name.removesuffix(found) not in SAMPLE_LISTS


# ---- the staff site --------------------------------------------------------------------------------------------------
ROWS = {  # model → name of its sample in the dataset
    "members.person": "person",
    "members.unconfirmedperson": "unconfirmed",
    "members.application": "application",
    "members.representative": "nominated",
    "members.assessment": "assessment",
    "members.category": "category",
    "organizations.organization": "organization",
    "organizations.membership": "membership_application",
    "organizations.post": "organization_post",
    "organizations.assessment": "organization_assessment",
    "organizations.evaluation": "organization_evaluation",
    "bases.evaluation": "base_evaluation",
    "services.evaluation": "team_evaluation",
    "organizations.charter": "charter",
    "organizations.lifestep": "life_step",
    "organizations.kind": "organization_kind",
    "organizations.workfield": "work_field",
    "organizations.term": "term",
    "organizations.termchange": "term_change",
    "organizations.candidate": "candidate",
    "organizations.duty": "duty",
    "organizations.handover": "hand_over",
    "bases.base": "base",
    "bases.assessment": "base_assessment",
    "services.assessment": "team_assessment",
    "standards.criterion": "criterion",
    "bases.honour": "honour",
    "bases.post": "base_post",
    "bases.openingexception": "opening_exception",
    "bases.room": "room",
    "bases.roombooking": "booking",
    "bases.visit": "visit",
    "bases.travel": "travel",
    "services.team": "team",
    "services.offer": "offer",
    "services.routingrule": "routing_rule",
    "services.request": "area_request",
    "services.proposal": "proposal",
    "services.department": "department",
    "services.outcome": "outcome",
    "services.outcomeparty": "outcome_party",
    "services.outcomedouble": "outcome_double",
    "services.outcomekind": "outcome_kind",
    "services.post": "team_post",
    "services.teamapplication": "team_application",
    "activities.activity": "submitted",
    "activities.signup": "pending",
    "activities.checkin": "checkin",
    "activities.servicerecord": "service",
    "activities.programme": "programme",
    "activities.brand": "brand",
    "accounts.user": "account",
    "accounts.role": "role",
    "accounts.staffchange": "staff_change",
    "audit.entry": "entry",
    "notices.delivery": "delivery",
    "workdays.workdayexception": "workday",
    "accounts.subdistrict": "area",
    "offices.office": "window",
    "standards.standard": "standard",
    "standards.version": "version",
    "board.report": "report",
    "objectives.plan": "goal_plan",
    "objectives.objective": "goal",
    "objectives.figure": "goal_figure",
    "objectives.revision": "goal_revision",
    "privacy.policyversion": "rules",
    "privacy.purpose": "purpose",
    "staff.rulesdraft": "rules_draft",
    "jobs.job": "job",
    "mailings.mailing": "mailing",
    "imports.import": "sheet",
    "papers.papertemplate": "paper_template",
}
TODO_SAMPLES = {  # code of a to-do kind → name of its sample in the dataset, and the option to choose
    "application-first": ("application", "review_first"),
    "application-second": ("reviewed", "approve"),
    "application-decline": ("decline_proposed", "confirm"),
    "application-objection": ("objected", "accept"),
    "correction": ("correction", "accept"),
    "representative-first": ("nominated", "first_review"),
    "representative-second": ("first_named", "name"),
    "representative-decline": ("decline_nomination", "confirm"),
    "assessment-person": ("assessment", "return"),
    "assessment-organization": ("organization_assessment", "return"),
    "assessment-base": ("base_assessment", "return"),
    "assessment-team": ("team_assessment", "return"),
    "assessment-organization-year": ("organization_evaluation", "return"),
    "assessment-base-year": ("base_evaluation", "return"),
    "assessment-team-year": ("team_evaluation", "return"),
    "standard-version": ("version_draft", "publish"),
    "objectives-plan": ("goal_waiting", "publish"),
    "objectives-figure": ("goal_figure", "check"),
    "objectives-revision": ("goal_revision", "agree"),
    "booking": ("booking", "confirm"),
    "visit": ("visit", "confirm"),
    "reception": ("reception", "missed"),
    "membership": ("membership_application", "accept"),
    "term-change": ("term_change", "agree"),
    "life-step": ("life_step", "return"),
    "number-request": ("number_request", "check"),
    "staff-change": ("staff_change", "agree"),
    "request": ("area_request", "answer"),
    "extension": ("extension", "grant"),
    "proposal": ("proposal", "accept"),
    "proposal-late": ("late_referral", "recall"),
    "proposal-clean": ("proposal_answered", "clean"),
    "proposal-check": ("edition", "publish"),
    "proposal-promise": ("promise", "keep"),
    "proposal-correction": ("asked_referral", "cancel"),
    "team-application": ("team_application", "accept"),
    "outcome": ("outcome", "check"),
    "outcome-double": ("outcome_double", "count-second"),
    "activity": ("submitted", "publish"),
    "attendance": ("past", "finish"),
    "signup": ("pending", "approve"),
    "privacy-rules": ("rules_draft", "publish"),
    "list-export": ("list_export", "agree"),
    "mailing": ("mailing", "agree"),
}
PUBLIC_OBJECTS = {  # samples that the public may see: the staff site must not open their decision pages to every officer
    "representative-first": "representative",
    "activity": "past",
    "attendance": "activity",
    "outcome": "checked",
    "proposal-check": "public_edition",
}
REASON = "请核对后再交"


def without_sample() -> list[str]:
    """Return the registered to-do kinds and models that have no sample here."""
    codes = [kind.code for kind in todo_kinds() if kind.code not in TODO_SAMPLES]
    return codes + [label for label in (m._meta.label_lower for m in admin.site._registry) if label not in ROWS]


def tabs_of(model: Any) -> list[str]:
    """Return the codes of the tabs on the page of a record of `model`, beside its facts."""
    return [*dict.fromkeys(tab.code for tab in record_tabs(model._meta.label)), "history"]


def tab_queries() -> dict[str, dict[str, str]]:
    """Return the query of each tab of each record of the staff site."""
    return {
        f"admin:{model._meta.app_label}_{model._meta.model_name}_change {code}": {"tab": code}
        for model in admin.site._registry
        for code in tabs_of(model)
    }


def staff_arguments() -> dict[str, Arguments]:
    """Return the rows of the staff site whose URL has arguments."""
    found: dict[str, Arguments] = {
        f"admin:staff_section {section}": lambda w, section=section: [section] for section in Section.values
    }
    for code in (kind.code for kind in todo_kinds() if kind.code in TODO_SAMPLES):
        sample = TODO_SAMPLES[code][0]
        found[f"admin:staff_decide {code}"] = lambda w, code=code, sample=sample: [code, w.objects[sample].public_id]
    found["admin:staff_assign"] = lambda w: ["signup", w.objects["pending"].public_id]
    found["admin:staff_undo"] = lambda w: [1]
    for code, sample in PUBLIC_OBJECTS.items():
        row = f"admin:staff_decide {code} of-what-is-public"
        found[row] = lambda w, code=code, sample=sample: [code, w.objects[sample].public_id]
    for name, run in SAMPLE_LISTS.items():
        found[f"{name}_bulk_run"] = lambda w, run=run: [w.objects[run].public_id if run else "nothing"]
        found[f"{name}_view"] = lambda w, run=run: [w.objects["view"].public_id if run else "nothing"]
    for model, model_admin in admin.site._registry.items():
        if not (sample := ROWS.get(model._meta.label_lower)):
            continue  # `without_sample` names it
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        found[f"{name}_change"] = lambda w, sample=sample: [w.objects[sample].pk]
        for code in tabs_of(model):
            found[f"{name}_change {code}"] = found[f"{name}_change"]
        for verb in [button.verb for button in model_admin.buttons] or ["nothing"]:
            found[f"{name}_do {verb}"] = lambda w, sample=sample, verb=verb: [w.objects[sample].pk, verb]
    return found


def staff_forms() -> dict[str, Data]:
    """Return the form data of the staff site: empty for forms that create or edit, a reason for verbs, a choice for to-dos."""
    found: dict[str, Data] = {
        "admin:staff_assign": lambda w: {"do": "take"},
        "admin:staff_undo": lambda w: {},
        "admin:staff_absence": lambda w: {},
        "admin:papers_papertemplate_word": lambda w: {},
        "admin:papers_papertemplate_word base": lambda w: {},
    }
    for name, run in SAMPLE_LISTS.items():
        found[f"{name}_bulk"] = lambda w: {"verb": "export"}
        found[f"{name}_columns"] = lambda w: {"columns": ["nothing"], "per_page": "25"}
        found[f"{name}_view_new"] = lambda w: {}
        if run:
            found[f"{name}_view"] = lambda w: {"name": ""}
            found[f"{name}_bulk_run"] = lambda w: {}
    for code, (_sample, choice) in TODO_SAMPLES.items():
        found[f"admin:staff_decide {code}"] = lambda w, choice=choice: {"choice": choice, "reason": REASON}
    for row in staff_arguments():
        if "_do " in row:
            found[row] = lambda w: {"reason": REASON}
    for model, model_admin in admin.site._registry.items():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        found[f"{name}_export"] = lambda w: {}
        found |= {f"{name}_add": lambda w: {}} if model_admin.create else {}
        found |= {f"{name}_change": lambda w: {}} if model_admin.edit else {}
    return found


def rows() -> list[str]:
    """Return every row in the order of the URLs: the name alone, or the samples of the URL."""
    samples = [*ARGUMENTS, *staff_arguments(), *QUERIES]
    found: list[str] = []
    for name in dict.fromkeys(names()):
        if is_of_another_list(name):
            continue
        named = [row for row in dict.fromkeys(samples) if row.partition(" ")[0] == name]
        found += named if named and (name in named or name in NEEDS) else [name, *named]
    return found


QUERIES |= tab_queries()
NEEDS = {row.partition(" ")[0] for row in staff_arguments()}  # URLs that have no sample without a word after the name


def path_of(row: str, dataset: Any) -> str:
    """Return the path of the sample `row`."""
    arguments = {**ARGUMENTS, **staff_arguments()}.get(row, lambda w: [])
    name = row.partition(" ")[0]
    if name == "admin:anything-else":
        return "/manage/nothing/here/"
    return reverse(name, args=arguments(dataset))
