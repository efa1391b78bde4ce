"""How fast are the public pages, beside a view that only sends as many bytes, and what do pages cost that are made?

`.venv/bin/python bench/public.py` starts a portal with the demonstration and a bare Django view on the same server, and prints

1. for calendar, activity, home, feed and organizations: requests a second from the page cache and of the bare view, in
   alternating bursts of `wrk` (Debian package `wrk`), and the median of their ratios;
2. for the same pages, what the first request after a change costs, beside the same page without the cache;
3. the processor time of a request that Django answers, also of signed-in people: web server, database and cache together.

4. whether every page is right while the cache server hangs, is killed and starts again, under the load of point 1.

Goals in milliseconds are those of the machine of `machine.py`, times what this one needs more. It exits with 1 below the goals. `--seconds 3 --rounds 5` are the length and number of the bursts.
"""

import argparse
import contextlib
import http.client
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from machine import CONNECTIONS, burst, slowness, wait_for  # beside this file, as are the next ones
from processor import spent
from startup import end, free_port, start  # it also puts the project on the path

TIMES = 100  # requests for one figure of processor time: the kernel counts in hundredths of a second
TURNS = 5  # of what is measured in turn
KEPT_GOAL, FIRST_GOAL = 0.8, 1.2  # of the bare view; of the page without the cache
GOALS = {  # milliseconds of processor time for a page that is made, on the machine of `machine.py`
    "calendar": 15,
    "activity": 6,
    "home": 15,
    "feed": 12,
    "calendar, signed in": 15,
    "me": 25,
    "to-do list": 25,
    "list of persons": 18,
}
PUBLIC = ("calendar", "activity", "home", "feed", "organizations")
WITHOUT_CACHE = "?utm_source=bench"  # a name that no page reads: answered by Django


def main():
    """Measure on a portal of our own; return 1 when a goal is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    factor = slowness()
    home, port, bare_port = Path(tempfile.mkdtemp(prefix="chengyang-bench-")), free_port(), free_port()
    home.chmod(0o755)
    _, portal = start(home, port)
    bare = subprocess.Popen([sys.executable, Path(__file__).with_name("bare.py"), str(bare_port)])
    try:
        wait_for(bare_port)
        found = prepare(home)
        missed = bursts(found, (port, portal.pid), (bare_port, bare.pid), options)
        missed += first_requests(found, port, portal.pid)
        missed += costs(found, port, portal.pid, factor)
        missed += faults(found, port, home)
        print(f"load of the machine {os.getloadavg()[0]:.1f}; goals missed: {', '.join(missed) or 'none'}")
        return int(bool(missed))
    finally:
        bare.terminate()
        end(portal)
        shutil.rmtree(home, ignore_errors=True)


def prepare(home):
    """Set Django up for the portal that runs for `home`; return name → (path, cookies) of each page."""
    from chengyang.devtools import server_registry

    os.environ |= {"DATABASE_URL": server_registry.database_url(home), "REDIS_URL": server_registry.redis_url(home)}
    os.environ |= {"CHENGYANG_HOME": str(home), "PORTAL_ENV": "local", "DJANGO_SETTINGS_MODULE": "chengyang.settings"}
    import django

    django.setup()
    from django.urls import reverse

    from activities.models import Activity
    from chengyang import clock

    coming = Activity.objects.published().filter(starts__gt=clock.now(), capacity__isnull=False).order_by("starts")
    member, officer = session("member"), session("district")
    return {
        "calendar": (reverse("activities:calendar"), ""),
        "activity": (coming.first().get_absolute_url(), ""),
        "home": ("/", ""),
        "feed": (reverse("activities:ics"), ""),
        "organizations": (reverse("organizations:list"), ""),
        "calendar, signed in": (reverse("activities:calendar"), member),
        "me": (reverse("me:home"), member),
        "to-do list": (reverse("admin:index"), officer),
        "list of persons": (reverse("admin:members_person_changelist"), officer),
    }


def session(name):
    """Return the cookie of a session of the demonstration account `name`, which has just said who it is."""
    from django.conf import settings
    from django.test import Client

    from chengyang.platform.accounts.models import User

    browser = Client()
    user = User.objects.get(email=f"{name}@demo.invalid")
    browser.force_login(user, backend="chengyang.platform.accounts.backends.PortalBackend")
    return f"{settings.SESSION_COOKIE_NAME}={browser.cookies[settings.SESSION_COOKIE_NAME].value}"


# ---- 1. from the cache ------------------------------------------------------------------------------------------------
def bursts(found, portal, bare, options):
    """Print requests a second from the cache and of the bare view; return the names of the pages below the goal."""
    print(f"{'from the cache':<22}{'kB':>6}{'req/s':>9}{'bare':>9}{'ratio':>7}{'cpu ms':>8}{'bare':>7}")
    missed = []
    for name in PUBLIC:
        path = found[name][0]
        size = len(ask(portal[0], path)[1])
        rounds = []
        for _ in range(options.rounds):
            plain = burst(*bare, f"/bytes/{size}/", options.seconds)
            kept = burst(*portal, path, options.seconds)
            rounds.append((kept[0], plain[0], kept[0] / plain[0], kept[1], plain[1]))
        ours, theirs, ratio, cpu, bare_cpu = (statistics.median(column) for column in zip(*rounds, strict=True))
        print(f"  {name:<20}{size / 1000:>6.1f}{ours:>9.0f}{theirs:>9.0f}{ratio:>7.2f}{cpu:>8.2f}{bare_cpu:>7.2f}")
        missed += [f"{name} {ratio:.2f} × bare"] if ratio < KEPT_GOAL else []
    return missed


def ask(port, path, cookies=""):
    """Return (status, body) of a page."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    line.request("GET", path, headers={"Cookie": cookies} if cookies else {})
    response = line.getresponse()
    return response.status, response.read()


