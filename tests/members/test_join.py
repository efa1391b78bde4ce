"""Joining: nothing is stored before consent, three steps, the status page (requirements P01, P05)."""

import json
from urllib.parse import urlencode

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from chengyang.platform.accounts.models import PhoneProof, User
from chengyang.platform.privacy.models import Consent
from members.models import Application, Person
from tests import personas

from . import factories

pytestmark = pytest.mark.django_db
JOIN, ABOUT, SAVE, CHECK, CONFIRM = "/join/", "/join/about/", "/join/save/", "/join/check/", "/join/confirm/"
TYPED_PHONE = "154 0000 7000"


def text(answer):
    return answer.content.decode()


def ask(browser, **data):
    return browser.post(JOIN, {"do": "send", "phone": TYPED_PHONE, "consent": "on", **data})


def enter(browser):
    ask(browser)
    return browser.post(JOIN, {"do": "check", "code": factories.last_code()})


# ---- step 1 ----------------------------------------------------------------------------------------------------------
def test_the_notice_says_who_what_for_which_how_long_and_what_one_can_do(browser, rules):
    page = text(browser.get(JOIN))
    for words in ("城阳区委统战部", "登记在册", "姓名、手机号、类别", "退出后 30 天", "撤回同意", "/privacy/"):
        assert words in page


def test_the_consent_is_one_box_and_not_ticked(browser, rules):
    page = text(browser.get(JOIN))
    assert page.count('type="checkbox"') == 1
    assert "checked" not in page


def test_join_page_stores_nothing(browser, rules):
    browser.get(JOIN)
    assert not Session.objects.exists()


def test_without_the_tick_nothing_at_all_is_stored(browser, rules, outbox):
    browser.post(JOIN, {"do": "send", "phone": TYPED_PHONE})
    assert not any(model.objects.exists() for model in (Session, User, PhoneProof, Consent, Application))
    assert not (outbox / "sms.jsonl").exists()


def test_without_consent_the_typed_values_remain(browser, rules):
    page = text(browser.post(JOIN, {"do": "send", "phone": TYPED_PHONE}, follow=True))
    assert f'value="{TYPED_PHONE}"' in page
    assert "再勾选这一项" in page


def test_the_code_signs_in_writes_the_consent_and_begins(browser, rules):
    answer = enter(browser)
    user = User.objects.by_phone(factories.PHONE).get()
    assert (answer.status_code, answer["Location"]) == (302, ABOUT)
    assert list(Consent.objects.values_list("user", "purpose__code", "given")) == [(user.pk, "registration", True)]


def test_no_consent_is_written_before_the_code(browser, rules):
    ask(browser)
    assert not Consent.objects.exists()
    assert not User.objects.exists()


def test_a_wrong_code_is_said_and_writes_nothing(browser, rules):
    ask(browser)
    wrong = f"{(int(factories.last_code()) + 1) % 1_000_000:06}"
    assert "验证码不对" in text(browser.post(JOIN, {"do": "check", "code": wrong}, follow=True))
    assert not Consent.objects.exists()


@pytest.mark.parametrize("do", ["resend", "change"])
def test_resend_and_change_return_to_the_page(browser, rules, do):
    ask(browser)
    assert browser.post(JOIN, {"do": do})["Location"].partition("?")[0] == JOIN


def test_a_code_that_waits_for_nothing_is_expired(browser, rules):
    answer = browser.post(JOIN, {"do": "check", "code": "123456"}, follow=True)
    assert "验证码过期了" in text(answer)


def test_who_is_signed_in_ticks_and_is_not_asked_for_a_number(rules, client_of, stranger):
    browser = client_of(stranger)
    assert 'name="phone"' not in text(browser.get(JOIN))
    assert browser.post(JOIN, {"consent": "on"})["Location"] == ABOUT


def test_who_is_signed_in_and_does_not_tick_begins_nothing(rules, client_of, stranger):
    assert client_of(stranger).post(JOIN, {}).status_code == 400
    assert not Application.objects.exists()


def test_without_rules_nobody_is_asked_for_anything(browser, reference):
    assert 'name="phone"' not in text(browser.get(JOIN))


def test_a_signed_in_tick_without_rules_is_refused(reference, client_of, stranger):
    assert client_of(stranger).post(JOIN, {"consent": "on"}).status_code == 409


@pytest.mark.parametrize(
    "phone", ["", "0532 8786 5432", "12345", "１５４００００", "<script>", "1" * 300, "154000070\u202e00"]
)
def test_a_number_that_is_none_is_said_at_the_field(browser, rules, phone):
    answer = browser.get(ask(browser, phone=phone)["Location"])
    assert 'id="id_phone_error"' in text(answer)


# ---- redirects by state ----------------------------------------------------------------------------------------------
def test_join_redirects_registered_person_to_me(rules, client_of, member):
    assert client_of(member).get(JOIN)["Location"] == "/me/"


