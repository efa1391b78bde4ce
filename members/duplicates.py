"""Possible duplicates of an applicant, which officers compare before they decide."""

from chengyang.platform.accounts.access import access_scope

from .models import Person

MOST = 5


def alike(application, user):
    """Return possible duplicates of an applicant within the access scope of `user`: (person, has the same number), at most five."""
    index = application.user.phone_index
    rows = Person.objects.within(access_scope(user)).alike(name=application.name, phone_index=index)
    rows = rows.exclude(user=application.user_id).select_related("category")
    return [(person, bool(index) and person.phone_index == index) for person in rows[:MOST]]