# ---- 2. after a change ------------------------------------------------------------------------------------------------
def first_requests(found, port, pid):
    """Print what the first request after a change costs beside the page without the cache; return what misses the goal."""
    from chengyang.platform.web import content

    print(f"{'after a change':<22}{'first ms':>15}{'without':>9}{'ratio':>7}")
    missed = []
    for name in PUBLIC:
        path = found[name][0]
        kept, made = path, path + WITHOUT_CACHE
        first, plain = costs_in_turn(pid, [lambda one=one: (content.changed(), ask(port, one)) for one in (kept, made)])
        print(f"  {name:<20}{first:>15.1f}{plain:>9.1f}{first / plain:>7.2f}")
        missed += [f"{name} {first / plain:.2f} × without the cache"] if first > FIRST_GOAL * plain else []
    return missed


def costs_in_turn(pid, actions):
    """Return the milliseconds of processor time for each of `actions`, measured in turn, because machines change their speed."""
    found = [[cost(pid, action, TIMES // TURNS) for action in actions] for _ in range(TURNS)]
    return [statistics.mean(costs) for costs in zip(*found, strict=True)]


def cost(pid, action, times=TIMES):
    """Return the milliseconds of processor time that the processes below `pid` spend on one `action`."""
    action()
    before = spent(pid)
    for _ in range(times):
        action()
    return (spent(pid) - before) * 1000 / times


# ---- 3. pages that are made -------------------------------------------------------------------------------------------
def costs(found, port, pid, factor):
    """Print the processor time of pages that Django makes; return those above their goal, times `factor` for this machine."""
    print(f"{'made by Django':<22}{'cpu ms':>15}{'goal':>9}{'ratio':>7}")
    missed = []
    for name, milliseconds in GOALS.items():
        goal = milliseconds * factor
        path, cookies = found[name]
        path += WITHOUT_CACHE if not cookies else ""
        if (status := ask(port, path, cookies)[0]) != 200:
            sys.exit(f"{name}: {status}")
        took = cost(pid, lambda path=path, cookies=cookies: ask(port, path, cookies))
        print(f"  {name:<20}{took:>15.1f}{goal:>9.1f}{took / goal:>7.2f}")
        missed += [f"{name} {took:.1f} ms"] if took > goal else []
    return missed


# ---- 4. without the cache server --------------------------------------------------------------------------------------
def faults(found, port, home):
    """Change an activity again and again while the cache server hangs and is killed, under load; return what went wrong."""
    from activities.actions import activities
    from activities.models import Activity
    from chengyang.platform.accounts.models import User

    path = found["activity"][0]
    officer = User.objects.get(email="district@demo.invalid")
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", "-d20s", "--timeout", "10s", f"http://127.0.0.1:{port}{path}"]
    load = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    began, wrong, number, slowest = time.monotonic(), [], 0, 0.0
    stopped = killed = None
    while load.poll() is None:
        elapsed = time.monotonic() - began
        if stopped is None and elapsed > 3:
            stopped = cache_server(home)
            os.kill(stopped, signal.SIGSTOP)
        elif stopped and elapsed > 7:
            os.kill(stopped, signal.SIGCONT)
            stopped = 0
        elif killed is None and elapsed > 11:
            killed = cache_server(home)
            os.kill(killed, signal.SIGKILL)
        number += 1
        title = f"第{number}次修改"
        activities.edit_activity(Activity.objects.get(public_id=path.split("/")[2]), actor=officer, title=title)
        asked = time.monotonic()
        status, body = ask(port, path)
        slowest = max(slowest, time.monotonic() - asked)
        if status != 200 or title not in body.decode():
            wrong.append(f"{elapsed:.1f} s: {status}")
    text = load.communicate()[0]
    errors = re.findall(r"(Non-2xx.*|Socket errors.*)", text)
    print(
        f"cache server stopped and killed: {number} changes, {len(wrong)} wrong pages {wrong[:3]}, slowest page {slowest:.2f} s, {errors or 'no errors'}"
    )
    return [f"{len(wrong)} wrong pages", *errors] if wrong or errors else []


def cache_server(home):
    """Return the process id of the Valkey of the portal of `home`."""
    for stat in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            words = stat.read_bytes().split(b"\0")
            if b"valkey-server" in words[0] and any(os.fsencode(home) in word for word in words):
                return int(stat.parent.name)
    sys.exit("the cache server does not run")


if __name__ == "__main__":
    sys.exit(main())
