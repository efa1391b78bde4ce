"""What a proposal owes to everybody around it: who is notified, which dates stand, what was signed, and what is kept of it."""

import datetime as dt
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from PIL import Image

from chengyang import clock
from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.audit.models import Entry
from chengyang.platform.files.models import File
from chengyang.platform.notices.models import Notice
from chengyang.platform.workdays import deadlines
from members.models import Person
from services import personal_traces, tasks
from services.models import CoSigner, Promise, Proposal
from services.proposals import actions, due, figures, permissions
from services.proposals.actions.upkeep import remind_of_promise
from services.proposals.todos import DuePromise
from tests.files.conftest import PDF

from .conftest import TEXTS, fresh
from .test_proposal_review import other as other  # a fixture
from .test_proposal_upkeep import leave

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def notified(kind):
    return set(Notice.objects.filter(kind=f"services/{kind}").values_list("user", flat=True))


def pdf(name="汇总.pdf"):
    return SimpleUploadedFile(name, PDF, content_type="application/pdf")


def picture(n):
    target = io.BytesIO()
    Image.new("RGB", (8, 8 + n)).save(target, "PNG")
    return SimpleUploadedFile(f"{n}.png", target.getvalue(), content_type="image/png")


# ---- withdrawn ------------------------------------------------------------------------------------------------------
def test_a_withdrawal_notifies_officers_in_charge_department_and_co_signers(
    submitted, friend, member, district, district_2, unit
):
    actions.cosign_proposal(submitted, actor=friend)
    actions.accept_proposal(submitted, actor=district)
    actions.forward_proposal(fresh(submitted), actor=district_2, department=unit)
    actions.withdraw_proposal(fresh(submitted), actor=member)
    assert notified("proposal_withdrawn") == {friend.pk, district.pk, district_2.pk}
    assert Notice.objects.get(kind="services/proposal_unit_withdrawn").address == unit.phone


def test_officers_get_no_link_to_what_they_no_longer_read(accepted, member, district, client_of):
    actions.withdraw_proposal(accepted, actor=member)
    assert Notice.objects.get(user=district, kind="services/proposal_withdrawn").url == ""
    assert client_of(district).get(accepted.get_absolute_url()).status_code == 404


# ---- merged ---------------------------------------------------------------------------------------------------------
def test_who_leaves_withdraws_a_merged_one_too(submitted, other, friend, member, district):
    actions.merge_proposal(other, actor=district, into=submitted)
    leave(friend)
    assert (fresh(other).state, fresh(submitted).state) == ("withdrawn", "submitted")
    assert submitted.steps.filter(text__contains=f"{other.number} 由作者撤回").exists()


def test_one_that_was_answered_with_another_stays_and_is_erased(link, other, friend, district):
    actions.merge_proposal(other, actor=district, into=link.referral.proposal)
    actions.answer_by_link(link, answer="好", result="adopted")
    person = leave(friend)
    assert fresh(other).state == "merged"
    actions.erase_proposals(person)
    assert not Proposal.objects.filter(pk=other.pk).exists()


def test_a_merged_one_is_taken_back_until_the_other_one_is_answered(link, other, friend, district):
    merged = actions.merge_proposal(other, actor=district, into=link.referral.proposal)
    assert permissions.can_withdraw_proposal(friend, merged)
    actions.answer_by_link(link, answer="好", result="adopted")
    assert not permissions.can_withdraw_proposal(friend, fresh(merged))


@pytest.mark.parametrize(("days", "may"), [(29, True), (31, False)])
def test_one_merged_into_an_answered_one_is_split_for_thirty_days(
    answered,
    other,
    friend,
    district,
    settings,
    days,
    may,
):
    settings.PORTAL_CLOCK = clock.now() + 100 * DAY
    merged = actions.merge_proposal(fresh(other), actor=district, into=answered)
    settings.PORTAL_CLOCK = clock.now() + days * DAY
    assert permissions.can_split_proposal(friend, fresh(merged)) is may


# ---- due dates ------------------------------------------------------------------------------------------------------
def later(settings, days):
    settings.PORTAL_CLOCK = clock.now() + days * DAY


def test_a_due_date_is_never_in_the_past(accepted, district, unit, settings):
    later(settings, 120)
    referral = actions.forward_proposal(accepted, actor=district, department=unit)
    assert referral.due_on == deadlines.due_on(clock.today(), due.FEWEST_DAYS) > clock.today()


