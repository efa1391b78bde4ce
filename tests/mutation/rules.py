"""The rules that are broken: where each stands, what it becomes, and the tests that must notice.

`snippet` stands exactly once in `file`; when the code changes, its line here changes with it.
"""

from dataclasses import dataclass


def asked(row: str, method: str = "GET") -> str:
    """Return the test of one row of the matrix."""
    file = "test_desk_matrix.py" if row.startswith("admin:") else "test_url_matrix.py"
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
        "a name stands in public by consent",
        "chengyang/platform/accounts/posts.py",
        'is_public = bool(person.user_id and privacy.holds(person.user, "publication"))',
        "is_public = True",
        ("organizations/test_bodies.py::test_a_name_is_public_only_with_consent",),
    ),
    Mutant(
        "unconfirmed-counts",
        "a record that its person has not confirmed stands nowhere",
        "members/models/persons.py",
        "    active = Q(state=PersonState.ACTIVE)\n",
        "    active = Q()\n",
        (asked("admin:members_person_change unconfirmed"),),
    ),
    # ---- the audit (requirements S11, S14) --------------------------------------------------------------------------------
    Mutant(
        "audit-row-missing",
        "every step of a state is in the audit",
        "chengyang/platform/audit/transitions.py",
        '    record(verb, obj, actor=actor, person=person, user=user, reason=code, fields=["state", *changes])\n',
        "",
        ("standards/test_actions.py::test_each_step_is_in_the_audit",),
    ),
    Mutant(
        "reading-not-recorded",
        "who reads a whole number is written down",
        "members/actions/persons.py",
        '    audit.record("person.read", row, actor=actor, person=person, user=row.user, fields=["phone"], reason=reason)\n',
        "",
        ("members/test_persons.py::test_a_whole_number_is_read_for_a_reason_that_is_written_down",),
    ),
    # ---- who sees what (decisions.md, "Who sees what") ----------------------------------------------------------------
    Mutant(
        "person-scope-dropped",
        "subdistrict staff see the persons of their subdistrict",
        "members/models/persons.py",
        "managed |= active & Q(subdistrict__in=scope.subdistricts)",
        "managed |= active",
        ("members/test_persons.py::test_who_sees_whom", asked("admin:members_person_change")),
    ),
    Mutant(
        "application-scope-dropped",
        "subdistrict staff see the applications to their subdistrict",
        "members/models/applications.py",
        "return submitted if scope.district else submitted & Q(subdistrict__in=scope.subdistricts)",
        "return submitted",
        (asked("admin:members_application_change"),),
    ),
    Mutant(
        "draft-visible-to-staff",
        "a draft belongs to its author alone",
        "members/models/applications.py",
        "    submitted = Q(submitted_at__isnull=False)\n",
        "    submitted = Q()\n",
        (asked("admin:members_application_change draft"),),
    ),
    Mutant(
        "activity-scope-dropped",
        "a subdistrict's drafts are not the neighbours'",
        "activities/models/activities.py",
        'kept |= Q(**{f"{prefix}subdistrict__in": scope.subdistricts})',
        "kept |= Q(pk__isnull=False)",
        (asked("activities:detail draft"),),
    ),
    Mutant(
        "unpublished-shown",
        "what is not published stands on no calendar",
        "activities/models/activities.py",
        "SHOWN = Q(state__in=ACTIVITY_SHOWN, published_at__isnull=False)",
        "SHOWN = Q()",
        ("activities/test_feed.py::test_nothing_leaks_that_is_not_public",),
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
        "fewer than five persons are not counted in public",
        "chengyang/platform/web/suppression.py",
        "return number if number >= FEWEST else None",
        "return number",
        (
            "organizations/test_pages.py::test_few_members_are_not_counted_in_public",
            "activities/test_views_activity.py::test_fewer_than_five_who_signed_up_are_not_counted",
        ),
    ),
    # ---- the desk (docs/architecture.md) ------------------------------------------------------------------------------
    Mutant(
        "admin-unscoped",
        "lists of the desk come through visible_to",
        "chengyang/platform/staff/admin.py",
        "        rows = visible_rows(self.model, request.user)\n",
        "        rows = self.model._default_manager.all()\n",
        (asked("admin:services_request_change"),),
    ),
    Mutant(
        "admin-writes-itself",
        "the desk writes through actions alone",
        "chengyang/platform/staff/admin.py",
        '        if write is None:\n            raise NotAllowed("save_model")\n',
        "        if write is None:\n            return obj.save()\n",
        ("project/test_desk.py::test_a_list_without_an_action_cannot_save",),
    ),
    Mutant(
        "foreign-keys-unscoped",
        "a form of the desk takes only rows that one may see",
        "chengyang/platform/staff/admin.py",
        '        options["queryset"] = visible_rows(db_field.remote_field.model, request.user)\n',
        '        options["queryset"] = db_field.remote_field.model._default_manager.all()\n',
        ("project/test_desk.py::test_a_form_takes_no_row_out_of_reach",),
    ),
    Mutant(
        "decision-page-for-everybody",
        "a page of the desk is for who is responsible",
        "members/todos.py",
        '        return Representative.objects.filter(person__in=people.values("pk"))\n\n    def detail',
        "        return Representative.objects.visible_to(user)\n\n    def detail",
        (asked("admin:staff_decide representative-first of-what-is-public"),),
    ),
    # ---- places (rule 7) --------------------------------------------------------------------------------------------------
    Mutant(
        "capacity-off-by-one",
        "there are never more places taken than there are",
        "activities/models/activities.py",
        "if self.taken < self.capacity and not",
        "if self.taken <= self.capacity and not",
        ("activities/test_actions_signups.py::test_places_are_given_in_order_and_then_the_waiting_list",),
    ),
    Mutant(
        "position-without-the-lock",
        "the last place goes once, whatever happens at the same moment",
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
        "nobody new overtakes the waiting list",
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
        ("activities/test_actions_signups.py::test_too_late_to_confirm",),
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
        "body-approves-itself",
        "an activity is approved by staff of its scope",
        "activities/permissions.py",
        "    return is_staff_of(actor, activity) and not acts_for_organizer(actor, activity)\n",
        "    return can_keep_activity(actor, activity)\n",
        ("activities/test_actions_activities.py::test_a_bodys_draft_is_not_published_without_its_staff",),
    ),
    Mutant(
        "cancelled-unsaid",
        "the feed says what is cancelled",
        "activities/feed.py",
        '"CANCELLED" if is_off else "CONFIRMED"',
        '"CONFIRMED"',
        ("activities/test_feed.py::test_what_is_cancelled_says_so",),
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
        ("activities/test_actions_attendance.py::test_a_correction_that_cannot_be_is_refused",),
    ),
    # ---- standards (rules 3–5) ------------------------------------------------------------------------------------------------
    Mutant(
        "founded-without-five-goods",
        "an organization is founded on its five goods",
        "organizations/actions/organizations.py",
        "    if not organization.assessments.passed_on(clock.today()).exists():\n",
        "    if organization.assessments is None:\n",
        ("organizations/test_bodies.py::test_without_a_passed_assessment_it_is_not_founded",),
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
        ("members/test_representatives.py::test_nor_with_one_that_is_not_passed",),
    ),
    Mutant(
        "passed-without-evidence",
        "every criterion that is met is shown",
        "chengyang/platform/standards/actions.py",
        "    if passed:\n        _require_all_met(assessment)\n    elif",
        "    if passed:\n        pass\n    elif",
        ("standards/test_actions.py::test_it_does_not_pass_with_a_criterion_that_is_not_met_or_not_shown",),
    ),
    # ---- signing in (requirements U22) -------------------------------------------------------------------------------------------
    Mutant(
        "endless-tries",
        "a code bears five tries",
        "chengyang/platform/accounts/phone_verification.py",
        "    if proof.tries >= TRIES:\n",
        "    if proof.tries > TRIES + 100:\n",
        ("accounts/test_phone_verification.py::test_the_right_code_is_refused_after_five_wrong_ones",),
    ),
    Mutant(
        "code-of-any-session",
        "a code is worth nothing in another session",
        "chengyang/platform/accounts/phone_verification.py",
        "PhoneProof.objects.select_for_update().filter(session_hash=_session_hash(session_key))",
        "PhoneProof.objects.select_for_update()",
        ("accounts/test_phone_verification.py::test_a_code_is_invalid_in_another_session",),
    ),
    Mutant(
        "phone-in-the-clear",
        "a number is stored sealed",
        "chengyang/lib/vault/fields.py",
        "        return _Sealed(self.sealed(model_instance))\n",
        "        return _Sealed(self.read(model_instance))\n",
        ("vault/test_fields.py::test_column_holds_ciphertext",),
    ),
    Mutant(
        "seal-of-any-row",
        "a sealed value opens in its own row alone",
        "chengyang/lib/vault/fields.py",
        "return sealing.binding(self.model._meta.label, instance.public_id, self.name)",
        'return sealing.binding(self.model._meta.label, "", self.name)',
        ("vault/test_fields.py::test_ciphertext_of_another_row_does_not_open",),
    ),
    Mutant(
        "open-redirect",
        "nobody is sent to another site",
        "chengyang/platform/web/redirects.py",
        "        and url_has_allowed_host_and_scheme(",
        "        or url_has_allowed_host_and_scheme(",
        ("web/test_redirects.py",),
    ),
    # ---- time and leaving (rules 9 and 12) -----------------------------------------------------------------------------------------
    Mutant(
        "no-escalation",
        "an overdue request is laid before the district",
        "services/actions/requests.py",
        "state__in=REQUEST_OPEN, due_on__lt=today, escalated_at__isnull=True",
        "state__in=REQUEST_OPEN, due_on__lt=today - dt.timedelta(days=365), escalated_at__isnull=True",
        ("services/test_requests.py::test_an_overdue_request_escalates_to_the_district_once",),
    ),
    Mutant(
        "leaving-needs-approval",
        "leaving is nobody else's to allow",
        "organizations/permissions.py",
        "    return can_apply_for_membership(actor, membership.person)\n",
        "    return can_decide_membership(actor, membership)\n",
        ("organizations/test_memberships.py::test_leaving_is_at_once",),
    ),
    Mutant(
        "leaving-the-registry-needs-staff",
        "who wants to leave the registry leaves",
        "members/permissions.py",
        "    return is_own(actor, person) or asked_in_person\n",
        "    return asked_in_person\n",
        ("members/test_leaving.py::test_leaving_is_at_once_and_nobody_is_asked",),
    ),
    Mutant(
        "policy-with-holes",
        "no page runs a script that stands in it",
        "chengyang/settings.py",
        '"script-src": [SELF],',
        '"script-src": [SELF, "\'unsafe-inline\'"],',
        ("project/test_every_page.py::test_a_page_keeps_the_rules_of_all_pages[home]",),
    ),
)
