"""The ceiling for `public.py`: a Django view without middleware, on the same server with as many workers and threads.

    python bench/bare.py <port>

`/bytes/<n>/` answers with n bytes from memory.
"""

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parent.parent)]

from django.conf import settings  # noqa: E402

if not settings.configured:
    settings.configure(ALLOWED_HOSTS=["*"], ROOT_URLCONF="bare", SECRET_KEY="-", MIDDLEWARE=[])

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.http import HttpResponse  # noqa: E402
from django.urls import path  # noqa: E402

_answers = {}


def from_memory(request, size):
    body = _answers.setdefault(size, b"x" * size)
    return HttpResponse(body, content_type="text/html; charset=utf-8")


urlpatterns = [path("bytes/<int:size>/", from_memory)]
application = get_wsgi_application()

if __name__ == "__main__":
    from granian import Granian
    from granian.constants import Interfaces

    from chengyang.devtools import web

    server = Granian(
        "bare:application",
        address="127.0.0.1",
        port=int(sys.argv[1]),
        interface=Interfaces.WSGI,
        workers=web.WORKERS,
        blocking_threads=web.THREADS,
        websockets=False,
        log_enabled=False,
    )
    server.serve()
