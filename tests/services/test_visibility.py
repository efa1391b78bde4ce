"""Who reads a request, its thread and its files: every way through which something can be read × everybody × every situation.

domain.md rule 9: only its author, those who work on it, and the officers who are responsible. The ways are the pages, the
files, the API, the staff site with its search, lists, decisions and exports, feeds, public pages, notices and jobs.
"""

import csv
import datetime as dt
import io

import pytest
from django.http import HttpRequest
from django.urls import reverse

from chengyang import clock
from chengyang.errors import NotAllowed
from chengyang.platform.files.models import File
from chengyang.platform.jobs import results, runner
from chengyang.platform.notices.models import Notice
from chengyang.platform.staff import export_actions, export_columns, list_exports
from chengyang.platform.web import hints
from members.actions import leave_registry
from services import actions
from services.admin import RequestAdmin
from services.models import Extension, Post, Request, ThreadEntry
from tests import personas
from tests.files.conftest import PDF, upload

pytestmark = pytest.mark.django_db
TITLE, TEXT, MESSAGE = "房租合同里的那一条怎么谈", "只给承办人看的话", "租约是去年签的"
HELPER, EXPERT, ASKED, DECLINED, SILENT = "helper", "expert", "asked_leader", "declined_leader", "silent_expert"
EVERYBODY = (*personas.NAMES, HELPER, EXPERT, ASKED, DECLINED, SILENT)

# Situation → who reads the request then, besides its author.
TEAM = {"leader", HELPER, EXPERT}
OFFICE = {"district", "district_2"}
ENDED = ("closed", "withdrawn", "diverted", "of somebody who left")
HAS_LIST = {*OFFICE, "xiazhuang", "liuting", "leader", HELPER, ASKED, DECLINED}  # of requests, on the staff site
READERS = {
    "with the office": OFFICE,
    "with a team": TEAM,
    "offered to several teams": {*OFFICE, "leader", ASKED},
    "with a subdistrict": {"xiazhuang"},
    "for the office only": OFFICE,
    "handed over by the office": {*TEAM, *OFFICE},
    "escalated": {*TEAM, *OFFICE},
    "waiting for more time": {*TEAM, *OFFICE},
    "paused": TEAM,
    "answered": TEAM,
    "closed": TEAM,
    "withdrawn": {"leader"},
    "diverted": set(),
    "of somebody who left": set(),
}


@pytest.fixture(autouse=True)
def no_broker(monkeypatch):
    monkeypatch.setattr(hints, "send", lambda *args, **options: None)


def leader_of(name, slug):
    team = personas.team(slug=slug, name=f"{slug} 服务队", field="law")
    holder = personas.person(f"队长{name}", account=personas.user(name))
    Post.objects.create(person=holder, team=team, kind="leader", starts=personas.STARTED)
    return team


def expert_of(name, team, **described):
    holder = personas.person(f"队员{name}", account=personas.user(name))
    fields = {"skills": "合同", "by_name": True, **described}
    return Post.objects.create(person=holder, team=team, kind="volunteer", starts=personas.STARTED, **fields)


@pytest.fixture
def people(reference):
    accounts = {name: personas.make(name) for name in personas.NAMES}
    teams = {name: leader_of(name, name.replace("_", "-")) for name in (HELPER, ASKED, DECLINED)}
    experts = {EXPERT: expert_of(EXPERT, teams[DECLINED]), SILENT: expert_of(SILENT, teams[HELPER], by_name=False)}
    accounts |= {name: personas.user(name) for name in (HELPER, ASKED, DECLINED, EXPERT, SILENT)}
    return {"accounts": accounts, "teams": teams, "experts": experts}


def build(people, situation):
    """Create the request of `member` in `situation`, with a message, a file and an appointment, and return it."""
    accounts, teams = people["accounts"], people["teams"]
    team = personas.team() if READERS[situation] & {"leader"} and situation != "offered to several teams" else None
    team = personas.team() if situation in ("diverted", "of somebody who left") else team
    readers = {"readers": "office"} if situation == "for the office only" else {}
    row = actions.submit_request(actor=accounts["member"], title=TITLE, text=TEXT, team=team, **readers)
    if team is not None:
        work(row, accounts, people)
    actions.add_message(fresh(row), actor=accounts["member"], text=MESSAGE, uploads=[upload(PDF, "租约.pdf")])
    PREPARE.get(situation, lambda *_arguments: None)(fresh(row), accounts, teams)
    return fresh(row)


