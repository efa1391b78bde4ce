"""What somebody signs is what they have read; who finds a proposal to sign; what remains of a signature that was withdrawn."""

import pytest

from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.audit.models import Entry
from chengyang.platform.files.models import File
from services.models import CoSigner, Follower, Proposal
from services.proposals import actions, links, similar
from services.proposals.extensions import OWN_DATA
from tests.files.conftest import PDF

from .conftest import TEXTS, fresh
from .test_proposal_care import pdf

pytestmark = pytest.mark.django_db
NEW = "一、延到 23:00。"


def version_in(page):
    text = page.content.decode()
    start = text.index('name="version" value="') + len('name="version" value="')
    return text[start : text.index('"', start)]


def opens(browser, *addresses):
    """Return for each of `addresses` of a file whether it is served; the bytes are read, so that nothing stays open."""
    answers = [browser.get(one) for one in addresses]
    return [one.status_code == 200 and one.getvalue() == PDF for one in answers]


# ---- the version ----------------------------------------------------------------------------------------------------
def test_who_read_other_words_signs_nothing_and_reads_the_new_ones(client_of, draft, member, friend):
    browser, path = client_of(friend), links.invitation_path(draft)
    version = version_in(browser.get(path))
    actions.edit_proposal(draft, actor=member, wish=NEW)
    page = browser.post(path, {"shows_name": "on", "version": version})
    text = page.content.decode()
    assert (page.status_code, CoSigner.objects.count()) == (409, 0)
    assert ("内容或附件改过" in text, NEW in text, TEXTS["wish"] in text) == (True, True, False)
    assert page.context["form"]["shows_name"].value()
    assert browser.post(path, {"shows_name": "on", "version": version_in(page)}).status_code == 302
    assert CoSigner.objects.get().shows_name


@pytest.mark.parametrize("sent", ["", "0" * 32])
def test_a_form_from_no_page_signs_nothing(client_of, draft, friend, sent):
    assert client_of(friend).post(links.invitation_path(draft), {"version": sent}).status_code == 409
    assert not CoSigner.objects.exists()


def test_who_confirms_has_read_the_last_change(client_of, draft, member, friend):
    row = actions.cosign_proposal(draft, actor=friend)
    actions.edit_proposal(draft, actor=member, wish=NEW)
    browser, url = client_of(friend), draft.get_absolute_url()
    confirm = f"/services/cosigners/{row.public_id}/confirm/"
    version = version_in(browser.get(url))
    actions.edit_proposal(fresh(draft), actor=member, wish=f"{NEW}二、先试一个月。")
    page = browser.post(confirm, {"version": version}, follow=True)
    assert ("内容或附件改过" in page.content.decode(), fresh(row).state) == (True, "asked")
    browser.post(confirm, {"version": version_in(page)})
    assert fresh(row).state == "confirmed"


def test_another_file_is_another_version(draft, member, friend):
    version = actions.version_of(draft)
    actions.edit_proposal(draft, actor=member, openness="closed")
    assert actions.version_of(fresh(draft)) == version
    actions.edit_proposal(draft, actor=member, uploads=[pdf()])
    with pytest.raises(ActionError) as refused:
        actions.cosign_proposal(draft, actor=friend, version=version)
    assert refused.value.code == "changed"


# ---- the files ------------------------------------------------------------------------------------------------------
@pytest.fixture
def with_file(submitted, member, district):
    """(a proposal that can be signed, the address that its author gives, the one of its file there)."""
    actions.return_proposal(submitted, actor=district, advice="附上汇总")
    actions.edit_proposal(fresh(submitted), actor=member, uploads=[pdf()])
    row = fresh(submitted)
    path = links.invitation_path(row)
    return row, path, f"{path}files/{File.objects.get().public_id}/"


def test_who_is_invited_reads_the_files_that_a_signature_confirms(client_of, with_file, friend, member):
    _row, path, url = with_file
    browser = client_of(friend)
    assert url in browser.get(path).content.decode()
    assert opens(browser, url, File.objects.get().get_absolute_url()) == [True, False]
    assert Entry.objects.filter(verb="file.read", actor=friend.public_id, user=member.public_id).exists()


