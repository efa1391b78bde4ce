"""The triggers that keep `Activity.served`: how many different persons of the registry have hours of an activity.

The public reads hours only where they are five at least (domain.md rule 11); a column lets sums over many activities ask for it.
"""

import pgtrigger

# Locked first: the count must see what another transaction has just added. `{activities}` selects the keys.
_COUNT = """
            PERFORM 1 FROM activities_activity WHERE id IN ({activities}) ORDER BY id FOR NO KEY UPDATE;
            UPDATE activities_activity AS a SET served = (
                SELECT count(DISTINCT s.person_id) FROM activities_signup s
                JOIN activities_checkin c ON c.signup_id = s.id JOIN activities_servicerecord r ON r.checkin_id = c.id
                WHERE s.activity_id = a.id AND r.hours > 0)
            WHERE a.id IN ({activities});
            RETURN NULL;
"""
_OF_RECORDS = """SELECT s.activity_id FROM counted k JOIN activities_checkin c ON c.id = k.checkin_id
                 JOIN activities_signup s ON s.id = c.signup_id"""
_OF_RECORD = """SELECT s.activity_id FROM activities_checkin c JOIN activities_signup s ON s.id = c.signup_id
                WHERE c.id = NEW.checkin_id"""
_OF_SIGNUP = """SELECT NEW.activity_id FROM activities_checkin c JOIN activities_servicerecord r ON r.checkin_id = c.id
                WHERE c.signup_id = NEW.id"""


def on_records(name: str, operation: pgtrigger.Operation, **rows: str) -> pgtrigger.Trigger:
    """Return a statement trigger on service records; `rows` names the transition table `counted`."""
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(**rows),
        func=_COUNT.format(activities=_OF_RECORDS),
    )


def on_hours() -> pgtrigger.Trigger:
    """Return a trigger on service records: hours are corrected, or counted again, to nothing or from nothing."""
    return pgtrigger.Trigger(
        name="service_hours_counted",
        when=pgtrigger.After,
        operation=pgtrigger.UpdateOf("hours"),
        condition=pgtrigger.Q(old__hours__df=pgtrigger.F("new__hours")),
        func=_COUNT.format(activities=_OF_RECORD),
    )


def on_signups() -> pgtrigger.Trigger:
    """Return a trigger on sign-ups: a guest with hours who registers becomes a person."""
    return pgtrigger.Trigger(
        name="signup_person_counted",
        when=pgtrigger.After,
        operation=pgtrigger.UpdateOf("person_id"),
        condition=pgtrigger.Q(old__person__df=pgtrigger.F("new__person")),
        func=_COUNT.format(activities=_OF_SIGNUP),
    )