def work(row, accounts, people):
    """Let the team lead, one team and one expert help, and one team decline."""
    leader = accounts["leader"]
    actions.accept_share(row.shares.get(), actor=leader)
    for name in (HELPER, DECLINED):
        share = actions.ask_for_help(fresh(row), actor=leader, team=people["teams"][name])
        if name == HELPER:
            actions.accept_share(share, actor=accounts[name])
            actions.hand_in_share(fresh(share), actor=accounts[name], text="看过了")
        else:
            actions.decline_share(share, actor=accounts[name], reason="满了")
    share = actions.ask_for_help(fresh(row), actor=leader, expert=people["experts"][EXPERT])
    actions.accept_share(share, actor=accounts[EXPERT])
    actions.hand_in_share(fresh(share), actor=accounts[EXPERT], text="也看过了")
    start = clock.now() + dt.timedelta(days=1)
    meeting = {"starts": start, "ends": start + dt.timedelta(hours=1), "place": "嗨创天地"}
    actions.make_appointment(fresh(row), actor=leader, **meeting)


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def _offer(row, accounts, teams):
    actions.invite_teams(row, actor=accounts["district"], teams=[personas.team(), teams[ASKED]])


def _answer(row, accounts, teams):
    actions.answer_request(row, actor=accounts["leader"], answer="可以谈")


def _close(row, accounts, teams):
    _answer(row, accounts, teams)
    actions.close_own_request(fresh(row), actor=accounts["member"])


def _pause(row, accounts, teams):
    actions.ask_author(row, actor=accounts["leader"], text="哪一条？", pauses=True, pause_reason="先弄清")


def _extend(row, accounts, teams):
    actions.ask_extension(row, actor=accounts["leader"], days=3, reason="要问")


def _divert(row, accounts, teams):
    Request.objects.filter(pk=row.pk).update(escalated_at=clock.now())
    actions.divert_request(fresh(row), actor=accounts["district"], to="report")


def _leave(row, accounts, teams):
    _answer(row, accounts, teams)
    leave_registry(accounts["member"].person, actor=accounts["member"])


PREPARE = {
    "offered to several teams": _offer,
    "with a subdistrict": lambda row, accounts, teams: Request.objects.filter(pk=row.pk).update(
        subdistrict=personas.reference(), state="routed"
    ),
    "handed over by the office": lambda row, accounts, teams: Request.objects.filter(pk=row.pk).update(
        handed_over_at=clock.now()
    ),
    "escalated": lambda row, accounts, teams: Request.objects.filter(pk=row.pk).update(escalated_at=clock.now()),
    "waiting for more time": _extend,
    "paused": _pause,
    "answered": _answer,
    "closed": _close,
    "withdrawn": lambda row, accounts, teams: actions.withdraw_request(row, actor=accounts["member"]),
    "diverted": _divert,
    "of somebody who left": _leave,
}


# Pages are opened by one of each kind; the rows are compared for everybody.
OPENING = (
    *("member", "leader", HELPER, EXPERT, SILENT, ASKED, DECLINED, "district", "district_2"),
    *("xiazhuang", "liuting", "secretary", "stranger", "auditor"),
)


# ---- the ways -------------------------------------------------------------------------------------------------------
def reads_page(browser, row):
    answer = browser.get(row.get_absolute_url())
    assert answer.status_code in (200, 404)
    return answer.status_code == 200 and TEXT in answer.content.decode() and MESSAGE in answer.content.decode()


def reads_file(browser, row):
    file = File.objects.get(attached_id__in=row.entries.values("public_id"))
    answer = browser.get(file.get_absolute_url())
    b"".join(answer)  # reading the whole answer closes a served file
    return answer.status_code == 200


def reads_appointment(browser, row):
    entry = row.entries.filter(kind=ThreadEntry.Kind.APPOINTMENT).first()
    return entry and browser.get(reverse("services:appointment-ics", args=[entry.public_id])).status_code == 200


def reads_board(browser, row):
    answer = browser.get(reverse("services:board"))
    assert answer.status_code in (200, 403)
    return TITLE in answer.content.decode()


WAYS = {"page": reads_page, "file": reads_file}


