"""The page of the privacy rules (requirements P01, P02)."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from .models import PolicyVersion, Purpose
from .purposes import OPTIONAL
from .rules import parts


@login_not_required
@require_safe
def policy(request: HttpRequest, version: int | None = None) -> HttpResponse:
    """Show the current version of the rules, or an earlier one, for reading and printing."""
    published = PolicyVersion.objects.published()
    current = published.first()
    shown = current if version is None else get_object_or_404(published, version=version)
    context = {
        "policy": shown,
        "is_current": shown == current,
        "parts": parts(shown.text) if shown else [],
        "versions": published.defer("text"),
        "purposes": Purpose.objects.published(),
        "optional": OPTIONAL,
    }
    return render(request, "privacy/policy.html", context)
