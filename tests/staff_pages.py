"""Using the pages of the staff site as a browser does, for tests of all apps."""

from django.test import Client


def version_of(browser: Client, url: str) -> str:
    """Return the version in the form of the decision page at `url`; "" where the officer does not get the page."""
    answer = browser.get(url)
    return answer.context["page"].version if answer.status_code == 200 else ""


def decide(browser: Client, url: str, data: dict):
    """Open the decision page at `url`, post the decision `data` from it, and return the answer."""
    return browser.post(url, {"version": version_of(browser, url), **data})