@pytest.mark.parametrize("situation", READERS)
def test_rows_of_request_thread_file_and_extension(people, situation):
    row = build(people, situation)
    expected = {"member", *READERS[situation]}
    found = {}
    for name in EVERYBODY:
        user = people["accounts"][name]
        found[name] = (
            Request.objects.visible_to(user).filter(pk=row.pk).exists(),
            ThreadEntry.objects.visible_to(user).filter(request=row).exists(),
            File.objects.visible_to(user).filter(attached_to="services.ThreadEntry").exists(),
            Extension.objects.visible_to(user).exists() or situation != "waiting for more time",
        )
    assert found == {
        name: (name in expected,) * 3 + (name in expected or situation != "waiting for more time",)
        for name in EVERYBODY
    }
    assert not Request.objects.visible_to(personas.visitor()).exists()
    assert not ThreadEntry.objects.visible_to(personas.visitor()).exists()


@pytest.mark.parametrize("situation", READERS)
def test_page_file_and_appointment_over_html(people, situation, client_of, client):
    row = build(people, situation)
    expected = {"member", *READERS[situation]}
    has_meeting = row.entries.filter(kind="appointment").exists()
    on_board = READERS[situation] if situation not in ENDED else set()
    for name in OPENING:
        browser = client_of(people["accounts"][name])
        assert {way: bool(reads(browser, row)) for way, reads in WAYS.items()} == dict.fromkeys(WAYS, name in expected)
        assert reads_board(browser, row) == (name in on_board), name
        made_it = (
            situation == "diverted" and name == "leader"
        )  # who takes it out of the calendar, where it is cancelled
        assert bool(reads_appointment(browser, row)) == (has_meeting and (name in expected or made_it))
    assert client.get(row.get_absolute_url()).status_code in (302, 404)


def secrets_in(answer):
    text = answer.content.decode(errors="replace") if hasattr(answer, "content") else ""
    return [word for word in (TITLE, TEXT, MESSAGE) if word in text]


@pytest.mark.parametrize("situation", READERS)
def test_list_record_decision_and_search_of_the_staff_site(people, situation, client_of):
    row = build(people, situation)
    expected = READERS[situation] & HAS_LIST
    addresses = {
        "list": reverse("admin:services_request_changelist"),
        "record": reverse("admin:services_request_change", args=[row.pk]),
        "decision": reverse("admin:staff_decide", args=["request", row.public_id]),
        "search": reverse("admin:staff_search") + f"?q={row.number}",
        "search by title": reverse("admin:staff_search") + "?q=房租合同",
    }
    for name in OPENING:
        browser = client_of(people["accounts"][name])
        shown = {way: bool(secrets_in(browser.get(url))) for way, url in addresses.items()}
        decides = shown.pop("decision")
        assert (name, shown) == (name, dict.fromkeys(shown, name in expected))
        assert not decides or name in expected


def file_of(export):
    """Return the job of `export`, done, and the rows of its file without the header."""
    job = runner.work_on(export.job, seconds=60)
    assert job.state == "done", job.message
    return job, list(csv.reader(io.StringIO(b"".join(results.result(job)).decode("utf-8-sig"))))[1:]


def ask_for_file(user):
    """Let `user` export all columns of the list of requests; None where they have no such list."""
    columns = [column.code for column in export_columns.columns_of(list_exports.admin_of("services.Request"))]
    data = {"file_format": "csv", "with_keys": True, "purpose": "check", "note": "", "numbers_note": "核对"}
    try:
        return export_actions.ask_for_export("services.Request", "", {**data, "columns": columns}, actor=user)
    except NotAllowed:
        return None


@pytest.mark.parametrize("situation", READERS)
def test_exports_and_their_jobs(people, situation, client_of):
    row = build(people, situation)
    jobs = {}
    for name in EVERYBODY:
        export = ask_for_file(people["accounts"][name])
        assert (export is not None) == (name in HAS_LIST), name
        if export is not None:
            jobs[name], lines = file_of(export)
            assert [line[2:4] for line in lines] == [[row.number, TITLE]] * (name in READERS[situation]), name
            assert not [cell for line in lines for cell in line if TEXT in cell or MESSAGE in cell]
    for name, job in jobs.items():
        another = client_of(people["accounts"]["auditor" if name in OFFICE else "district"])
        for url in (job.get_absolute_url(), reverse("admin:jobs_job_result", args=[job.public_id])):
            assert another.get(url).status_code == 404, (name, url)


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("leader", "with a team", "diverted"),
        ("leader", "with a team", "of somebody who left"),
        (HELPER, "with a team", "withdrawn"),
        ("district", "waiting for more time", "granted"),
    ],
)
def test_a_job_has_what_its_owner_reads_when_it_runs(people, name, before, after):
    row, accounts = build(people, before), people["accounts"]
    export = ask_for_file(accounts[name])
    assert Request.objects.visible_to(accounts[name]).exists()
    if after == "granted":
        actions.grant_extension(Extension.objects.get(), actor=accounts["district_2"])
    else:
        PREPARE[after](row, accounts, people["teams"])
    assert file_of(export)[1] == []


