"""Sign-ups under load: 200 people want 60 places at once. Is every place given exactly once, and how fast?

`.venv/bin/python bench/signups.py` starts a portal of its own and signs 200 guests up over 50 connections, then 200 others
over one connection, one after the other. It prints both throughputs, their ratio, and checks what stands in the database:
exactly 60 confirmed, positions 1 to 200 without gap or double, every confirmed one below every waiting one.
"""

import datetime as dt
import http.client
import os
import re
import shutil
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from startup import end, free_port, start  # beside this file; it also puts the project on the path

PEOPLE, PLACES, CONNECTIONS = 200, 60, 50
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')


def main():
    """Measure on a portal of our own; return 1 when a place was given wrongly or a request failed."""
    home, port = Path(tempfile.mkdtemp(prefix="chengyang-bench-")), free_port()
    home.chmod(0o755)
    _, process = start(home, port, DEMO="off")
    try:
        prepare(home)
        together, errors = run(port, new_activity("together"), 0, CONNECTIONS)
        alone, more = run(port, new_activity("alone"), PEOPLE, 1)
        return report(together, alone, [*errors, *more, *wrong("together"), *wrong("alone")])
    finally:
        end(process)
        shutil.rmtree(home, ignore_errors=True)


def prepare(home):
    """Set Django up for the portal that runs for `home`, and make 400 guests with a verified phone."""
    from chengyang.devtools import server_registry

    os.environ |= {"DATABASE_URL": server_registry.database_url(home), "REDIS_URL": server_registry.redis_url(home)}
    os.environ |= {"CHENGYANG_HOME": str(home), "PORTAL_ENV": "local", "DJANGO_SETTINGS_MODULE": "chengyang.settings"}
    import django

    django.setup()
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


def run(port, activity, first, connections):
    """Sign 200 people up over `connections`; return (sign-ups a second, errors). Loading the forms is not measured."""
    path = f"{activity.get_absolute_url()}signup/"
    lines = [http.client.HTTPConnection("127.0.0.1", port, timeout=60) for _ in range(connections)]
    shares = [cookies(first, PEOPLE)[number::connections] for number in range(connections)]
    with ThreadPoolExecutor(connections) as pool:
        forms = list(
            pool.map(lambda pair: [opened(pair[0], path, key) for key in pair[1]], zip(lines, shares, strict=True))
        )
        began = time.perf_counter()
        answers = pool.map(lambda pair: [sent(pair[0], path, form) for form in pair[1]], zip(lines, forms, strict=True))
        statuses = [status for share in answers for status in share]
        seconds = time.perf_counter() - began
    return PEOPLE / seconds, [f"{activity.title}: answered {status}" for status in statuses if status != 302]


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


def sent(line, path, form):
    """Send the form; return the status of the answer."""
    cookie, token = form
    body = f"csrfmiddlewaretoken={token}&guest_name=%E6%9D%A5%E5%AE%BE"
    line.request("POST", path, body, {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"})
    response = line.getresponse()
    response.read()
    return response.status


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


def report(together, alone, mistakes):
    """Print both throughputs and the errors; return the exit code."""
    print(f"{PEOPLE} people, {PLACES} places")
    print(f"{CONNECTIONS:>4} connections at once {together:8.0f} sign-ups a second")
    print(f"{1:>4} connection            {alone:8.0f} sign-ups a second   ratio {together / alone:.2f}")
    print(*(mistakes or ["every place was given exactly once"]), sep="\n")
    return int(bool(mistakes))


if __name__ == "__main__":
    sys.exit(main())
