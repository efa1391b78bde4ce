"""Versions of standards are drafted by one officer of the district and published by another one (domain.md rule 5)."""

import pytest
from django.db import IntegrityError, transaction

from chengyang import clock
from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.audit.models import Entry
from chengyang.platform.notices.models import Notice
from chengyang.platform.standards import actions, permissions
from chengyang.platform.standards.comparing import differences
from chengyang.platform.standards.models import Criterion, Standard, Version
from chengyang.platform.standards.states import VersionState
from tests import personas

from .conftest import make_standard


@pytest.fixture
def standard(reference, standards):
    return standards["base"]


@pytest.fixture
def draft(standard, district):
    return actions.draft_version(standard, actor=district)


@pytest.fixture
def waiting(draft, district):
    actions.edit_version(draft, actor=district, text="新的说明。")
    return actions.submit_version(draft, actor=district)


def refusal(action, *arguments, **options):
    with pytest.raises(ActionError) as refused:
        action(*arguments, **options)
    return refused.value.code


def names(version):
    return list(version.criteria.values_list("name", flat=True))


# ---- drafting -------------------------------------------------------------------------------------------------------


def test_a_draft_begins_with_the_criteria_in_force(standard, draft):
    assert (draft.number, draft.state, draft.text) == (2, "draft", "对照的几条。")
    assert names(draft) == names(standard.current()) == ["有venue", "有rules"]
    assert differences(standard.current(), draft) == []


def test_drafting_twice_is_one_draft(standard, draft, district_2):
    assert actions.draft_version(standard, actor=district_2) == draft


@pytest.mark.parametrize("name", personas.NAMES)
def test_the_district_drafts(standard, name):
    actor = personas.make(name)
    try:
        actions.draft_version(standard, actor=actor)
    except NotAllowed:
        assert name not in ("district", "district_2")
    else:
        assert name in ("district", "district_2")


def test_criteria_are_added_edited_moved_and_removed(draft, district):
    added = actions.add_criterion(draft, actor=district, name="有新意", guidance="看点子。", weight=3)
    assert (added.code, names(draft)) == ("you-xin-yi", ["有venue", "有rules", "有新意"])
    actions.move_criterion_up(added, actor=district)
    assert names(draft) == ["有venue", "有新意", "有rules"]
    actions.edit_criterion(added, actor=district, name="有创意")
    actions.remove_criterion(draft.criteria.get(code="venue"), actor=district)
    assert names(draft) == ["有创意", "有rules"]


@pytest.mark.parametrize("step", [actions.move_criterion_up, actions.move_criterion_down])
def test_a_criterion_at_the_end_stays(draft, district, step):
    place = "first" if step is actions.move_criterion_up else "last"
    assert refusal(step, getattr(draft.criteria.order_by("order"), place)(), actor=district) == "end"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"name": "有venue"}, "twice"),
        ({"name": ""}, "invalid"),
        ({"name": "有新意", "weight": 11}, "invalid"),
        ({"name": "有新意", "weight": 0}, "invalid"),
        ({"name": "有新意", "metric": "nothing", "at_least": 6}, "metric"),
        ({"name": "有新意", "metric": "memberships", "at_least": 6}, "metric"),
        ({"name": "有新意", "metric": "activities_completed"}, "invalid"),
        ({"name": "有新意", "at_least": 6}, "invalid"),
        ({"name": "有新意", "months": 0}, "invalid"),
    ],
)
def test_an_invalid_criterion_is_refused(draft, district, data, code):
    assert refusal(actions.add_criterion, draft, actor=district, **data) == code
    assert refusal(actions.edit_criterion, draft.criteria.get(code="rules"), actor=district, **data) == code


def test_a_number_is_taken_out_only_with_its_metric(draft, district):
    row = actions.add_criterion(draft, actor=district, name="有活动", metric="activities_completed", at_least=6)
    assert refusal(actions.edit_criterion, row, actor=district, at_least=None) == "invalid"
    assert actions.edit_criterion(row, actor=district, metric="", at_least=None).metric == ""


def test_a_person_is_never_assessed_by_a_number(standards, district):
    draft = actions.draft_version(standards["person"], actor=district)
    words = {"name": "常来", "metric": "activities_completed", "at_least": 6}
    assert refusal(actions.add_criterion, draft, actor=district, **words) == "metric"


def test_a_draft_is_discarded_and_begun_again(standard, draft, district):
    actions.discard_version(draft, actor=district)
    assert (standard.versions.count(), Criterion.objects.filter(version__number=2).count()) == (1, 0)
    assert actions.draft_version(standard, actor=district).number == 2


# ---- two officers ---------------------------------------------------------------------------------------------------


def test_a_second_officer_publishes(standard, waiting, district_2):
    version = actions.publish_version(waiting, actor=district_2)
    assert (version.state, version.published_on, version.published_by) == ("published", clock.today(), district_2)
    assert standard.current() == version


def test_who_submitted_does_not_publish(waiting, district):
    for act in (actions.publish_version, lambda row, actor: actions.return_version(row, "x", actor=actor)):
        with pytest.raises(NotAllowed):
            act(waiting, actor=district)


@pytest.mark.parametrize("name", personas.NAMES)
def test_only_the_district_publishes(waiting, name):
    actor = personas.make(name)
    assert permissions.can_publish_version(actor, waiting) == (name == "district_2")


def test_the_database_refuses_publication_by_one_officer(waiting, district):
    with pytest.raises(IntegrityError), transaction.atomic():
        Version.objects.filter(pk=waiting.pk).update(published_on=clock.today(), published_by=district)


