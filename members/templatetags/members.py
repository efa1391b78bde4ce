"""Template filters of the registry on the staff site."""

from django import template

from members import duplicates
from members.timeline import timeline_of

register = template.Library()


@register.filter
def timeline(application):
    """Return the timeline steps of an application, newest first, with the names of officers."""
    return timeline_of(application, names=True)


register.filter("alike", duplicates.alike)
