"""Filters of the registry's pages on the desk."""

from django import template

from chengyang.platform.accounts.access import access_scope
from members import timeline as steps
from members.models import Person

register = template.Library()


@register.filter
def timeline(application):
    """Return what happened to an application, newest first, with the names of officers."""
    return steps.of(application, names=True)


@register.filter
def alike(application, user):
    """Return who could be the same person, as (person, same number), of those whom the officer may see."""
    index = application.user.phone_index
    rows = Person.objects.within(access_scope(user)).alike(name=application.name, phone_index=index)
    rows = rows.exclude(user=application.user_id).select_related("category")
    return [(person, bool(index) and person.phone_index == index) for person in rows[:5]]