@pytest.mark.parametrize(
    ("state", "step", "place"),
    [("draft", 2, ABOUT), ("draft", 3, CHECK), ("submitted", 3, None), ("returned", 3, None), ("withdrawn", 3, "stay")],
)
def test_join_redirects_to_the_present_step(applicant, client_of, state, step, place):
    row = factories.in_state(applicant, state, step=step)
    answer = client_of(applicant).get(JOIN)
    assert answer.headers.get("Location", "stay") == (place or row.get_absolute_url())


def test_a_registered_number_begins_nothing_new(browser, rules):
    user = User.objects.create(phone=factories.PHONE)
    personas.person(account=user)
    assert enter(browser)["Location"] == JOIN
    assert not Application.objects.exists()


# ---- step 2 ----------------------------------------------------------------------------------------------------------
@pytest.fixture
def draft(applicant):
    return Application.objects.create(user=applicant)


@pytest.fixture
def mine(client_of, draft):
    return client_of(draft.user)


def test_step_two_saves_and_continues(mine, draft):
    assert mine.post(ABOUT, factories.TYPED)["Location"] == CHECK
    draft.refresh_from_db()
    assert draft.registration_details() == factories.details()


@pytest.mark.parametrize("field", ["name", "category", "unit", "subdistrict"])
def test_missing_field_shows_error(mine, draft, field):
    answer = mine.post(ABOUT, {**factories.TYPED, field: ""}, follow=True)
    assert answer.redirect_chain == [(ABOUT, 302)]  # going back from the next page leads here, not to an error page
    assert f'id="id_{field}_error"' in text(answer)


def test_nothing_typed_is_lost_when_something_is_wrong(mine, draft):
    page = text(mine.post(ABOUT, {**factories.TYPED, "unit": "某文化公司"}, follow=True))
    assert "“某文化公司”不是全称" in page
    assert 'value="周予安"' in page
    assert page.count("checked") == 5  # category, subdistrict, two of can, one of want


def test_a_refused_step_is_shown_once_and_only_on_its_own_page(mine, draft):
    mine.post(ABOUT, {**factories.TYPED, "name": ""})
    assert "还有 1 处要改" not in text(mine.get("/me/"))
    assert ["还有 1 处要改" in text(mine.get(ABOUT)) for _ in range(2)] == [True, False]


def test_save_for_later_saves_valid_fields(mine, draft):
    answer = mine.post(ABOUT, {"name": "周予安", "later": "yes"})
    assert answer["Location"] == draft.get_absolute_url()
    draft.refresh_from_db()
    assert (draft.name, draft.step) == ("周予安", 2)


def test_the_page_saves_by_itself(mine, draft):
    answer = mine.post(SAVE, {"name": "周予安", "can": ["media"]})
    draft.refresh_from_db()
    assert (draft.name, draft.can) == ("周予安", ["media"])
    assert "已自动保存" in json.loads(answer.content)["saved"]


def test_autosave_saves_valid_fields_and_reports_invalid_ones(mine, draft):
    answer = mine.post(SAVE, {"name": "周予安", "unit": "单位" * 60})
    draft.refresh_from_db()
    assert (draft.name, draft.unit) == ("周予安", "")
    assert "有 1 处要改了才能存" in json.loads(answer.content)["saved"]


def test_saving_with_nothing_open_is_404(rules, client_of, stranger):
    assert client_of(stranger).post(SAVE, {"name": "周予安"}).status_code == 404


def test_saving_while_others_review_is_refused(applicant, client_of):
    row = factories.in_state(applicant, "submitted")
    answer = client_of(applicant).post(SAVE, {"name": "别人"}, headers={"Accept": "application/json"})
    assert answer.status_code == 409
    assert Application.objects.get(pk=row.pk).name == "周予安"


BAD = ["\x00", "周\x07安", "周\u202e安", "😀😀", "长" * 300, "\ud800", "···", "a\u0301\u0301\u0301\u0301\u0301"]


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("field", ["name", "unit", "job"])
def test_unusable_text_is_refused_with_form_data_kept(mine, draft, field, bad):
    typed = urlencode({**factories.TYPED, field: bad}, doseq=True, errors="surrogatepass")
    answer = mine.post(ABOUT, typed, content_type="application/x-www-form-urlencoded", follow=True)
    assert Application.objects.get().name == ""
    assert f'id="id_{field}_error"' in text(answer)
    assert factories.TYPED["name" if field == "unit" else "unit"] in text(answer)


@pytest.mark.parametrize(
    "name", ["曾国藩", "艾合买提·买买提", "艾合买提•买买提", "㻛", "O'Brien", "Jean-Luc", "محمد", "张　三", "𠮷野"]
)
def test_names_of_all_kinds_are_accepted(mine, draft, name):
    assert mine.post(ABOUT, {**factories.TYPED, "name": name})["Location"] == CHECK


@pytest.mark.parametrize(("typed", "stored"), [("李\u2f29\u2f2d", "李小山"), ("王\ue863", "王\u4dae")])
def test_a_name_is_stored_with_the_usual_characters(mine, draft, typed, stored):
    mine.post(ABOUT, {**factories.TYPED, "name": typed})
    draft.refresh_from_db()
    assert draft.name == stored