def test_ninety_days_count_from_the_last_submission(submitted, member, district, unit, settings):
    actions.return_proposal(submitted, actor=district, advice="写清")
    later(settings, 80)
    again = actions.submit_proposal(fresh(submitted), actor=member)
    assert due.latest_of(again) == clock.today() + 90 * DAY
    actions.accept_proposal(again, actor=district)
    referral = actions.forward_proposal(fresh(again), actor=district, department=unit)
    assert referral.due_on == deadlines.due_on(clock.today(), 15)


def test_more_time_is_never_less(forwarded, district_2):
    later_day = deadlines.due_on(clock.today(), 40)
    type(forwarded).objects.filter(pk=forwarded.pk).update(due_on=later_day)
    row = actions.extend_referral(fresh(forwarded), actor=district_2, days=1, reason="要问")
    assert (row.due_on, fresh(row.proposal).due_on) == (later_day, later_day)


# ---- after the erasure ----------------------------------------------------------------------------------------------
def test_nobody_is_reminded_of_promises_of_an_erased_one(answered, member, district, settings):
    actions.erase_proposals(leave(member))
    settings.PORTAL_CLOCK = clock.at(Promise.objects.get().due_on)
    tasks.run_periodic()
    assert not Notice.objects.filter(kind="services/promise_reminder").exists()
    assert not remind_of_promise(Promise.objects.get(), clock.today())
    assert not DuePromise().waiting(district).exists()


# ---- an undone return -----------------------------------------------------------------------------------------------
def test_an_undone_return_keeps_what_the_author_changed(submitted, member, friend, district):
    row = actions.cosign_proposal(submitted, actor=friend)
    actions.return_proposal(submitted, actor=district, advice="写清")
    actions.edit_proposal(fresh(submitted), actor=member, wish="改过的办法", topic="city", uploads=[pdf()])
    back = actions.undo_review(fresh(submitted), actor=district)
    assert (back.state, back.advice, back.wish, back.topic) == ("submitted", "", "改过的办法", "city")
    assert (File.objects.count(), fresh(row).state) == (1, "asked")


# ---- what was signed ------------------------------------------------------------------------------------------------
def test_another_file_is_confirmed_again(draft, member, friend):
    row = actions.cosign_proposal(draft, actor=friend)
    actions.edit_proposal(draft, actor=member, uploads=[pdf()])
    assert fresh(row).state == "asked"
    actions.cosign_proposal(fresh(draft), actor=friend)
    actions.remove_proposal_file(draft, File.objects.get(), actor=member)
    assert fresh(row).state == "asked"


def test_the_same_file_is_attached_once_and_asks_nobody(draft, member, friend):
    actions.edit_proposal(draft, actor=member, uploads=[pdf(), pdf("又一份.pdf")])
    row = actions.cosign_proposal(draft, actor=friend)
    actions.edit_proposal(draft, actor=member, uploads=[pdf()])
    assert (File.objects.count(), fresh(row).state) == (1, "confirmed")


def test_five_files_are_five_different_ones(draft, member):
    actions.edit_proposal(draft, actor=member, uploads=[picture(n) for n in range(5)])
    actions.edit_proposal(draft, actor=member, uploads=[picture(0)])
    with pytest.raises(ActionError) as refused:
        actions.edit_proposal(draft, actor=member, uploads=[pdf()])
    assert refused.value.code == "too_many"


def test_the_help_says_what_others_see(draft):
    words = str(Proposal._meta.get_field("joinable").help_text)
    assert "内容" in words
    assert "看不到你的名字" in words


# ---- a double click -------------------------------------------------------------------------------------------------
def test_withdrawing_a_signature_twice_says_it_is_done(client_of, submitted, friend):
    row = actions.cosign_proposal(submitted, actor=friend)
    browser = client_of(friend)
    url = f"/services/cosigners/{row.public_id}/"
    answers = [browser.post(f"{url}withdraw/", follow=True) for _time in range(2)]
    assert ["已退出附议" in one.content.decode() for one in answers] == [True, True]
    assert submitted.steps.filter(text__contains="退出了").count() == 1
    assert [browser.post(f"{url}{verb}/").status_code for verb in ("confirm", "show")] == [404, 404]
    assert CoSigner.objects.get().state == "withdrawn"


