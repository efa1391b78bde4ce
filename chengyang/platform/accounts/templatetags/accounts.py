"""Template tags of the sign-in pages."""

from django import template

from .. import asked_for as asked

register = template.Library()


@register.simple_tag
def asked_for(next_url: str) -> str:
    """Return what the page after the sign-in is asked for, in a few words; empty where there is nothing to say."""
    return asked.asked_for(next_url or "")
