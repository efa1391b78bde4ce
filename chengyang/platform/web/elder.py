"""长者模式 (elder mode): larger sizes and only the main functions, stored in a cookie (requirements A01)."""

from django.http import HttpRequest, HttpResponse

COOKIE = "elder"
SIZES = ("24", "27", "30")  # px of running text; A01: at least 24, adjustable up to 30
AGE = 365 * 24 * 3600


def size_of(request: HttpRequest) -> str:
    """Return the chosen size in px as text; empty when the mode is off or the cookie has another value."""
    size = request.COOKIES.get(COOKIE, "")
    return size if size in SIZES else ""


def after(size: str, wish: str) -> str:
    """Return the size after `wish` (on, off, toggle, larger, smaller); an unknown wish changes nothing."""
    if wish == "toggle":
        wish = "off" if size else "on"
    if wish == "off":
        return ""
    if wish not in ("on", "larger", "smaller"):
        return size
    index = SIZES.index(size or SIZES[0]) + {"larger": 1, "smaller": -1}.get(wish, 0)
    return SIZES[min(max(index, 0), len(SIZES) - 1)]


def remember(response: HttpResponse, size: str, *, secure: bool) -> None:
    """Set the cookie to `size`, or delete it when `size` is empty."""
    if size:
        response.set_cookie(COOKIE, size, max_age=AGE, secure=secure, httponly=True, samesite="Lax")
    else:
        response.delete_cookie(COOKIE, samesite="Lax")