# ---- written down by an officer -------------------------------------------------------------------------------------
@pytest.fixture
def caller(friend):
    friend.phone = "+8615412345679"
    friend.save()
    return friend


def taken(actor, caller, **options):
    options = {"phone": caller.phone, "intake": "phone", "consents": True, **TEXTS, "openness": "closed", **options}
    return actions.take_proposal(actor=actor, **options)


def test_an_officer_writes_down_what_somebody_says_on_the_telephone(caller, district, client_of):
    row = taken(district, caller)
    assert (row.author, row.state, row.intake, row.taken_by) == (caller, "submitted", "phone", district)
    assert row.number
    assert notified("proposal_taken") == {caller.pk}
    assert client_of(caller).get(row.get_absolute_url()).status_code == 200
    assert Entry.objects.filter(verb="proposal.taken", actor=district.public_id).count() == 1
    assert actions.withdraw_proposal(row, actor=caller).state == "withdrawn"


def test_the_same_paper_taken_twice_is_one(caller, district):
    assert taken(district, caller, intake="paper", uploads=[pdf()]).pk == taken(district, caller, intake="paper").pk


@pytest.mark.parametrize(
    ("options", "code"),
    [({"consents": False}, "consent"), ({"intake": "online"}, "intake"), ({"phone": "+8615400000000"}, "person")],
)
def test_what_an_officer_cannot_take(caller, district, options, code):
    with pytest.raises(ActionError) as refused:
        taken(district, caller, **options)
    assert (refused.value.code, Proposal.objects.count()) == (code, 0)


def test_it_is_for_the_district_and_for_registered_persons(caller, district, xiazhuang, member):
    for actor in (xiazhuang, member):
        with pytest.raises(NotAllowed):
            taken(actor, caller)
    Person.objects.filter(user=caller).update(state="left", left_on=clock.today())
    with pytest.raises(ActionError):
        taken(district, caller)


def test_the_form_of_the_officer(client_of, caller, district, member):
    data = {**TEXTS, "openness": "closed", "phone": "15412345679", "intake": "paper", "consents": "on"}
    url = "/services/proposals/by-paper/"
    assert client_of(member).get(url).status_code == 403
    browser = client_of(district)
    assert browser.get(url).status_code == 200
    refused = browser.post(url, {**data, "consents": ""})
    assert (refused.status_code, "consents" in refused.context["form"].errors) == (409, True)
    assert TEXTS["wish"] in refused.content.decode()
    assert browser.post(url, data).status_code == 302
    assert Proposal.objects.get().author == caller
    assert url in browser.get("/manage/services/proposal/").content.decode()


# ---- the cleaner ----------------------------------------------------------------------------------------------------
def test_who_cleaned_corrects_the_edition_before_it_is_checked(client_of, edition, district, district_2):
    url = edition.proposal.get_absolute_url()
    assert "再改公开稿" in client_of(district).get(url).content.decode()
    assert "再改公开稿" not in client_of(district_2).get(url).content.decode()
    texts = {name: getattr(edition, name) for name in ("situation", "wish", "answer")}
    row = actions.clean_proposal(edition.proposal, actor=district, title="改过的题目", **texts)
    assert (row.pk, row.title, row.state) == (edition.pk, "改过的题目", "cleaned")


# ---- what is public -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "text",
    ["0532-87865432", "053287865432", "010 8786 5432", "微信号：abc_12345", "微信 qingdao2026", "wxid_a1b2c3", "V信"],
)
def test_landline_numbers_and_wechat_ids_are_found(text):
    assert bool(personal_traces.found_in(f"请问{text}。")) is (text != "V信")


@pytest.mark.parametrize("text", ["电话：87865432", "座机 8786543"])
def test_a_local_number_is_found_behind_its_word(text):
    assert personal_traces.found_in(text)


@pytest.mark.parametrize("text", ["微信公众号", "用微信报名", "2026 年 0 件", "87865432 元", "0.5 公里，2026-11-30"])
def test_other_words_are_not(text):
    assert personal_traces.found_in(text) == []


