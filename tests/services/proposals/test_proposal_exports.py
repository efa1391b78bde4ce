"""What each role gets of proposals without opening a page: the Excel file of a list, feeds, and notices."""

import io

import openpyxl
import pytest

from chengyang.errors import NotAllowed
from chengyang.platform.accounts.models import User
from chengyang.platform.jobs import results, runner
from chengyang.platform.notices.models import Notice
from chengyang.platform.staff import export_actions
from chengyang.platform.web import hints
from services.models import Follower, Promise
from services.proposals import actions

from .conftest import ANSWER, TEXTS, fresh
from .test_proposal_visibility import OFFICE, STAGES, proposal_of
from .test_proposal_visibility import stage as stage  # a fixture
from .test_proposal_visibility import users as users  # a fixture

pytestmark = pytest.mark.django_db
COLUMNS = ["number", "title", "topic", "state", "unit"]
FORM = {"file_format": "xlsx", "with_keys": False, "purpose": "check", "note": "", "numbers_note": "核对"}


@pytest.fixture(autouse=True)
def no_broker(monkeypatch):
    monkeypatch.setattr(hints, "send", lambda *args, **options: None)


# ---- the Excel file of the list -------------------------------------------------------------------------------------
def exported(user, columns=COLUMNS):
    """Return the rows below the header of the Excel file that `user` gets of the list, None without the list."""
    try:
        form = {**FORM, "columns": columns}
        export = export_actions.ask_for_export("services.Proposal", "", form, actor=user)
    except NotAllowed:
        return None
    job = runner.work_on(export.job, seconds=60)
    assert job.state == "done", job.message
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(results.result(job)))).worksheets[1]
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def test_the_excel_file_has_the_rows_of_the_list_for_the_office_only(stage, users):
    name, row = stage
    for role, user in users.items():
        rows = exported(user) if user.is_authenticated else None
        if role not in OFFICE:
            assert (role, rows) == (role, None)
            continue
        found = [one for one in rows if TEXTS["title"] in one]
        assert (role, len(found)) == (role, int(role in STAGES[name]))
        if found:
            unit = "区交通运输部门" if row.is_answered else None
            assert found[0] == [row.number, TEXTS["title"], "交通出行", row.get_state_display(), unit]


def test_the_excel_file_has_no_words_and_no_name(published, district):
    text = str(exported(district, [*COLUMNS, "submitted_at", "answered_at", "rating", "closed_at", "openness"]))
    assert TEXTS["title"] in text
    assert [word for word in (TEXTS["situation"], TEXTS["wish"], ANSWER, "林知夏") if word in text] == []


def test_what_was_taken_back_is_in_no_file(accepted, member, district):
    actions.withdraw_proposal(accepted, actor=member)
    assert TEXTS["title"] not in str(exported(district))


# ---- feeds and public pages -----------------------------------------------------------------------------------------
FEEDS = ("/", "/sitemap.xml", "/calendar.ics", "/calendar/", "/proposals/", "/api/v1/proposals/", "/api/v1/activities/")


@pytest.mark.parametrize("name", [name for name in STAGES if name != "published"])
def test_feeds_and_public_pages_have_nothing_of_one_that_is_not_published(request, users, friend, client_of, name):
    row = fresh(proposal_of(request.getfixturevalue(name)))
    words = (row.get_absolute_url(), row.number or "JY", *TEXTS.values(), ANSWER)
    words = [word for word in words if word != TEXTS["topic"]]
    for role, user in users.items():
        browser = client_of(user)
        for url in FEEDS:
            text = browser.get(url).content.decode()
            assert (role, url, [word for word in words if word in text]) == (role, url, [])


def test_feeds_lead_everybody_to_the_published_one_and_nobody_to_the_proposal(published, users, client_of):
    for role, user in users.items():
        texts = [
            client_of(user).get(url).content.decode() for url in ("/sitemap.xml", "/proposals/", "/api/v1/proposals/")
        ]
        assert (role, [published.get_absolute_url() in text for text in texts]) == (role, [True] * 3)
        assert (role, published.proposal.get_absolute_url() in "".join(texts)) == (role, False)


# ---- notices --------------------------------------------------------------------------------------------------------
WRITTEN = {  # role → kinds of the notices about one proposal, from the draft to a promise that was kept
    "member": {
        *("proposal_received", "proposal_cosigned", "proposal_accepted", "proposal_forwarded", "proposal_answered"),
        *("proposal_published", "proposal_progress"),
    },
    "friend": {"proposal_forwarded", "proposal_answered", "proposal_published", "proposal_progress"},
    "stranger": {"proposal_news"},
    "district": {"proposal_waiting", "proposal_to_publish"},
    "district_2": {"proposal_waiting", "proposal_to_publish", "proposal_to_check"},
}


def test_each_role_is_notified_of_what_is_theirs(users, submitted, friend, stranger, district, district_2, unit):
    actions.cosign_proposal(submitted, actor=friend)
    row = actions.accept_proposal(submitted, actor=district)
    link = actions.forward_proposal(row, actor=district, department=unit).links.get()
    day = link.referral.due_on
    actions.answer_by_link(link, answer=ANSWER, result="adopted", promises=[("末班车试行到 22:00", day)])
    texts = {name: TEXTS[name] for name in ("title", "situation", "wish")}
    edition = actions.clean_proposal(fresh(row), actor=district, answer=ANSWER, **texts)
    edition = actions.publish_proposal(edition, actor=district_2)
    Follower.objects.create(edition=edition, user=stranger)
    actions.keep_promise(Promise.objects.get(), actor=district, note="好")
    names = {user.pk: name for name, user in users.items()}
    found = {}
    for notice in Notice.objects.filter(kind__startswith="services/pro", user__isnull=False):
        found.setdefault(names[notice.user_id], set()).add(notice.kind.removeprefix("services/"))
    assert found == WRITTEN


def test_notices_lead_to_what_their_reader_opens(users, published, client_of, friend):
    Follower.objects.create(edition=published, user=friend)
    actions.keep_promise(Promise.objects.get(), actor=users["district"], note="好")
    rows = Notice.objects.filter(kind__startswith="services/pro", user__isnull=False).exclude(url="")
    found = {(row.user_id, row.url) for row in rows}
    assert {user for user, _url in found} >= {users["member"].pk, friend.pk, users["district"].pk}
    for user, url in found:
        assert (user, url, client_of(User.objects.get(pk=user)).get(url).status_code) == (user, url, 200)
