"""Write answers into the threads of requests, give the teams that handle them their shares, and make offers of the lists of teams."""

from itertools import pairwise

from django.db import migrations

from chengyang.lib.vault.public_ids import new_public_id

OPEN = ("submitted", "routed")
BATCH = 500


def fill(apps, schema_editor):
    requests = apps.get_model("services", "Request").objects.select_related("team")
    for request in requests.order_by("pk").iterator(chunk_size=BATCH):
        _fill_thread(apps, request)
        if request.team_id:
            _fill_share(apps, request)
    offer = apps.get_model("services", "Offer")
    for team in apps.get_model("services", "Team").objects.order_by("pk"):
        names = dict.fromkeys(team.services)
        offer.objects.bulk_create(
            offer(public_id=new_public_id(), team_id=team.pk, name=name, position=position, is_demo=team.is_demo)
            for position, name in enumerate(names, start=1)
        )


def fill_back(apps, schema_editor):
    """Write the names of the offers back into the lists; threads and shares are dropped by the migration before."""
    offers = apps.get_model("services", "Offer").objects.filter(ended_on__isnull=True).order_by("position", "pk")
    for team in apps.get_model("services", "Team").objects.order_by("pk"):
        rows = offers.filter(team_id=team.pk)
        team.services = list(rows.values_list("name", flat=True))
        team.save(update_fields=["services"])


def _fill_thread(apps, request):
    """Derive answers and reasons of reopening from the former versions of `request`, oldest first."""
    former = apps.get_model("services", "RequestEvent").objects.filter(pgh_obj_id=request.pk)
    entries = []
    for before, after in pairwise([None, *former.exclude(pgh_label="delete").order_by("pgh_id"), request]):
        state = before.state if before else ""
        if after.state == "answered" != state:
            entries.append(("answer", after.answer, after.answered_at, after.answered_by_id))
        elif state == "answered" and after.state in OPEN:
            if after.reopened_at == before.reopened_at:  # the answer was withdrawn
                entries.pop()
            else:
                entries.append(("reopened", after.reopen_reason, after.reopened_at, request.author_id))
    if not entries and request.answer:  # an imported row without a history, or an erased one
        entries.append(("answer", request.answer, request.answered_at, request.answered_by_id))
    unit = request.team.name if request.team_id else ""
    model = apps.get_model("services", "ThreadEntry")
    model.objects.bulk_create(
        model(
            public_id=new_public_id(),
            request_id=request.pk,
            kind=kind,
            text=text,
            at=at or request.at,
            by_id=by,
            unit=unit if kind == "answer" else "",
            is_demo=request.is_demo,
        )
        for kind, text, at, by in entries
    )


def _fill_share(apps, request):
    if request.state == "withdrawn":
        return
    state = "asked" if request.state == "submitted" else "accepted" if request.state == "routed" else "done"
    apps.get_model("services", "Share").objects.create(
        public_id=new_public_id(),
        request_id=request.pk,
        team_id=request.team_id,
        role="lead",
        state=state,
        asked_at=request.at,
        decided_by_id=request.answered_by_id if state == "done" else None,
        decided_at=None if state == "asked" else request.answered_at or request.at,
        is_demo=request.is_demo,
    )


class Migration(migrations.Migration):
    dependencies = [("services", "0008_threads_clock_shares_and_offers")]

    operations = [migrations.RunPython(fill, fill_back, elidable=True)]