def test_a_stranger_without_the_address_reads_no_file(client, client_of, with_file, stranger, district_2):
    row, path, url = with_file
    forged = path.replace(path.split("/")[4], "x" * len(path.split("/")[4]))
    addresses = [
        File.objects.get().get_absolute_url(),
        url.replace(path, forged),
        url.replace(path, links.found_path(row)),
    ]
    assert opens(client_of(stranger), *addresses) == [False] * 3
    assert client.get(url).status_code == 302  # a visitor signs in first
    assert opens(client_of(district_2), url) == [False]  # no registered person, who could sign


def test_the_files_close_with_the_invitation(client_of, with_file, member, friend):
    row, _path, url = with_file
    browser = client_of(friend)
    actions.renew_invitation(row, actor=member)
    assert browser.get(url).status_code == 404


def test_who_withdrew_reads_the_files_only_while_they_can_sign_again(client_of, with_file, member, friend, district):
    row, _path, url = with_file
    browser, address = client_of(friend), File.objects.get().get_absolute_url()
    signature = actions.cosign_proposal(row, actor=friend)
    assert opens(browser, url, address) == [True, True]
    actions.withdraw_cosigning(signature, actor=friend)
    assert opens(browser, url, address) == [True, False]
    actions.accept_proposal(actions.submit_proposal(row, actor=member), actor=district)
    assert opens(browser, url, address) == [False, False]


def test_who_signs_reads_the_files_after_the_decision(client_of, with_file, member, friend, district):
    row, _path, url = with_file
    actions.cosign_proposal(row, actor=friend)
    actions.accept_proposal(actions.submit_proposal(row, actor=member), actor=district)
    browser = client_of(friend)
    assert opens(browser, url, File.objects.get().get_absolute_url()) == [False, True]


# ---- who finds it ---------------------------------------------------------------------------------------------------
def test_others_find_it_until_the_author_changes_their_mind(client_of, submitted, member, friend):
    browser, url = client_of(member), submitted.get_absolute_url()
    Proposal.objects.update(joinable=True)
    assert similar.open_to_join(TEXTS["title"], user=friend)
    assert "不让别人看到" in browser.get(url).content.decode()
    assert browser.post(f"{url}joinable/").status_code == 302
    assert (fresh(submitted).joinable, similar.open_to_join(TEXTS["title"], user=friend)) == (False, [])
    browser.post(f"{url}joinable/", {"joinable": "on"})
    assert fresh(submitted).joinable


def test_who_finds_it_reads_no_file_before_signing_and_nothing_once_it_is_hidden(client_of, with_file, member, friend):
    row, _path, _url = with_file
    Proposal.objects.update(joinable=True, state="submitted")
    mine = actions.draft_proposal(actor=friend, **TEXTS)
    browser, found = client_of(friend), links.found_path(fresh(row))
    assert found in browser.get(mine.get_absolute_url()).content.decode()
    page = browser.get(found).content.decode()
    assert (TEXTS["wish"] in page, "还有 1 个附件" in page, "汇总.pdf" in page) == (True, True, False)
    actions.decide_joinable(fresh(row), actor=member, joinable=False)
    assert browser.get(found).status_code == 404


def test_only_the_author_decides_and_only_while_it_can_be_signed(submitted, member, friend, district):
    for actor in (friend, district):
        with pytest.raises(NotAllowed):
            actions.decide_joinable(submitted, actor=actor, joinable=True)
    actions.accept_proposal(submitted, actor=district)
    with pytest.raises(NotAllowed):
        actions.decide_joinable(fresh(submitted), actor=member, joinable=True)


# ---- one's own data -------------------------------------------------------------------------------------------------
def title_of(row):
    """Return the title with which `row` stands on the page about oneself."""
    (table,) = (one for one in OWN_DATA if one.table == row._meta.label)
    return table.row_title(row)


def test_who_has_withdrawn_reads_the_words_no_longer(submitted, friend):
    row = actions.cosign_proposal(submitted, actor=friend)
    assert title_of(row) == submitted.title
    assert title_of(actions.withdraw_cosigning(row, actor=friend)) == submitted.number


def test_the_title_of_one_that_is_no_longer_public_is_not_shown(published, friend, member):
    actions.follow_proposal(published, actor=friend)
    assert title_of(Follower.objects.get()) == published.title
    actions.decide_openness(published.proposal, actor=member, openness="closed")
    assert published.title not in str(title_of(Follower.objects.get()))
