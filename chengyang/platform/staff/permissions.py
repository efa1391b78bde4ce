"""Who keeps the tables of the office."""

from chengyang.platform.accounts.access import access_scope


def can_set_exception(actor, row) -> bool:
    """The district office keeps the table of exceptional days."""
    return access_scope(actor).district


def can_send_again(actor, delivery=None) -> bool:
    """What could not be sent for certain is settled by the district (architecture.md, "Nothing is sent inside a transaction")."""
    return access_scope(actor).district


def can_publish_rules(actor, notice=None) -> bool:
    """New privacy rules are published by the district, which answers for them (requirements P02)."""
    return access_scope(actor).district
