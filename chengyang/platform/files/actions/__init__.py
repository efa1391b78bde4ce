"""Actions on uploads, and on the pictures of public pages."""

from .pictures import (
    RESTORE_WITHIN,
    add_picture,
    correct_picture,
    erase_removed_pictures,
    order_pictures,
    remove_picture,
    restore_picture,
)
from .uploads import attach, delete_attached, discard, move_attached, opened, store

__all__ = [
    "RESTORE_WITHIN",
    "add_picture",
    "attach",
    "correct_picture",
    "delete_attached",
    "discard",
    "erase_removed_pictures",
    "move_attached",
    "opened",
    "order_pictures",
    "remove_picture",
    "restore_picture",
    "store",
]