@pytest.mark.parametrize(
    ("field", "value"), [("category", "x"), ("category", "1"), ("subdistrict", "999"), ("can", "x"), ("want", "😀")]
)
def test_choices_that_are_not_offered_are_refused(mine, draft, field, value):
    assert f'id="id_{field}_error"' in text(mine.post(ABOUT, {**factories.TYPED, field: value}, follow=True))
    draft.refresh_from_db()
    assert draft.name == ""


# ---- step 3 ----------------------------------------------------------------------------------------------------------
def test_step_three_offers_each_optional_purpose_unticked(application, client_of):
    page = text(client_of(application.user).get(CHECK))
    assert page.count('type="checkbox"') == 2
    assert "checked" not in page


def test_sending_leads_to_the_status_page(application, client_of):
    answer = client_of(application.user).post(CHECK, {"publication": "on"})
    assert answer["Location"] == application.get_absolute_url()
    given = Consent.objects.filter(given=True).values_list("purpose__code", flat=True)
    assert set(given) == {"registration", "publication"}


def test_step_three_waits_for_step_two(mine, draft):
    assert mine.get(CHECK)["Location"] == ABOUT
    assert mine.post(CHECK, {})["Location"] == ABOUT


@pytest.mark.parametrize("page", [ABOUT, CHECK, CONFIRM])
def test_later_steps_lead_strangers_to_the_first(rules, client_of, stranger, page):
    assert client_of(stranger).get(page)["Location"] == JOIN


@pytest.mark.parametrize("page", [ABOUT, CHECK, CONFIRM, "/me/data/"])
def test_visitors_are_asked_to_sign_in(browser, rules, page):
    assert browser.get(page)["Location"].startswith("/accounts/")


# ---- the status page -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("draft", "继续填写"),
        ("submitted", "由夏庄街道初审"),
        ("first_reviewed", "另一位工作人员复审"),
        ("returned", "修改"),
        ("approved", "找一个组织加入"),
        ("declined", "重新申请"),
        ("withdrawn", "重新申请"),
    ],
)
def test_status_page_shows_the_next_step(applicant, client_of, xiazhuang, district, state, words):
    first = xiazhuang if state in ("first_reviewed", "approved") else None
    row = factories.in_state(applicant, state, first=first, second=district if state == "approved" else None)
    assert words in text(client_of(applicant).get(row.get_absolute_url()))


def test_the_reason_is_shown_word_for_word_and_escaped(applicant, client_of):
    row = factories.in_state(applicant, "returned", reason="请写<b>全称</b>")
    assert "请写&lt;b&gt;全称&lt;/b&gt;" in text(client_of(applicant).get(row.get_absolute_url()))


@pytest.mark.parametrize("name", ["stranger", "district", "xiazhuang", "member"])
def test_the_status_page_is_the_applicants_own(applicant, client_of, name):
    row = factories.in_state(applicant, "submitted")
    assert client_of(personas.make(name)).get(row.get_absolute_url()).status_code == 404


def test_withdrawing_from_the_status_page(applicant, client_of):
    row = factories.in_state(applicant, "submitted")
    client_of(applicant).post(f"{row.get_absolute_url()}withdraw/")
    row.refresh_from_db()
    assert row.state == "withdrawn"


def test_withdrawing_application_of_another_is_404(applicant, client_of, stranger):
    row = factories.in_state(applicant, "submitted")
    assert client_of(stranger).post(f"{row.get_absolute_url()}withdraw/").status_code == 404


@pytest.mark.parametrize(("page", "method"), [(SAVE, "get"), ("/join/0123456789/withdraw/", "get"), (JOIN, "put")])
def test_wrong_methods(applicant, client_of, page, method):
    assert getattr(client_of(applicant), method)(page).status_code == 405


# ---- records made by staff -------------------------------------------------------------------------------------------
@pytest.fixture
def record(rules):
    return personas.person(phone=factories.PHONE, state="unconfirmed", confirm_by=factories.clock.today())


@pytest.fixture
def owner(record, client_of):
    return client_of(User.objects.create(phone=factories.PHONE))


def test_joining_with_that_number_leads_to_the_record(record, owner):
    assert owner.get(JOIN)["Location"] == CONFIRM


def test_the_record_is_confirmed_with_consent(record, owner):
    assert owner.post(CONFIRM, {"do": "confirm"}).status_code == 400
    assert owner.post(CONFIRM, {"do": "confirm", "consent": "on"})["Location"] == "/me/"


def test_the_record_is_deleted_without_one(record, owner):
    owner.post(CONFIRM, {"do": "refuse"})
    assert not Person.objects.exists()


# ---- whole path ------------------------------------------------------------------------------------------------------
def test_the_whole_path_by_hand(rules):
    browser = Client(enforce_csrf_checks=False)
    enter(browser)
    browser.post(ABOUT, factories.TYPED)
    browser.post(CHECK, {"publication": "on"})
    row = Application.objects.get()
    assert (row.state, row.user.phone) == ("submitted", factories.PHONE)
    assert "申请已收到，等初审" in text(browser.get(row.get_absolute_url()))
