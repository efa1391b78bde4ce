"""Template filters of the registry on the staff site."""

from django import template

from chengyang.platform.accounts.access import access_scope
from members.models import Person
from members.timeline import timeline_of

register = template.Library()


@register.filter
def timeline(application):
    """Return the timeline steps of an application, newest first, with the names of officers."""
    return timeline_of(application, names=True)


@register.filter
def alike(application, user):
    """Return possible duplicates of an applicant within the access scope of `user`: (person, has the same number), at most five."""
    index = application.user.phone_index
    rows = Person.objects.within(access_scope(user)).alike(name=application.name, phone_index=index)
    rows = rows.exclude(user=application.user_id).select_related("category")
    return [(person, bool(index) and person.phone_index == index) for person in rows[:5]]
