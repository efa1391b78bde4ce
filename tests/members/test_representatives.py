"""代表人士: two reviews by two people, a passed “四有” assessment, the end of the term (domain.md rules 2 and 3)."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from chengyang import clock, extensions
from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.notices.models import Notice
from members import actions
from members.metrics import _representatives
from members.models import Representative
from services.models import Post as TeamPost
from tests import personas
from tests.staff_pages import decide

from . import factories

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 23)
TERM = {"starts": dt.date(2026, 12, 1), "ends": dt.date(2029, 12, 1)}


@pytest.fixture
def four_haves(rules):
    return factories.four_haves()


def nominated(member, officer):
    return actions.nominate_representative(member.person, actor=officer, **TERM)


def reviewed(member, officer):
    return actions.first_review_representative(nominated(member, officer), actor=officer)


def code_of(call, *args, **options):
    with pytest.raises(ActionError) as caught:
        call(*args, **options)
    return caught.value.code


def test_two_people_and_four_haves_name_a_representative(four_haves, member, xiazhuang, district):
    assessment = factories.assessed(member.person, four_haves)
    named = actions.name_representative(reviewed(member, xiazhuang), actor=district)
    assert (named.state, named.assessment, named.second_reviewer) == ("named", assessment, district)


def test_without_an_assessment_nobody_is_named(four_haves, member, xiazhuang, district):
    row = reviewed(member, xiazhuang)
    assert code_of(actions.name_representative, row, actor=district) == "assessment"


@pytest.mark.parametrize("state", ["open", "submitted", "failed"])
def test_representative_is_not_named_without_passed_assessment(four_haves, member, xiazhuang, district, state):
    factories.assessed(member.person, four_haves, state=state)
    row = reviewed(member, xiazhuang)
    assert code_of(actions.name_representative, row, actor=district) == "assessment"


def test_representative_is_not_named_with_expired_assessment(four_haves, member, xiazhuang, district):
    assessment = factories.assessed(member.person, four_haves)
    type(assessment).objects.update(expires_on=clock.today())
    assert code_of(actions.name_representative, reviewed(member, xiazhuang), actor=district) == "assessment"


def test_database_requires_the_assessment(member):
    with pytest.raises(IntegrityError), transaction.atomic():
        Representative.objects.create(person=member.person, state="named", **TERM)


def test_the_first_reviewer_does_not_name(four_haves, member, district):
    factories.assessed(member.person, four_haves)
    with pytest.raises(NotAllowed):
        actions.name_representative(reviewed(member, district), actor=district)


def test_database_requires_two_reviewers(member, district):
    with pytest.raises(IntegrityError), transaction.atomic():
        Representative.objects.create(person=member.person, first_reviewer=district, second_reviewer=district, **TERM)


def test_another_subdistrict_does_not_nominate(rules, member, liuting):
    with pytest.raises(NotAllowed):
        nominated(member, liuting)


def test_a_term_ends_after_it_starts(rules, member, xiazhuang):
    dates = {"starts": TODAY, "ends": TODAY}
    assert code_of(actions.nominate_representative, member.person, actor=xiazhuang, **dates) == "dates"


def test_representative_is_not_nominated_again(rules, member, xiazhuang):
    nominated(member, xiazhuang)
    assert code_of(nominated, member, xiazhuang) == "twice"


def test_person_who_left_is_not_nominated(rules, xiazhuang):
    person = personas.person(state="left", left_on=TODAY)
    assert code_of(actions.nominate_representative, person, actor=xiazhuang, **TERM) == "state"


# ---- declining takes two people --------------------------------------------------------------------------------------
def proposed(member, officer, *, first=None):
    row = reviewed(member, first) if first else nominated(member, officer)
    return actions.propose_decline_representative(row, actor=officer, reason="任期重叠")


def test_declining_needs_a_reason(rules, member, xiazhuang):
    row = nominated(member, xiazhuang)
    assert code_of(actions.propose_decline_representative, row, actor=xiazhuang, reason="") == "reason"


def test_one_officer_only_proposes_and_another_one_declines(rules, member, xiazhuang, district):
    row = proposed(member, xiazhuang)
    assert (row.state, row.declined_by) == ("decline_proposed", xiazhuang)
    row = actions.decline_representative(row, actor=district)
    assert (row.state, row.decline_confirmed_by, row.reason) == ("declined", district, "任期重叠")


def test_nobody_declines_what_nobody_proposed_to_decline(rules, member, xiazhuang, district):
    assert code_of(actions.decline_representative, nominated(member, xiazhuang), actor=district) == "state"


def test_a_proposal_is_not_passed_over_by_the_first_review(rules, member, xiazhuang, district):
    assert code_of(actions.first_review_representative, proposed(member, xiazhuang), actor=district) == "state"


@pytest.mark.parametrize("name", personas.NAMES)
def test_who_confirms_that_a_nomination_is_declined(rules, member, district, name):
    row, user = proposed(member, district), personas.make(name)
    if name == "district_2":
        assert actions.decline_representative(row, actor=user).state == "declined"
    else:
        with pytest.raises(NotAllowed):
            actions.decline_representative(row, actor=user)


def test_the_database_refuses_one_officer_for_both(rules, member, district, district_2):
    actions.decline_representative(proposed(member, district), actor=district_2)
    with pytest.raises(IntegrityError), transaction.atomic():
        Representative.objects.update(decline_confirmed_by=district)


@pytest.mark.parametrize(("first", "state"), [(False, "nominated"), (True, "first_reviewed")])
def test_without_agreement_the_review_goes_on(rules, member, xiazhuang, district, district_2, first, state):
    row = proposed(member, district, first=xiazhuang if first else None)
    assert code_of(actions.resume_representative, row, actor=district_2, reason="") == "reason"
    row = actions.resume_representative(row, actor=district_2, reason="任期没有重叠")
    assert (row.state, row.declined_by) == (state, None)


def test_the_proposal_waits_for_the_district_alone_and_is_decided_on_its_page(
    rules, member, xiazhuang, district, client_of
):
    kind, row = extensions.todo_kind("representative-decline"), proposed(member, xiazhuang)
    assert (list(kind.waiting(xiazhuang)), list(kind.waiting(district))) == ([], [row])
    assert "任期重叠" in client_of(district).get(kind.url(row)).content.decode()
    decide(client_of(district), kind.url(row), {"choice": "confirm", "reason": ""})
    row.refresh_from_db()
    assert row.state == "declined"


def test_a_nomination_that_may_be_declined_ends_when_the_person_leaves(rules, member, xiazhuang):
    row = proposed(member, xiazhuang)
    actions.leave_registry(member.person, actor=member)
    row.refresh_from_db()
    assert (row.state, row.due_on) == ("declined", None)


# ---- terms ----------------------------------------------------------------------------------------------------------
def test_a_name_is_public_only_with_consent(four_haves, member, xiazhuang, district):
    factories.assessed(member.person, four_haves)
    factories.consent(member, "publication")
    assert actions.name_representative(reviewed(member, xiazhuang), actor=district).is_public


@pytest.mark.parametrize(
    ("day", "counts"),
    [(dt.date(2026, 11, 30), 0), (dt.date(2026, 12, 1), 1), (dt.date(2029, 11, 30), 1), (dt.date(2029, 12, 1), 0)],
)
def test_a_term_runs_from_its_first_day_to_the_day_before_its_end(four_haves, member, day, counts):
    assessment = factories.assessed(member.person, four_haves)
    Representative.objects.create(person=member.person, state="named", assessment=assessment, **TERM)
    period = extensions.Period(ends=day + dt.timedelta(days=1))
    assert _representatives(None, period).count() == counts


@pytest.mark.parametrize(("name", "sees"), [("district", 2), ("xiazhuang", 2), ("liuting", 1), ("stranger", 1)])
def test_visible_representatives(four_haves, member, name, sees):
    for public in (True, False):
        person = personas.person(f"代表{public}")
        assessment = factories.assessed(person, four_haves)
        Representative.objects.create(
            person=person,
            state="named",
            assessment=assessment,
            is_public=public,
            starts=personas.STARTED,
            ends=TERM["ends"],
        )
    assert Representative.objects.visible_to(personas.make(name)).count() == sees
    assert Representative.objects.published().count() == 1


@pytest.mark.parametrize(("name", "sees"), [("secretary", 1), ("leader", 0), ("base_manager", 0)])
def test_secretaries_see_those_of_their_members_and_leaders_nobody(rules, name, sees):
    user = personas.make(name)
    other = personas.make("member").person  # a member of the secretary's organization and, here, of the leader's team
    TeamPost.objects.create(person=other, team=personas.team(), kind="member", starts=personas.STARTED)
    Representative.objects.create(person=other, **TERM)
    assert Representative.objects.visible_to(user).count() == sees


def test_own_nomination_is_visible(rules, leader):
    Representative.objects.create(person=leader.person, **TERM)
    assert Representative.objects.visible_to(leader).count() == 1


@pytest.mark.parametrize("name", ["secretary", "leader"])
def test_the_page_of_a_review_is_for_staff(rules, client_of, name):
    member, user = personas.make("member"), personas.make(name)
    TeamPost.objects.create(person=member.person, team=personas.team(), kind="member", starts=personas.STARTED)
    row = Representative.objects.create(person=member.person, **TERM)
    assert client_of(user).get(f"/manage/decide/representative-first/{row.public_id}/").status_code == 404


# ---- ending early and correcting ------------------------------------------------------------------------------------
@pytest.fixture
def in_term(member, rules):
    assessment = factories.assessed(member.person, factories.four_haves())
    days = {"starts": clock.today() - dt.timedelta(days=30), "ends": clock.today() + dt.timedelta(days=300)}
    return Representative.objects.create(person=member.person, state="named", assessment=assessment, **days)


@pytest.mark.parametrize("name", personas.NAMES)
def test_who_ends_a_term_early(in_term, name):
    user = personas.make(name)
    if name in ("district", "district_2"):
        assert actions.end_term_early(in_term, actor=user, reason="本人提出").state == "ended"
    else:
        with pytest.raises(NotAllowed):
            actions.end_term_early(in_term, actor=user, reason="本人提出")


def test_a_term_ends_today_with_a_reason_that_the_person_reads(in_term, district, member):
    with pytest.raises(ActionError):
        actions.end_term_early(in_term, actor=district, reason=" ")
    ended = actions.end_term_early(in_term, actor=district, reason="调离本区")
    assert (ended.ends, ended.is_public) == (clock.today(), False)
    assert "调离本区" in Notice.objects.get(kind="members/term_ended_early").body


def test_a_term_of_today_is_taken_back_today(in_term, district):
    Representative.objects.update(starts=clock.today())
    ended = actions.end_term_early(in_term, actor=district, reason="选错了人")
    assert (ended.starts, list(Representative.objects.on(clock.today()))) == (ended.ends, [])


def test_dates_of_a_term_are_corrected_and_the_former_ones_stay(in_term, district):
    days = {"starts": dt.date(2026, 1, 1), "ends": dt.date(2029, 1, 1)}
    actions.correct_term(in_term, actor=district, reason="按文件", **days)
    assert in_term.history.order_by("pgh_id").last().starts == clock.today() - dt.timedelta(days=30)
    with pytest.raises(ActionError):
        actions.correct_term(in_term, actor=district, reason="按文件", starts=days["ends"], ends=days["starts"])


def test_the_page_of_a_term_corrects_and_ends_it(in_term, district, client_of):
    browser, page = client_of(district), f"/manage/members/representative/{in_term.pk}/"
    data = {"starts": "2026-01-01", "ends": "2029-01-01", "reason": "按文件"}
    assert browser.post(f"{page}change/", data).status_code == 302
    browser.post(f"{page}do/end/", {"reason": "本人提出"})
    in_term.refresh_from_db()
    assert (str(in_term.starts), in_term.state, in_term.reason) == ("2026-01-01", "ended", "本人提出")
