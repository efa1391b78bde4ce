"""The mutants: a snippet of code, its broken replacement, and the tests that must fail.

`snippet` must be in `file` exactly once; when the code changes, change the snippet here, too.
"""

from dataclasses import dataclass


def matrix_test(row: str, method: str = "GET") -> str:
    """Return the node id of the test of one row of the matrix."""
    file = "test_staff_matrix.py" if row.startswith("admin:") else "test_url_matrix.py"
    return f"project/{file}::test_an_address_answers_everybody_as_the_matrix_says[{method} {row}]"


@dataclass(frozen=True)
class Mutant:
    """One broken rule; `tests` are node ids below `tests/`."""

    name: str
    rule: str
    file: str
    snippet: str
    broken: str
    tests: tuple[str, ...]


MUTANTS = (
    # ---- two people (domain.md rule 2) --------------------------------------------------------------------------------
    Mutant(
        "one-officer-for-both-reviews",
        "the second review is another officer's",
        "members/permissions.py",
        "actor.pk not in (application.user_id, application.first_reviewer_id)",
        "actor.pk != application.user_id",
        ("members/test_permissions.py::test_the_first_reviewer_may_not_do_the_second",),
    ),
    Mutant(
        "self-review",
        "nobody reviews themself",
        "members/permissions.py",
        "access_scope(actor).covers(application.subdistrict_id) and actor.pk != application.user_id",
        "access_scope(actor).covers(application.subdistrict_id)",
        ("members/test_permissions.py::test_nobody_reviews_themself",),
    ),
    Mutant(
        "self-check-of-an-outcome",
        "an outcome counts after a second person's check",
        "services/permissions.py",
        "\n        and actor.pk != outcome.reported_by_id",
        "",
        ("services/test_outcomes.py::test_who_reported_it_does_not_check_it",),
    ),
    Mutant(
        "self-answer",
        "nobody answers their own request",
        "services/permissions.py",
        "return actor != request.author and can_route_request(actor, request)",
        "return can_route_request(actor, request)",
        ("services/test_requests.py::test_nobody_answers_their_own",),
    ),
    # ---- consent (rule 1, requirements P04–P06, P09) ----------------------------------------------------------------------
    Mutant(
        "consent-skipped",
        "nothing is stored before consent to being registered",
        "members/actions/applications.py",
        "    _require_consent(user)\n    application = ",
        "    application = ",
        ("members/test_applications.py::test_nothing_begins_without_consent",),
    ),
    Mutant(
        "consent-ticked-beforehand",
        "the box of consent is empty",
        "members/forms.py",
        "forms.BooleanField(label=CONSENT, required=True,",
        "forms.BooleanField(label=CONSENT, initial=True, required=True,",
        ("members/test_join.py::test_the_consent_is_one_box_and_not_ticked",),
    ),
    Mutant(
        "withdrawn-consent-holds",
        "a withdrawn consent holds no longer",
        "chengyang/platform/privacy/actions.py",
        "return bool(latest and latest.given)",
        "return bool(latest)",
        ("privacy/test_actions.py::test_a_withdrawn_consent_no_longer_holds_and_both_rows_stay",),
    ),
    Mutant(
        "name-public-without-consent",
        "a name is public only with consent",
        "chengyang/platform/accounts/posts.py",
        'is_public = bool(person.user_id and privacy.holds(person.user, "publication"))',
        "is_public = True",
        ("organizations/test_organizations.py::test_a_name_is_public_only_with_consent",),
    ),
    Mutant(
        "unconfirmed-counts",
        "a record that its person has not confirmed is shown nowhere",
        "members/models/persons.py",
        "    active = Q(state=PersonState.ACTIVE)\n",
        "    active = Q()\n",
        (matrix_test("admin:members_person_change unconfirmed"),),
    ),
    # ---- the audit (requirements S11, S14) --------------------------------------------------------------------------------
    Mutant(
        "audit-row-missing",
        "every change of state is in the audit",
        "chengyang/platform/audit/transitions.py",
        '    record(verb, obj, actor=actor, person=person, user=user, reason=code, fields=["state", *changes])\n',
        "",
        ("standards/test_actions.py::test_each_step_is_in_the_audit",),
    ),
    Mutant(
        "reading-not-recorded",
        "reading a full phone number is in the audit",
        "members/actions/persons.py",
        '    audit.record("person.read", row, actor=actor, person=person, user=row.user, fields=["phone"], reason=reason)\n',
        "",
        ("members/test_persons.py::test_reading_a_full_number_records_the_reason",),
    ),
    # ---- who sees what (decisions.md, "Who sees what") ----------------------------------------------------------------
    Mutant(
        "person-scope-dropped",
        "subdistrict staff see the persons of their subdistrict",
        "members/models/persons.py",
        "managed |= active & Q(subdistrict__in=scope.subdistricts)",
        "managed |= active",
        ("members/test_persons.py::test_visible_persons", matrix_test("admin:members_person_change")),
    ),
    Mutant(
        "application-scope-dropped",
        "subdistrict staff see the applications to their subdistrict",
        "members/models/applications.py",
        "return submitted if scope.district else submitted & Q(subdistrict__in=scope.subdistricts)",
        "return submitted",
        (matrix_test("admin:members_application_change"),),
    ),
    Mutant(
        "draft-visible-to-staff",
        "a draft belongs to its author alone",
        "members/models/applications.py",
        "    submitted = Q(submitted_at__isnull=False)\n",
        "    submitted = Q()\n",
        (matrix_test("admin:members_application_change draft"),),
    ),
    Mutant(
        "activity-scope-dropped",
        "a subdistrict's drafts are not the neighbours'",
        "activities/models/visibility.py",
        'managed |= Q(**{f"{prefix}subdistrict__in": scope.subdistricts})',
        "managed |= Q(pk__isnull=False)",
        (matrix_test("activities:detail draft"),),
    ),
    Mutant(
        "unpublished-shown",
        "an unpublished activity is on no calendar",
        "activities/models/visibility.py",
        "SHOWN = Q(state__in=ACTIVITY_SHOWN, published_at__isnull=False)",
        "SHOWN = Q()",
        ("activities/test_feed.py::test_hidden_activities_do_not_leak",),
    ),
    Mutant(
        "request-scope-dropped",
        "a request is read by its handlers and its author alone",
        "services/models.py",
        "            shown |= Q(team__isnull=True, subdistrict__isnull=True) | Q(escalated_at__isnull=False)\n",
        "            return self.all()\n",
        ("services/test_requests.py::test_who_sees_a_request_routed_to_a_team",),
    ),
    Mutant(
        "administrators-see-members",
        "administrators of the system see no member data",
        "chengyang/platform/accounts/access.py",
        "    if administrator:  #",
        "    if not administrator:  #",
        ("accounts/test_access.py::test_scope_of_an_administrator_ignores_other_roles_and_posts",),
    ),
    Mutant(
        "few-are-counted",
        "a number below five is not shown in public",
        "chengyang/platform/web/suppression.py",
        "return number if number >= FEWEST else None",
        "return number",
        (
            "organizations/test_pages.py::test_few_members_are_not_counted_in_public",
            "activities/test_views_activity.py::test_fewer_than_five_who_signed_up_are_not_counted",
        ),
    ),
    # ---- the staff site (docs/architecture.md) ------------------------------------------------------------------------
    Mutant(
        "admin-unscoped",
        "lists of the staff site are filtered by visible_to",
        "chengyang/platform/staff/admin.py",
        "        rows = visible_rows(self.model, request.user)\n",
        "        rows = self.model._default_manager.all()\n",
        (matrix_test("admin:services_request_change"),),
    ),
    Mutant(
        "admin-writes-itself",
        "the staff site writes only through actions",
        "chengyang/platform/staff/admin.py",
        '        if write is None:\n            raise NotAllowed("save_model")\n',
        "        if write is None:\n            return obj.save()\n",
        ("project/test_staff_site.py::test_a_list_without_an_action_cannot_save",),
    ),
    Mutant(
        "foreign-keys-unscoped",
        "a form of the staff site accepts only rows that the user may see",
        "chengyang/platform/staff/admin.py",
        '        options["queryset"] = visible_rows(db_field.remote_field.model, request.user)\n',
        '        options["queryset"] = db_field.remote_field.model._default_manager.all()\n',
        ("project/test_staff_site.py::test_a_form_rejects_a_row_out_of_scope",),
    ),
    Mutant(
        "decision-page-for-everybody",
        "a decision page is only for the responsible staff",
        "members/todos.py",
        '        return Representative.objects.filter(person__in=people.values("pk"))\n\n    def detail',
        "        return Representative.objects.visible_to(user)\n\n    def detail",
        (matrix_test("admin:staff_decide representative-first of-what-is-public"),),
    ),
    # ---- places (rule 7) --------------------------------------------------------------------------------------------------
    Mutant(
        "capacity-off-by-one",
        "no more places are taken than the capacity",
        "activities/models/activities.py",
        "if self.taken < self.capacity and not",
        "if self.taken <= self.capacity and not",
        ("activities/test_actions_signups.py::test_places_are_given_in_order_and_then_the_waiting_list",),
    ),
    Mutant(
        "position-without-the-lock",
        "the last place is given once, also to concurrent requests",
        "activities/actions/signups.py",
        "    activity = lock(activity)\n    require(can_sign_up, actor, activity)\n",
        "    activity = Activity.objects.get(pk=activity.pk)\n    require(can_sign_up, actor, activity)\n",
        ("activities/test_races.py::test_the_last_place_goes_once",),
    ),
    Mutant(
        "last-come-first-served",
        "a free place goes to the first on the waiting list",
        "activities/actions/signups.py",
        'order_by("position")\n    places = ',
        'order_by("-position")\n    places = ',
        ("activities/test_actions_signups.py::test_a_place_given_back_is_offered_to_the_first_who_waits",),
    ),
    Mutant(
        "waiting-list-overtaken",
        "a new sign-up does not overtake the waiting list",
        "activities/models/activities.py",
        "if self.taken < self.capacity and not self.signups.filter(state=SignupState.WAITLISTED).exists():",
        "if self.taken < self.capacity:",
        ("activities/test_actions_signups.py::test_nobody_new_overtakes_the_waiting_list",),
    ),
    Mutant(
        "offer-never-expires",
        "an offered place has a set time to be confirmed",
        "activities/actions/signups.py",
        "until is not None and until <= clock.now():",
        "until is None:",
        ("activities/test_actions_signups.py::test_an_expired_offer_is_not_confirmed",),
    ),
    Mutant(
        "guest-without-a-number",
        "a guest has a proved phone",
        "activities/actions/signups.py",
        "    if not actor.phone:\n",
        "    if actor.phone is None:\n",
        ("activities/test_actions_signups.py::test_a_guest_without_name_or_phone_is_refused",),
    ),
    Mutant(
        "organizer-approves-itself",
        "an activity is approved by staff of its scope",
        "activities/permissions.py",
        "    return is_staff_of(actor, activity) and not acts_for_organizer(actor, activity)\n",
        "    return can_manage_activity(actor, activity)\n",
        ("activities/test_actions_activities.py::test_an_organizers_draft_is_not_published_without_staff",),
    ),
    Mutant(
        "cancellation-not-in-feed",
        "the feed marks cancelled activities",
        "activities/feed.py",
        '"CANCELLED" if is_off else "CONFIRMED"',
        '"CONFIRMED"',
        ("activities/test_feed.py::test_a_cancelled_activity_has_the_status_cancelled",),
    ),
    # ---- hours (rule 8) -----------------------------------------------------------------------------------------------------
    Mutant(
        "hours-of-any-kind",
        "only volunteer service earns hours",
        "activities/actions/attendance.py",
        "    if not activity.earns_hours:\n",
        "    if activity is None:\n",
        ("activities/test_actions_attendance.py::test_only_volunteer_service_earns_hours",),
    ),
    Mutant(
        "hours-rounded-up",
        "hours count in whole half hours",
        "activities/actions/attendance.py",
        "return Decimal(max(within, dt.timedelta()) // STEP) / 2",
        "return Decimal(-(-max(within, dt.timedelta()) // STEP)) / 2",
        ("activities/test_actions_attendance.py::test_hours_are_half_hours_within_the_activity_rounded_down",),
    ),
    Mutant(
        "correction-without-a-reason",
        "a correction of hours has its reason",
        "activities/actions/attendance.py",
        'reason = required_reason(reason, missing=_("请写明为什么更正，本人会看到。"))',
        'reason = (reason or "").strip()',
        ("activities/test_actions_attendance.py::test_an_impossible_correction_is_refused",),
    ),
    # ---- standards (rules 3–5) ------------------------------------------------------------------------------------------------
    Mutant(
        "founded-without-five-goods",
        "an organization is founded on its five goods",
        "organizations/actions/organizations.py",
        "    if not organization.assessments.passed_on(clock.today()).exists():\n",
        "    if organization.assessments is None:\n",
        ("organizations/test_organizations.py::test_without_a_passed_assessment_it_is_not_founded",),
    ),
    Mutant(
        "operating-without-six-haves",
        "a base operates on its six haves of the last twelve months",
        "bases/actions.py",
        "    if not base.assessments.passed_on(clock.today()).exists():\n",
        "    if not base.assessments.exists():\n",
        ("bases/test_bases.py::test_an_assessment_older_than_a_year_does_not_open_it",),
    ),
    Mutant(
        "named-without-four-haves",
        "a representative has passed the four haves",
        "members/actions/representatives.py",
        "person.assessments.passed_on(clock.today()).filter(representative__isnull=True).first()",
        "person.assessments.filter(representative__isnull=True).first()",
        ("members/test_representatives.py::test_representative_is_not_named_without_passed_assessment",),
    ),
    Mutant(
        "passed-without-evidence",
        "every criterion that is met has evidence",
        "chengyang/platform/standards/actions.py",
        "    if passed:\n        _require_all_met(assessment)\n    elif",
        "    if passed:\n        pass\n    elif",
        ("standards/test_actions.py::test_it_does_not_pass_with_a_criterion_not_met_or_without_evidence",),
    ),
    # ---- signing phone (requirements U22) -------------------------------------------------------------------------------------
    Mutant(
        "endless-tries",
        "a code allows five tries",
        "chengyang/platform/accounts/phone_verification.py",
        "    if proof.tries >= TRIES:\n",
        "    if proof.tries > TRIES + 100:\n",
        ("accounts/test_phone_verification.py::test_the_right_code_is_refused_after_five_wrong_ones",),
    ),
    Mutant(
        "code-of-any-session",
        "a code is invalid in another session",
        "chengyang/platform/accounts/phone_verification.py",
        "PhoneProof.objects.select_for_update().filter(session_hash=_session_hash(session_key))",
        "PhoneProof.objects.select_for_update()",
        ("accounts/test_phone_verification.py::test_a_code_is_invalid_in_another_session",),
    ),
    Mutant(
        "phone-in-the-clear",
        "a phone number is stored encrypted",
        "chengyang/lib/vault/fields.py",
        "        return _Sealed(self.sealed(model_instance))\n",
        "        return _Sealed(self.read(model_instance))\n",
        ("vault/test_fields.py::test_column_holds_ciphertext",),
    ),
    Mutant(
        "seal-of-any-row",
        "an encrypted value can be decrypted only in its own row",
        "chengyang/lib/vault/fields.py",
        "return sealing.binding(self.model._meta.label, instance.public_id, self.name)",
        'return sealing.binding(self.model._meta.label, "", self.name)',
        ("vault/test_fields.py::test_ciphertext_of_another_row_does_not_open",),
    ),
    Mutant(
        "open-redirect",
        "no redirect leads to another site",
        "chengyang/platform/web/redirects.py",
        "        and url_has_allowed_host_and_scheme(",
        "        or url_has_allowed_host_and_scheme(",
        ("web/test_redirects.py",),
    ),
    # ---- time and leaving (rules 9 and 12) -----------------------------------------------------------------------------------------
    Mutant(
        "no-escalation",
        "an overdue request is escalated to the district",
        "services/actions/requests.py",
        "state__in=REQUEST_OPEN, due_on__lt=today, escalated_at__isnull=True",
        "state__in=REQUEST_OPEN, due_on__lt=today - dt.timedelta(days=365), escalated_at__isnull=True",
        ("services/test_requests.py::test_an_overdue_request_escalates_to_the_district_once",),
    ),
    Mutant(
        "leaving-needs-approval",
        "leaving an organization needs no approval",
        "organizations/permissions.py",
        "    return can_apply_for_membership(actor, membership.person)\n",
        "    return can_decide_membership(actor, membership)\n",
        ("organizations/test_memberships.py::test_leaving_is_at_once",),
    ),
    Mutant(
        "leaving-the-registry-needs-staff",
        "leaving the registry needs no approval",
        "members/permissions.py",
        "    return is_own(actor, person) or asked_in_person\n",
        "    return asked_in_person\n",
        ("members/test_leaving.py::test_leaving_is_at_once_and_nobody_is_asked",),
    ),
    Mutant(
        "inline-scripts-allowed",
        "no page runs an inline script",
        "chengyang/settings.py",
        '"script-src": [SELF],',
        '"script-src": [SELF, "\'unsafe-inline\'"],',
        ("project/test_every_page.py::test_a_page_keeps_the_rules_of_all_pages[home]",),
    ),
    # ---- the public pages ---------------------------------------------------------------------------------------------
    Mutant(
        "secrets-compressed",
        "a page that may contain a secret is not compressed",
        "chengyang/platform/web/middleware.py",
        "set(request.COOKIES) <= {elder.COOKIE} and not response.cookies",
        "not response.cookies",
        ("web/test_middleware.py::test_a_page_that_may_have_a_secret_is_not_compressed",),
    ),
    Mutant(
        "search-loses-a-page",
        "the pages of a search show everything once",
        "activities/timetable/lists.py",
        "kept = [activity for activity in activities if reached(activity) != cut]",
        "kept = activities",
        ("activities/test_timetable.py::test_the_pages_of_a_search_show_everything_once",),
    ),
)
