# ruff: noqa: S608 - the parts of these statements are constants of this file, keys and names of columns.
"""The activities of a grown demo with their sign-ups, and what is kept about changes. Each step returns the number of new rows."""

from typing import Any

from .growth_rows import SPREAD, Growth, insert, new_persons, note, public_id

QUARTER = 13  # weeks between today and the latest new activity
ROUNDS = 90  # of four weeks, over which the new activities are spread
PRESENT = 7  # of ten people who signed up
CHANGED_EVERY, AUDITED_EVERY = 20, 5


def add_activities(growth: Growth, cursor: Any) -> int:
    """Add activities that are over and recorded: those of the portal, moved by a quarter of a year and more into the past."""
    wanted = note(growth, cursor, "activities.Activity", growth.size.activities)
    moved = ("starts", "ends", "signup_opens", "signup_closes", "published_at", "submitted_at", "changed_at")
    given = {
        **{column: f"t.{column} - m.by" for column in moved},
        "public_id": public_id("activity", "g"),
        "recorded_at": "t.ends - m.by + interval '3 hours'",
        "due_on": "NULL",
        "capacity": "CASE WHEN t.capacity IS NOT NULL THEN greatest(t.capacity, 200) END",
        **dict.fromkeys(("taken", "last_position", "attended", "served"), "0"),
        "headcount": "NULL",
        "is_demo": "true",
    }
    over = "state = 'published' AND ends < now() AND audience = 'public'"
    copied = f"""(SELECT row_number() OVER (ORDER BY id) - 1 AS nth, count(*) OVER () AS many, *
                  FROM activities_activity WHERE {over}) t"""
    source = f"""generate_series(1, {wanted}) g JOIN {copied} ON t.nth = mod(g, t.many)
                 CROSS JOIN LATERAL (SELECT ({QUARTER} + mod(g / t.many, {ROUNDS}) * 4) * interval '1 week' AS by) m"""
    number = insert(cursor, "activities.Activity", given, source, "t")
    cursor.execute("ANALYZE activities_activity")
    return number


def add_signups(growth: Growth, cursor: Any) -> int:
    """Add sign-ups for the new activities, all confirmed, of persons who were registered before."""
    wanted = note(growth, cursor, "activities.Signup", growth.size.signups)
    cursor.execute(
        "CREATE TEMPORARY TABLE growth_person ON COMMIT DROP AS SELECT (row_number() OVER (ORDER BY registered_on, id))::int "
        f"AS n, p.id, p.registered_on FROM {new_persons(growth)}"
    )
    cursor.execute("CREATE UNIQUE INDEX ON growth_person (n)")
    cursor.execute("CREATE INDEX ON growth_person (registered_on, n)")
    cursor.execute("ANALYZE growth_person")
    each = -(-wanted // max(growth.added["activities.Activity"], 1))
    before = (
        "SELECT n FROM growth_person WHERE registered_on < a.starts::date ORDER BY registered_on DESC, n DESC LIMIT 1"
    )
    source = f"""activities_activity a CROSS JOIN LATERAL ({before}) b CROSS JOIN generate_series(1, {each}) k
                 JOIN growth_person p ON p.n = 1 + mod(a.id * {SPREAD} + k * (b.n / {each}), b.n)
                 WHERE a.id > {growth.base["activities.Activity"]} AND b.n >= {each} LIMIT {wanted}"""
    given = {
        "public_id": public_id("signup", f"(a.id * {each + 1} + k)"),
        "activity_id": "a.id",
        "person_id": "p.id",
        "state": "'confirmed'",
        "position": "k",
        **dict.fromkeys(("at", "changed_at"), "a.published_at + k * interval '1 minute'"),
    }
    number = insert(cursor, "activities.Signup", given, source)
    cursor.execute("ANALYZE activities_signup")
    return number


def _new_signups(growth: Growth) -> str:
    return f"activities_signup s JOIN activities_activity a ON a.id = s.activity_id WHERE s.id > {growth.base['activities.Signup']}"


def add_checkins(growth: Growth, cursor: Any) -> int:
    """Add the check-ins of seven out of ten; the trigger on check-ins counts them for their activity."""
    note(growth, cursor, "activities.CheckIn", 0)
    given = {
        "signup_id": "s.id",
        "method": "'list'",
        "checked_in_at": "a.starts",
        "checked_out_at": "a.ends",
        "by_id": "a.drafted_by_id",
    }
    source = f"{_new_signups(growth)} AND mod(s.position, 10) < {PRESENT}"
    number = insert(cursor, "activities.CheckIn", given, source)
    cursor.execute("ANALYZE activities_checkin")
    return number


def add_hours(growth: Growth, cursor: Any) -> int:
    """Add the hours of volunteer service, in whole half hours."""
    given = {
        "public_id": public_id("service", "c.id"),
        "checkin_id": "c.id",
        "hours": "least(trunc(extract(epoch FROM a.ends - a.starts) / 1800) / 2, 24)",
        "at": "a.recorded_at",
    }
    served = _new_signups(growth).replace(" WHERE ", " JOIN activities_checkin c ON c.signup_id = s.id WHERE ")
    return insert(cursor, "activities.ServiceRecord", given, f"{served} AND a.kind = 'volunteer'")


def count_places(growth: Growth, cursor: Any) -> int:
    """Set the counters of the new activities that actions keep."""
    cursor.execute(
        "UPDATE activities_activity a SET taken = c.many, last_position = c.last FROM (SELECT activity_id, count(*) AS many, "
        f"max(position) AS last FROM activities_signup WHERE id > {growth.base['activities.Signup']} GROUP BY 1) c "
        "WHERE c.activity_id = a.id"
    )
    return cursor.rowcount


# ---- what is kept about changes ---------------------------------------------------------------------------------------
def change_rows(growth: Growth, cursor: Any) -> int:
    """Change every twentieth new person and sign-up, so that their history has rows."""
    cursor.execute(
        f"UPDATE members_person p SET job = '顾问' WHERE p.id > {growth.base['members.Person']} "
        f"AND mod(p.id, {CHANGED_EVERY}) = 0"
    )
    number = cursor.rowcount
    cursor.execute(
        "UPDATE activities_signup s SET changed_at = s.changed_at + interval '1 hour' "
        f"WHERE s.id > {growth.base['activities.Signup']} AND mod(s.id, {CHANGED_EVERY}) = 0"
    )
    return number + cursor.rowcount


def add_entries(growth: Growth, cursor: Any) -> int:
    """Add the audit entries of every fifth new sign-up; those of the others are taken to be purged."""
    given = {
        "at": "s.at",
        "actor_kind": "'system'",
        "verb": "'signup.created'",
        "subject": "'activities.Signup'",
        "subject_id": "s.public_id",
        "person": "p.public_id",
    }
    source = f"""activities_signup s JOIN members_person p ON p.id = s.person_id
                 WHERE s.id > {growth.base["activities.Signup"]} AND mod(s.position, {AUDITED_EVERY}) = 0"""
    return insert(cursor, "audit.Entry", given, source)
