"""Sign-ups under load: 200 people want 60 places at once. Is every place given exactly once, and how fast?

`.venv/bin/python bench/signups.py` starts a portal of its own and signs 200 guests up over 50 connections, then 200 others
over one connection, one after the other. It prints both throughputs with the 95th percentile of the answers and the processor
time of a sign-up by kind of process, and checks what stands in the database: exactly 60 confirmed, positions 1 to 200 without
gap or double, every confirmed one below every waiting one. Then eight client processes send the statements of a sign-up as
fast as the database takes them, without web server and worker: the ratio to that is to be at least 0.1. A sign-up is to take
at most 15 ms of processor time in all, on the machine of `machine.py`.
"""

import asyncio
import datetime as dt
import http.client
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from machine import slowness  # beside this file, as are the next ones
from processor import spent_by_kind
from startup import end, free_port, start  # it also puts the project on the path

PEOPLE, PLACES, CONNECTIONS = 200, 60, 50
COST_GOAL, RATIO_GOAL = 15.0, 0.1  # ms of processor time; sign-ups a second beside the bare statements
CLIENTS, SECONDS = 8, 5.0  # of the bare statements
SETTLE = 3.0  # seconds in which the worker sends what was queued
LENGTH = re.compile(rb"(?i)\r\ncontent-length: (\d+)")
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')


def main():
    """Measure on a portal of our own; return 1 when a place was given wrongly, a request failed or a goal is missed."""
    goal = COST_GOAL * slowness()
    home, port = Path(tempfile.mkdtemp(prefix="chengyang-bench-")), free_port()
    home.chmod(0o755)
    _, process = start(home, port, DEMO="off")
    try:
        prepare(home)
        together, errors = run(port, process.pid, new_activity("together"), 0, CONNECTIONS)
        alone, more = run(port, process.pid, new_activity("alone"), PEOPLE, 1)
        mistakes = [*errors, *more, *wrong("together"), *wrong("alone")]
        return report(together, alone, bare(home), mistakes, goal)
    finally:
        end(process)
        shutil.rmtree(home, ignore_errors=True)


def connect(home):
    """Set Django up for the portal that runs for `home`."""
    from chengyang.devtools import server_registry

    os.environ |= {"DATABASE_URL": server_registry.database_url(home), "REDIS_URL": server_registry.redis_url(home)}
    os.environ |= {"CHENGYANG_HOME": str(home), "PORTAL_ENV": "local", "DJANGO_SETTINGS_MODULE": "chengyang.settings"}
    import django

    django.setup()


def prepare(home):
    """Make 400 guests with a verified phone in the portal that runs for `home`."""
    connect(home)
    from chengyang.platform.accounts.models import User

    User.objects.bulk_create([User(phone=f"+86154{number:08}", name="来宾") for number in range(2 * PEOPLE)])


def new_activity(name):
    """Publish an activity with 60 places; return it."""
    from activities.models import Activity
    from chengyang import clock

    now = clock.now()
    return Activity.objects.create(
        title=name,
        starts=now + dt.timedelta(days=3),
        ends=now + dt.timedelta(days=3, hours=2),
        capacity=PLACES,
        state="published",
        published_at=now,
        place="新心向阳",
        summary="压测",
    )


def run(port, pid, activity, first, connections):
    """Sign 200 people up over `connections`; return ({name: figure}, errors). Loading the forms is not measured."""
    path = f"{activity.get_absolute_url()}signup/"
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    forms = [opened(line, path, cookie) for cookie in cookies(first, PEOPLE)]
    shares = [forms[number::connections] for number in range(connections)]
    before = spent_by_kind(pid)
    seconds, found = asyncio.run(send(port, path, shares))
    time.sleep(SETTLE)
    spent = {kind: (now - before[kind]) * 1000 / PEOPLE for kind, now in spent_by_kind(pid).items()}
    percentile = statistics.quantiles([taken for _status, taken in found], n=20)[-1] * 1000
    errors = [f"{activity.title}: answered {status}" for status, _taken in found if status != b"302"]
    return {"speed": PEOPLE / seconds, "p95": percentile, "spent": spent}, errors


def cookies(first, number):
    """Return the session cookies of `number` guests, signed in."""
    from django.conf import settings
    from django.test import Client

    from chengyang.platform.accounts.models import User

    found = []
    for user in User.objects.order_by("pk")[first : first + number]:
        browser = Client()
        browser.force_login(user, backend="chengyang.platform.accounts.backends.PortalBackend")
        found.append(f"{settings.SESSION_COOKIE_NAME}={browser.cookies[settings.SESSION_COOKIE_NAME].value}")
    return found


def opened(line, path, cookie):
    """Open the form; return the cookies and the token to send it with."""
    line.request("GET", path, headers={"Cookie": cookie})
    response = line.getresponse()
    text = response.read().decode()
    token = next(value.split(";")[0] for name, value in response.getheaders() if value.startswith("csrftoken="))
    return f"{cookie}; {token}", TOKEN.search(text)[1]