def test_the_public_page_has_the_history_with_dates(client, published, member, district):
    actions.rate_answer(published.proposal, actor=member, rating=3, words="谢谢岑工")
    actions.keep_promise(Promise.objects.get(), actor=district, note="和岑工去看过")
    page = client.get(published.get_absolute_url()).content.decode()
    history = page[page.index("经过</h2>") :]
    day = clock.today().isoformat()
    for words in (
        "提出",
        "审核通过",
        "转给区交通运输部门",
        "区交通运输部门答复：采用",
        "公开发布",
        "作者评价：满意",
        "做到了：末班车",
    ):
        assert words in history
    assert history.count(f'<time datetime="{day}">') >= 7
    assert "岑工" not in page


def test_a_year_has_figures_of_its_own(client, published):
    last = clock.today().year - 1
    type(published).objects.update(answered_on=dt.date(last, 5, 8))
    page = client.get("/proposals/").content.decode()
    assert f'href="?year={last}"' in page
    assert client.get(f"/proposals/?year={last}").context["figures"].year == last


def test_all_answers_of_a_year_are_counted(answered, monkeypatch):
    monkeypatch.setattr(figures, "AT_ONCE", 1)
    referral = answered.referrals.get()
    for _row in range(3):
        referral.pk, referral.public_id = None, None
        referral.public_id = referral._meta.get_field("public_id").get_default()
        referral.save(force_insert=True)
    assert figures.of_year(clock.today().year).total.answered == 4


# ---- indexes --------------------------------------------------------------------------------------------------------
def plan_of(rows):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        text = rows.explain()
        cursor.execute("SET LOCAL enable_seqscan = on")
    return text


def test_the_numbers_of_a_year_and_the_notices_of_a_row_are_found_by_an_index(db):
    assert "proposal_number_begins" in plan_of(Proposal.objects.filter(number__startswith="JY2026-"))
    assert "notice_url" in plan_of(Notice.objects.filter(url__in=["/a/", "/b/"]))


def test_a_number_is_found_as_it_is_typed(submitted):
    assert Proposal.objects.search(f" {submitted.number.lower()} ").get() == submitted
    plan = plan_of(Proposal.objects.search("JY2026-0001"))
    assert "UPPER" not in plan


# ---- what one follows -----------------------------------------------------------------------------------------------
def test_what_one_follows_stands_on_the_page_about_oneself(client_of, published, friend):
    actions.follow_proposal(published, actor=friend)
    page = client_of(friend).get("/me/data/").content.decode()
    assert "关注的建言" in page
    assert published.title in page


# ---- names in promises, links and drafts of who left ------------------------------------------------------------------
def test_a_promise_has_no_name_that_is_not_shown(answered, district, member):
    promise = {"what": f"与{member.person.name}同志对接", "due_on": clock.today() + dt.timedelta(days=20)}
    with pytest.raises(ActionError) as error:
        actions.add_promise(answered.referrals.get(), actor=district, **promise)
    assert error.value.code == "traces"


def test_a_promise_goes_off_with_the_name(published, district, member):
    proposal = published.proposal
    Proposal.objects.filter(pk=proposal.pk).update(openness="named")
    referral = proposal.referrals.get()
    row = referral.promises.create(
        what=f"与{member.person.name}同志对接", due_on=clock.today(), first_due_on=clock.today(), is_public=True
    )
    actions.decide_openness(fresh(proposal), actor=member, openness="unnamed")
    row.refresh_from_db()
    assert not row.is_public


def test_an_open_referral_is_extended_or_recalled_from_its_page(client_of, forwarded, district):
    page = client_of(district).get(forwarded.proposal.get_absolute_url()).content.decode()
    assert "延期或收回" in page


def test_links_of_the_department_end_when_the_author_leaves(answered, link, member, district):
    referral = answered.referrals.get()
    actions.renew_link(referral, actor=district)
    leave(member)
    assert not referral.links.filter(ended_at__isnull=True).exists()


def test_links_end_with_the_department(answered, district):
    referral = answered.referrals.get()
    actions.renew_link(referral, actor=district)
    actions.end_department(referral.department, actor=district)
    assert not referral.links.filter(ended_at__isnull=True).exists()


def test_who_left_submits_no_old_draft(draft, member):
    leave(member)
    with pytest.raises(NotAllowed):
        actions.submit_proposal(draft, actor=type(member).objects.get(pk=member.pk))
