"""我的数据 finds every row about a person in every table (requirements P10, X12)."""

import datetime as dt
import json

import pytest
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.auth import get_user_model

from activities.models import Activity, CheckIn, ServiceRecord, Signup
from chengyang import clock
from chengyang.errors import NotAllowed
from chengyang.platform.accounts.models import PhoneProof
from chengyang.platform.audit.history import Event
from chengyang.platform.audit.models import Entry
from chengyang.platform.files.models import File
from chengyang.platform.notices.actions import notify
from members import actions, personal_data
from members.models import Person
from members.personal_data import collect, descriptions, formatting
from services.models import Request
from tests import personas

from . import factories

pytestmark = pytest.mark.django_db
User = get_user_model()


def looks(user, **options):
    """Return the accesses to the data of `user`, as their page shows them."""
    return personal_data.accesses(user, person=getattr(user, "person", None), **options)


def is_table(model):
    """Return whether `model` has rows of its own: no history of another one, and no proxy."""
    return not issubclass(model, Event) and not model._meta.proxy


def keys_to_people():
    """Return (table, column) of every foreign key to an account or a person, found without `collect`."""
    return {
        (model._meta.label, column.name)
        for model in apps.get_models()
        for column in model._meta.concrete_fields
        if column.is_relation and column.related_model in (User, Person) and is_table(model)
    }


# ---- completeness ----------------------------------------------------------------------------------------------------
def test_every_key_to_a_person_or_account_is_shown_counted_or_left_out():
    shown = {
        (relation.related_model._meta.label, relation.field.name)
        for table in (User, Person)
        for relation in collect.relations(table)
    }
    counted = {(table._meta.label, key.name) for table, key in collect.acting_keys()}
    left_out = {key for key in keys_to_people() if key[0] in collect.LEFT_OUT}
    assert keys_to_people() == shown | counted | left_out


def test_every_table_with_personal_columns_about_a_person_is_reached():
    personal = {model for model in apps.get_models() if getattr(model, "PERSONAL", None) and is_table(model)}
    without_a_person = {"accounts.PhoneProof", "accounts.Attempt", "privacy.Consent"}
    without_a_person |= {"services.Department"}  # its contact works there, and is in no other table
    of_organizers = {
        f"{app}.{name}" for app in ("organizations", "bases", "services") for name in ("Assessment", "Evaluation")
    }
    missing = {model._meta.label for model in personal - collect.tables()} - without_a_person - of_organizers
    assert missing == set()


def test_tables_found():
    assert sorted(table._meta.label for table in collect.tables()) == [
        "account.EmailAddress",
        "account.EmailConfirmation",
        "accounts.FormerNumber",
        "accounts.FormerPassword",
        "accounts.NumberRequest",
        "accounts.Role",
        "accounts.StaffChange",
        "accounts.User",
        "activities.CheckIn",
        "activities.ServiceRecord",
        "activities.Signup",
        "bases.Post",
        "bases.Visit",
        "board.Report",
        "files.File",
        "imports.Import",
        "jobs.Job",
        "mailings.Mailing",
        "mailings.MailingRecipient",
        "members.Application",
        "members.Assessment",
        "members.Correction",
        "members.Person",
        "members.Representative",
        "mfa.Authenticator",
        "notices.Delivery",
        "notices.Notice",
        "notices.SwitchedOff",
        "organizations.Candidate",
        "organizations.Duty",
        "organizations.DutyFeed",
        "organizations.DutySwap",
        "organizations.HandOver",
        "organizations.Membership",
        "organizations.Post",
        "privacy.Consent",
        "services.AnswerCorrection",
        "services.CoSigner",
        "services.Extension",
        "services.Follower",
        "services.OfferAlert",
        "services.OutcomeParty",
        "services.Pause",
        "services.Post",
        "services.Promise",
        "services.Proposal",
        "services.ProposalEdition",
        "services.ProposalStep",
        "services.Referral",
        "services.ReferralLink",
        "services.Request",
        "services.Share",
        "services.TeamApplication",
        "services.ThreadEntry",
        "staff.Absence",
        "staff.BulkRun",
        "staff.ListExport",
        "usersessions.UserSession",
    ]


def test_labels_are_chinese():
    def is_chinese(words):
        return any("\u4e00" <= character <= "\u9fff" for character in words)

    titles = {descriptions.title(table) for table in collect.tables()}
    labels = {
        formatting.label(table, column.name) for table in collect.tables() for column in formatting.shown_columns(table)
    }
    assert {words for words in titles | labels if not is_chinese(words)} == set()


def test_no_secret_column_is_shown():
    shown = {column.name for table in collect.tables() for column in formatting.shown_columns(table)}
    assert not shown & {"password", "code_hash", "session_key", "data", "key", "phone_index", "name_search"}


