"""Requests to a WSGI application, as the web server sends them."""

import io
from dataclasses import dataclass
from http.cookies import SimpleCookie


@dataclass
class Answer:
    """Status code, headers by lower-case name, and body of an answer."""

    status: int
    headers: dict
    body: bytes

    @property
    def was_kept(self):
        return self.headers.get("cache-status") == "chengyang; hit"

    @property
    def text(self):
        return self.body.decode()


def environ_of(url, *, method="GET", cookies=None, **headers):
    """Return the environment of a request; `headers` are in the spelling of WSGI, such as HTTP_ACCEPT_ENCODING."""
    path, _mark, query = url.partition("?")
    cookie = "; ".join(f"{name}={value}" for name, value in (cookies or {}).items())
    return {
        "REQUEST_METHOD": method,
        "PATH_INFO": path.encode().decode("latin-1"),
        "QUERY_STRING": query,
        "SCRIPT_NAME": "",
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "testserver",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": io.StringIO(),
        **({"HTTP_COOKIE": cookie} if cookie else {}),
        **headers,
    }


def ask(application, url, **request):
    """Send one request to `application`; arguments as for `environ_of`."""
    started = []
    result = application(environ_of(url, **request), lambda status, headers, *_rest: started.append((status, headers)))
    body = b"".join(result)
    if hasattr(result, "close"):
        result.close()
    status, headers = started[-1]
    return Answer(int(status.split()[0]), {name.lower(): value for name, value in headers}, body)


def cookies_of(client):
    """Return the cookies of a test client by name."""
    return {name: morsel.value for name, morsel in SimpleCookie(client.cookies.output(header="")).items()}