PUBLIC = ("/", "/sitemap.xml", "/calendar.ics", "/calendar/", "/results/", "/figures/")
API = ("", "activities/", "objectives/", "proposals/", "schema/", "requests/", "services/", "entries/", "threads/")


@pytest.mark.parametrize("situation", READERS)
def test_the_api_the_feeds_and_the_public_pages_have_nothing_of_it(people, situation, client_of, client):
    row = build(people, situation)
    team = personas.team()
    named = [reverse(f"services:{name}") for name in ("home", "query")]
    of_team = [reverse(f"services:{name}", args=["team", team.slug]) for name in ("outcomes", "organizer-contribution")]
    api = [f"/api/v1/{part}" for part in (*API, f"requests/{row.public_id}/")]
    feed = feed_of_duties(people["accounts"]["secretary"], client_of)
    visited = {"visitor": [*PUBLIC, *named, *of_team, team.get_absolute_url(), feed, *api]}
    for name in ("stranger", "leader", "district", "xiazhuang"):
        visited[name] = [*named, team.get_absolute_url(), *api]
    for name, urls in visited.items():
        browser = client if name == "visitor" else client_of(people["accounts"][name])
        for url in urls:
            answer = browser.get(url)
            found = (secrets_in(answer), row.number in answer.content.decode(errors="replace"))
            assert (name, url, found) == (name, url, ([], False))


def feed_of_duties(user, client_of):
    """Return the address of the calendar of the own duties of `user`, the only feed that knows its reader."""
    browser = client_of(user)
    browser.post(reverse("organizations:duty-feed-change"), {"do": "on"})
    return browser.get(reverse("organizations:duties")).context["feed_url"]


@pytest.mark.parametrize("situation", READERS)
def test_notices_name_it_only_to_those_who_read_it_then(people, situation):
    row = build(people, situation)
    allowed = {"member", *READERS[situation]}
    # Who was asked and declined, or whose team worked on it until it went elsewhere, was notified while they read it.
    allowed |= {DECLINED, "leader", HELPER, EXPERT, *OFFICE}
    names = {account.pk: name for name, account in people["accounts"].items()}
    found = {names[notice.user_id] for notice in Notice.objects.filter(url=row.get_absolute_url())}
    assert found <= allowed
    assert SILENT not in found


def test_the_own_feed_of_duties_and_the_margin_of_the_office_have_no_request_of_a_team(people, client_of):
    build(people, "with a team")
    for name in ("district", "xiazhuang", "secretary"):
        browser = client_of(people["accounts"][name])
        for url in (reverse("admin:index"), reverse("me:home"), reverse("services:mine")):
            assert secrets_in(browser.get(url)) == [], (name, url)


@pytest.mark.parametrize("name", EVERYBODY)
def test_the_tab_of_the_person_and_of_the_team_shows_a_lock_or_nothing(people, client_of, name):
    build(people, "with a team")
    browser, member = client_of(people["accounts"][name]), people["accounts"]["member"]
    for model, key in (("members_person", member.person.pk), ("services_team", personas.team().pk)):
        answer = browser.get(reverse(f"admin:{model}_change", args=[key]), {"tab": "requests"})
        assert bool(secrets_in(answer)) == (name == "leader" and model == "services_team")


def test_the_list_of_the_staff_site_is_the_rows_that_are_visible(people):
    build(people, "with a team")
    for name in EVERYBODY:
        request = HttpRequest()
        request.user = people["accounts"][name]
        rows = RequestAdmin(Request, None).get_queryset(request)
        assert set(rows) <= set(Request.objects.visible_to(request.user))


@pytest.mark.parametrize("situation", READERS)
def test_number_and_code_show_how_far_it_is_and_not_what_was_written(people, situation, client):
    row = build(people, situation)
    page = client.post(reverse("services:query"), {"number": row.number, "code": row.query_code}).content.decode()
    assert row.number in page
    assert (TEXT in page, MESSAGE in page) == (False, False)