# ---- rows found ------------------------------------------------------------------------------------------------------
def everything_of(user):
    return {section.label: section.items for section in personal_data.everything(user).sections}


def activity():
    starts = clock.now()
    return Activity.objects.create(
        title="采摘帮扶",
        kind="volunteer",
        state="published",
        published_at=starts,
        starts=starts,
        ends=starts + dt.timedelta(hours=2),
    )


@pytest.fixture
def busy(rules, secretary, xiazhuang):
    """A secretary with rows in nearly every table."""
    person = secretary.person
    factories.consent(secretary)
    factories.in_state(secretary, "approved", second=xiazhuang, person=person)
    assessment = factories.assessed(person, factories.four_haves())
    person.representations.create(
        state="named", assessment=assessment, starts=personas.STARTED, ends=dt.date(2099, 1, 1)
    )
    personas.Membership.objects.create(person=person, organization=personas.organization(slug="x", name="另一个联谊会"))
    signup = Signup.objects.create(activity=activity(), person=person, state="confirmed", position=1)
    checkin = CheckIn.objects.create(
        signup=signup, checked_in_at=clock.now() - dt.timedelta(hours=2), checked_out_at=clock.now()
    )
    ServiceRecord.objects.create(checkin=checkin, hours=2)
    Request.objects.create(author=secretary, title="合同", text="请看合同", due_on=clock.today())
    File.objects.create(
        owner=secretary, name="证明.pdf", content="x", content_type="application/pdf", size=1, sha256="x"
    )
    notify(secretary, "members/left")
    return secretary


@pytest.mark.parametrize(
    "label",
    [
        "members.Person",
        "members.Application",
        "members.Assessment",
        "members.Representative",
        "organizations.Membership",
        "organizations.Post",
        "activities.Signup",
        "activities.CheckIn",
        "activities.ServiceRecord",
        "services.Request",
        "accounts.User",
        "privacy.Consent",
        "notices.Notice",
        "files.File",
    ],
)
def test_rows_of_every_kind_are_found(busy, label):
    assert everything_of(busy)[label]


def test_rows_of_others_are_not_found(busy, member):
    names = {item.title for items in everything_of(busy).values() for item in items}
    assert member.person.name not in names
    assert len(everything_of(busy)["members.Person"]) == 1


def test_field_has_purpose_and_date(rules, member):
    found = {line.name: line for line in everything_of(member)["members.Person"][0].lines}
    assert (found["name"].purpose, found["category"].purpose) == ("入册", "入册")
    assert found["name"].since == clock.today()


def test_change_has_former_and_new_value(rules, member, xiazhuang):
    actions.correct_person(member.person, {"unit": "青岛新单位有限公司"}, actor=xiazhuang)
    change = everything_of(member)["members.Person"][0].changes[0]
    assert change.fields == [("工作单位", "青岛澄海文化传媒有限公司", "青岛新单位有限公司")]


def test_former_number_is_decrypted(rules):
    user = factories.applicant()
    person = personas.person(account=user, phone="+8615400000009")
    actions.adopt_number(person, actor=user)
    change = everything_of(user)["members.Person"][0].changes[0]
    assert change.fields == [("手机", "154 0000 0009", "154 0000 7000")]


def test_officers_are_shown_by_label_not_by_name(applicant, xiazhuang):
    factories.in_state(applicant, "returned", acted_by=xiazhuang, reason="单位写全")
    found = {line.name: line.value for line in everything_of(applicant)["members.Application"][0].lines}
    assert (found["acted_by"], found["reason"]) == ("夏庄街道工作人员", "单位写全")


def test_unconfirmed_record_is_found(rules, xiazhuang):
    actions.enter_person(factories.details(), phone=factories.PHONE, actor=xiazhuang)
    assert everything_of(User.objects.create(phone=factories.PHONE))["members.Person"]


def test_rows_an_officer_acted_on_are_only_counted(applicant, xiazhuang):
    actions.review_first(factories.in_state(applicant, "submitted"), actor=xiazhuang)
    found = personal_data.everything(xiazhuang)
    assert ("入册申请", "初审人", 1) in [(str(table), str(role), n) for table, role, n in found.acted]
    assert "members.Application" not in {section.label for section in found.sections}


def test_export_is_complete_and_serialisable(busy):
    copy = json.loads(json.dumps(actions.export_own_data(busy), ensure_ascii=False))
    assert {section["label"] for section in copy["sections"]} == set(everything_of(busy))


# ---- access log ------------------------------------------------------------------------------------------------------
def test_access_is_shown_by_office_with_its_reason(rules, xiazhuang, member):
    Person.objects.get(user=member)
    person = member.person
    person.phone = factories.PHONE
    person.save()
    actions.read_number(person, "gathering", actor=xiazhuang)
    look = looks(member)[0]
    assert (look.who, look.what, look.why) == ("夏庄街道工作人员", "手机", "活动集合联络")