async def send(port, path, shares):
    """Send each of `shares` of the forms over a connection of its own, all at once; return (seconds, [(status, seconds), …]).

    This process shares the processors with the portal, so it sends bytes that are made before and reads no more than it must.
    """
    lines = [await asyncio.open_connection("127.0.0.1", port) for _ in shares]
    requests = [[posted(path, form) for form in share] for share in shares]
    began = time.perf_counter()
    found = await asyncio.gather(*[answers(*line, share) for line, share in zip(lines, requests, strict=True)])
    seconds = time.perf_counter() - began
    for _reader, writer in lines:
        writer.close()
    return seconds, [answer for share in found for answer in share]


def posted(path, form):
    """Return the bytes of the request that sends the form."""
    cookie, token = form
    body = f"csrfmiddlewaretoken={token}&guest_name=%E6%9D%A5%E5%AE%BE"
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\nContent-Length: {len(body)}\r\n"
    return f"{head}Content-Type: application/x-www-form-urlencoded\r\n\r\n{body}".encode()


async def answers(reader, writer, requests):
    """Send `requests` one after the other; return the status of each answer and the seconds that it took."""
    found = []
    for request in requests:
        began = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        if length := LENGTH.search(head):
            await reader.readexactly(int(length[1]))
        found.append((head[9:12], time.perf_counter() - began))
    return found


def wrong(title):
    """Return a sentence for each error in the sign-ups for the activity with this title."""
    from activities.models import Activity

    activity = Activity.objects.get(title=title)
    rows = list(activity.signups.order_by("position").values_list("position", "state"))
    confirmed = [position for position, state in rows if state == "confirmed"]
    waiting = [position for position, state in rows if state == "waitlisted"]
    checks = {
        f"{len(confirmed)} confirmed, not {PLACES}": len(confirmed) == PLACES,
        f"{activity.taken} counted as taken": activity.taken == PLACES,
        "positions with a gap or a double": [position for position, _ in rows] == list(range(1, PEOPLE + 1)),
        "somebody waits in front of somebody confirmed": bool(waiting) and max(confirmed) < min(waiting),
    }
    return [f"{title}: {what}" for what, holds in checks.items() if not holds]


# ---- the bare statements --------------------------------------------------------------------------------------------
def bare(home):
    """Return how many sign-ups a second eight processes reach that send only its statements to the database."""
    command = [sys.executable, __file__, "--client", str(home)]
    clients = [
        subprocess.Popen([*command, str(number)], stdout=subprocess.PIPE, text=True) for number in range(CLIENTS)
    ]
    return sum(float(client.communicate()[0]) for client in clients)


def client(home, number):
    """Print how many sign-ups a second this process reaches, on an activity and for a guest of its own.

    What a transaction writes is undone to a savepoint before its commit, so that the same statements with the same values can
    be sent again, and each transaction still waits for the disk as a sign-up does.
    """
    connect(home)
    from django.db import connection, transaction

    from activities.actions import sign_up
    from chengyang.platform.accounts.models import User

    activity = new_activity(f"bare {number}")
    guest = User.objects.create(phone=f"+86154{10_000_000 + number:08}", name="来宾")
    statements = []

    def note(execute, sql, params, many, context):
        statements.append((sql, params))
        return execute(sql, params, many, context)

    with transaction.atomic(), connection.execute_wrapper(note):
        sign_up(activity, guest_name="林知夏", actor=guest)
        transaction.set_rollback(True)
    statements = [(sql, params) for sql, params in statements if "SAVEPOINT" not in sql]
    done, began = 0, time.perf_counter()
    while time.perf_counter() - began < SECONDS:
        with transaction.atomic(), connection.cursor() as cursor:
            before = transaction.savepoint()
            for sql, params in statements:
                cursor.execute(sql, params)
            transaction.savepoint_rollback(before)
        done += 1
    print(done / (time.perf_counter() - began))


# ---- what it says ---------------------------------------------------------------------------------------------------
def report(together, alone, statements, mistakes, goal):
    """Print the figures and the errors; return the exit code."""
    cost, ratio = sum(together["spent"].values()), together["speed"] / statements
    print(f"{PEOPLE} people, {PLACES} places{'sign-ups a second':>32}{'p95 ms':>9}{'cpu ms each':>13}")
    for name, found in ((f"{CONNECTIONS} connections at once", together), ("one after the other", alone)):
        parts = ", ".join(f"{kind} {spent:.1f}" for kind, spent in found["spent"].items())
        print(f"  {name:<30}{found['speed']:>23.0f}{found['p95']:>9.0f}{sum(found['spent'].values()):>13.1f}  {parts}")
    print(f"  {'bare statements':<30}{statements:>23.0f}   {CLIENTS} processes; ratio {ratio:.2f}, goal {RATIO_GOAL}")
    missed = [f"{cost:.1f} ms of processor time, goal {goal:.0f}"] if cost > goal else []
    missed += [f"ratio {ratio:.2f} to the bare statements"] if ratio < RATIO_GOAL else []
    print(*(mistakes or ["every place was given exactly once"]), sep="\n")
    print(f"load of the machine {os.getloadavg()[0]:.1f}; goals missed: {', '.join(missed) or 'none'}")
    return int(bool(mistakes or missed))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--client"]:
        client(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        sys.exit(main())
