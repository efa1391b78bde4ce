"""Addresses of the pages of records on the staff site."""

import re
from functools import cache
from typing import Any

from django.contrib import admin
from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode

KEPT = "list"  # query parameter of the page of a row: the query string of the list from which the officer came
FROM = "from"  # of a form: the record from whose page it was opened, and to which one goes back
CURSORS = ("after", "before")
MANY, MANY_ROWS = "rows", 200  # `?rows=200` shows more rows on a page, to print them
CHOSEN = "chosen"  # `?chosen=` shows the rows of one `BulkRun`
VIEW = "view"  # `?view=` says which saved view is open; its filters stand in the address
OWN = (*CURSORS, MANY, CHOSEN, VIEW)  # query parameters of a list that no filter of Django's reads
_RECORD = re.compile(r"([a-z]{1,40})_([a-z]{1,40})\.([1-9][0-9]{0,17})(?:\.([a-z]{1,20}))?", re.ASCII)


def page_url(row: Any, *, kept: str = "", tab: str = "") -> str:
    """Return the address of the page of `row` on the staff site, open at `tab`.

    `kept` is the query string that leads back to a page of its list.
    """
    url = _page(row._meta.app_label, row._meta.model_name).format(row.pk)
    query = {name: value for name, value in (("tab", tab), (KEPT, kept)) if value}
    return f"{url}?{urlencode(query)}" if query else url


@cache
def _page(app: str, model: str) -> str:
    """Return the address of the page of a row with `{}` in the place of its key; a list has one for each row."""
    return reverse(f"admin:{app}_{model}_change", args=[0]).replace("/0/", "/{}/")


@cache
def list_address(app: str, model: str) -> str:
    """Return the address of the list of a model; every page of the staff site leads to all of them."""
    return reverse(f"admin:{app}_{model}_changelist")


def kept_query(text: str) -> str:
    """Return the query string of a list, written anew: it may be anything that was typed."""
    return QueryDict(text[:1000]).urlencode()


def origin_of(record: Any, tab: str = "") -> str:
    """Return the value of `?from=` that names `record` and one of its tabs."""
    name = f"{record._meta.app_label}_{record._meta.model_name}.{record.pk}"
    return f"{name}.{tab}" if tab else name


def origin_url(text: str) -> str:
    """Return the address of the page that `?from=` names; "" for anything else that was typed."""
    found = _RECORD.fullmatch(text)
    if not found:
        return ""
    app, model, pk, tab = found.groups()
    if not any((meta.app_label, meta.model_name) == (app, model) for meta in (m._meta for m in admin.site._registry)):
        return ""
    url = reverse(f"admin:{app}_{model}_change", args=[pk])
    return f"{url}?tab={tab}" if tab else url