def test_a_submitted_draft_is_not_edited(waiting, district):
    for act in (
        lambda: actions.edit_version(waiting, actor=district, text="x"),
        lambda: actions.add_criterion(waiting, actor=district, name="x"),
        lambda: actions.remove_criterion(waiting.criteria.first(), actor=district),
        lambda: actions.move_criterion_down(waiting.criteria.first(), actor=district),
        lambda: actions.discard_version(waiting, actor=district),
        lambda: actions.submit_version(waiting, actor=district),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_a_draft_is_returned_with_a_reason_and_submitted_again(waiting, district, district_2):
    row = actions.return_version(waiting, "第二条写清楚", actor=district_2)
    assert (row.state, row.reason, row.due_on) == ("draft", "第二条写清楚", None)
    assert Notice.objects.get(user=district).title.startswith("标准草案退回修改")
    assert actions.submit_version(row, actor=district).reason == ""


def test_a_return_is_taken_back_until_somebody_edits(waiting, district, district_2):
    row = actions.return_version(waiting, "第二条写清楚", actor=district_2)
    row = actions.undo_return_version(row, actor=district_2)
    assert (row.state, row.submitted_by, row.reason) == ("waiting", district, "")
    row = actions.return_version(row, "再写清楚", actor=district_2)
    actions.edit_version(row, actor=district, text="改过了。")
    assert refusal(actions.undo_return_version, row, actor=district_2) == "state"


def test_who_submitted_takes_the_draft_back(waiting, district, district_2):
    with pytest.raises(NotAllowed):
        actions.take_back_version(waiting, actor=district_2)
    assert actions.take_back_version(waiting, actor=district).state == VersionState.DRAFT


@pytest.mark.parametrize(("change", "code"), [("nothing", "same"), ("everything", "empty")])
def test_a_draft_that_changes_nothing_or_says_nothing_is_not_submitted(draft, district, change, code):
    if change == "everything":
        for criterion in draft.criteria.all():
            actions.remove_criterion(criterion, actor=district)
    assert refusal(actions.submit_version, draft, actor=district) == code


def test_what_does_not_wait_is_not_published(draft, district_2):
    assert refusal(actions.publish_version, draft, actor=district_2) == "state"
    assert refusal(actions.return_version, draft, "x", actor=district_2) == "state"


def test_each_step_is_in_the_audit(waiting, district_2):
    actions.publish_version(waiting, actor=district_2)
    verbs = Entry.objects.filter(subject="standards.Version").order_by("id").values_list("verb", flat=True)
    assert list(verbs) == ["version.drafted", "version.edited", "version.submitted", "version.published"]


# ---- a new standard -------------------------------------------------------------------------------------------------


def test_an_officer_makes_a_fourth_standard(reference, district, district_2):
    standard = actions.create_standard(name="“五优”服务队", subject="team", actor=district)
    draft = standard.versions.get()
    assert (standard.code, standard.current(), draft.number) == ("wu-you-fu-wu-dui", None, 1)
    actions.add_criterion(draft, actor=district, name="有队长")
    actions.publish_version(actions.submit_version(draft, actor=district), actor=district_2)
    team = personas.team()
    assert actions.open_assessment(team, actor=district).version == draft


def test_a_kind_has_one_standard(standard, district):
    assert refusal(actions.create_standard, name="又一个", subject="base", actor=district) == "invalid"


def test_a_standard_is_renamed_and_deleted_until_it_is_published(reference, district):
    standard = make_standard("team_marks", published=False)
    assert actions.edit_standard(standard, actor=district, name="五优").name == "五优"
    actions.remove_standard(standard, actor=district)
    assert not Standard.objects.exists()


def test_a_published_standard_keeps_its_name_and_stays(standard, district):
    for act in (
        lambda: actions.edit_standard(standard, actor=district, name="x"),
        lambda: actions.remove_standard(standard, actor=district),
    ):
        with pytest.raises(NotAllowed):
            act()


# ---- comparing ------------------------------------------------------------------------------------------------------


def test_what_differs_between_two_versions_is_said_criterion_by_criterion(standard, draft, district):
    former = standard.current()
    actions.edit_version(draft, actor=district, text="新的说明。")
    actions.edit_criterion(draft.criteria.get(code="venue"), actor=district, guidance="看地址。", weight=2)
    actions.remove_criterion(draft.criteria.get(code="rules"), actor=district)
    actions.add_criterion(draft, actor=district, name="有活动", metric="activities_completed", at_least=6)
    draft.refresh_from_db()
    found = [(one.kind, one.name, one.changes) for one in differences(former, draft)]
    assert found == [
        ("reworded", "说明", [("说明", "对照的几条。", "新的说明。")]),
        ("reworded", "有venue", [("看什么", "看什么。", "看地址。"), ("分量", "", "2")]),
        ("added", "有活动", [("名称", "", "有活动"), ("数", "", "近 12 个月办的活动至少 6 场")]),
        ("removed", "有rules", [("名称", "有rules", ""), ("看什么", "看什么。", "")]),
    ]


def test_a_criterion_that_only_moved_is_said_so(standard, draft, district):
    actions.move_criterion_up(draft.criteria.get(code="rules"), actor=district)
    found = [(one.kind, one.name) for one in differences(standard.current(), draft)]
    assert found == [("moved", "有rules"), ("moved", "有venue")]


def test_subjects_with_a_valid_assessment_of_a_former_version_are_looked_at_again(
    standard, waiting, district_2, settings
):
    rows = []
    for number, columns in enumerate(
        [{"state": "passed"}, {"state": "failed"}, {"state": "open", "assessed_on": None}]
    ):
        base = personas.base(slug=f"b{number}", name=f"基地{number}")
        rows.append(base.assessments.create(version=standard.current(), **{"assessed_on": clock.today(), **columns}))
    version = actions.publish_version(waiting, actor=district_2)
    assert list(type(rows[0]).objects.of_former_versions(version, clock.today())) == rows[:1]