@pytest.mark.parametrize(
    ("name", "office"),
    [
        ("secretary", "夏庄街道新的社会阶层代表人士联谊会秘书长"),
        ("base_manager", "夏新连心驿站基地负责人"),
        ("leader", "“夏新连心”美丽乡村建设服务队队长"),
        ("district", "区级工作人员"),
        ("stranger", "工作人员"),
    ],
)
def test_access_is_shown_by_role_or_post(member, name, office):
    actions.record_opening(member.person, actor=personas.make(name))
    assert looks(member)[0].who == office


def test_own_access_and_access_to_others_are_not_shown(member, stranger, xiazhuang):
    other = personas.person("别人", account=stranger)
    actions.record_opening(other, actor=xiazhuang)
    actions.record_opening(member.person, actor=member)
    assert looks(member) == []


def test_corrections_are_not_accesses(member, xiazhuang):
    actions.correct_person(member.person, {"job": "律师"}, actor=xiazhuang)
    assert looks(member) == []


def test_accesses_can_be_limited_to_days(member, xiazhuang, settings):
    settings.PORTAL_CLOCK = clock.now() - dt.timedelta(days=31)
    actions.record_opening(member.person, actor=xiazhuang)
    settings.PORTAL_CLOCK = None
    assert looks(member, days=30) == []
    assert len(looks(member)) == 1


def test_refused_access_is_not_recorded(member, liuting):
    with pytest.raises(NotAllowed):
        actions.read_number(member.person, "contact", actor=liuting)
    assert not Entry.objects.exists()


# ---- readable like a letter ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("label", "title"),
    [
        ("activities.Signup", "采摘帮扶"),
        ("activities.CheckIn", "采摘帮扶"),
        ("activities.ServiceRecord", "采摘帮扶"),
        ("organizations.Membership", "另一个联谊会"),
        ("organizations.Post", "夏庄街道新的社会阶层代表人士联谊会"),
        ("services.Request", "合同"),
        ("members.Application", "周予安，已入册"),
    ],
)
def test_a_row_is_named_by_what_it_is_about(busy, label, title):
    assert [item.title for item in everything_of(busy)[label]] == [title]


def test_technical_fields_are_folded_away(busy):
    items = [item for items in everything_of(busy).values() for item in items]
    assert {line.name for item in items for line in item.lines} & formatting.TECHNICAL == set()
    request = everything_of(busy)["services.Request"][0]
    assert [line.name for line in request.technical] == ["public_id", "reminders"]


def test_a_device_is_named_and_not_its_header(rules, member):
    agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) MicroMessenger/8.0"
    UserSession.objects.create(user=member, session_key="x", ip="192.0.2.1", user_agent=agent)
    item = everything_of(member)["usersessions.UserSession"][0]
    assert item.title == "微信 · iPhone"
    assert agent not in {line.value for line in item.lines}


def test_the_newest_row_is_first(busy):
    for days, title in ((3, "三天前"), (1, "昨天"), (2, "前天")):
        at = clock.now() - dt.timedelta(days=days)
        Request.objects.create(author=busy, title=title, text="x", due_on=clock.today(), at=at, number=title)
    titles = [item.title for item in everything_of(busy)["services.Request"]]
    assert titles == ["合同", "昨天", "前天", "三天前"]


def test_codes_and_messages_to_the_number_are_found(rules, xiazhuang):
    actions.enter_person(factories.details(), phone=factories.PHONE, actor=xiazhuang)
    user = User.objects.create(phone=factories.PHONE)
    PhoneProof.objects.create(phone=factories.PHONE, code_hash="x", session_hash="x", address="192.0.2.1")
    found = everything_of(user)
    assert [item.title for item in found["accounts.PhoneProof"]] == ["登录"]
    assert [item.title for item in found["notices.Notice"]] == ["请确认你的入册登记"]


def test_codes_and_messages_to_other_numbers_are_not_found(rules, xiazhuang):
    actions.enter_person(factories.details(), phone=factories.PHONE, actor=xiazhuang)
    PhoneProof.objects.create(phone=factories.PHONE, code_hash="x", session_hash="x")
    found = everything_of(User.objects.create(phone="+8615400000009"))
    assert set(found) == {"accounts.User"}


def test_an_unconfirmed_record_has_no_day_of_registration(rules, xiazhuang):
    actions.enter_person(factories.details(), phone=factories.PHONE, actor=xiazhuang)
    item = everything_of(User.objects.create(phone=factories.PHONE))["members.Person"][0]
    assert "registered_on" not in {line.name for line in item.lines}
