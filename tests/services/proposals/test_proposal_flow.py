"""建言: the whole way on the pages, from the draft to the public edition (domain.md rule 10)."""

import pytest
from django.urls import reverse

from chengyang import clock
from services.models import Promise, Proposal, ProposalEdition, ReferralLink
from services.proposals import actions, links
from tests import staff_pages

from .conftest import ANSWER, TEXTS

pytestmark = pytest.mark.django_db


def post(browser, url, **data):
    response = browser.post(url, data)
    assert response.status_code == 302, response.content.decode()[:3000]
    return response["Location"]


def decide(browser, kind, row, choice, **data):
    url = reverse("admin:staff_decide", args=[kind, row.public_id])
    answer = staff_pages.decide(browser, url, {"choice": choice, **data})
    assert answer.status_code == 302, answer.context["form"].errors


def test_from_a_draft_to_the_public_page(client_of, member, friend, district, district_2, unit, client):
    author, other = client_of(member), client_of(friend)
    officer, second = client_of(district), client_of(district_2)
    url = post(author, "/proposals/new/", **TEXTS, openness="named", joinable="on")
    row = Proposal.objects.get()
    post(other, links.invitation_path(row), shows_name="on", version=actions.version_of(row))
    post(author, f"{url}submit/")
    row.refresh_from_db()
    assert row.number == f"JY{clock.today().year}-0001"
    assert officer.get(url).status_code == 200
    decide(officer, "proposal", row, "accept")
    row.refresh_from_db()
    assert row.state == "reviewed"
    decide(officer, "proposal", row, "forward", department=unit.pk)
    link = ReferralLink.objects.get()
    path = links.path_of(link)
    assert client.get(path).status_code == 200
    post(client, path, do="enter", code=links.code_of(link))
    day = clock.today() + 30 * clock.today().resolution
    sent = client.post(
        path, {"do": "answer", "answer": ANSWER, "result": "adopted", "what_1": "试行", "due_1": day.isoformat()}
    )
    assert (sent.status_code, client.get(path).status_code) == (200, 410)
    post(author, f"{url}rate/", rating="3", words="有着落")
    texts = {name: TEXTS[name] for name in ("title", "situation", "wish")}
    decide(officer, "proposal-clean", row, "clean", **texts, answer=ANSWER)
    edition = ProposalEdition.objects.get()
    decide(second, "proposal-check", edition, "publish")
    page = client.get(f"/proposals/{edition.public_id}/").content.decode()
    assert all(text in page for text in ("林知夏", "古丽米热·艾山", ANSWER, "试行"))
    assert "夜间<mark>公交</mark>多停一站" in client.get("/proposals/?q=公交").content.decode()
    assert Promise.objects.get().is_public
