"""Pages for signing in by phone and for one's own account; allauth has the views for e-mail, passwords and second factor."""

from .passkeys import passkey_login, passkey_options, passkeys, remove_passkey
from .phone import (
    change_phone,
    former_number,
    lost_number,
    lost_number_sent,
    new_owner,
    phone,
    phone_changed,
    stop_number,
    surname,
    undo_number,
)
from .security import close, end_other_sessions, end_session, security, sessions, step_up

__all__ = [
    "change_phone",
    "close",
    "end_other_sessions",
    "end_session",
    "former_number",
    "lost_number",
    "lost_number_sent",
    "new_owner",
    "passkey_login",
    "passkey_options",
    "passkeys",
    "phone",
    "phone_changed",
    "remove_passkey",
    "security",
    "sessions",
    "step_up",
    "stop_number",
    "surname",
    "undo_number",
]
