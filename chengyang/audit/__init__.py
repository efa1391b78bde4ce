"""Who did what. `from chengyang import audit; audit.record(…)` is all that other rooms need."""

from typing import Any

_SHOWN = {"record", "record_alone"}


def __getattr__(name: str) -> Any:
    # Models cannot be imported before the apps are loaded, and this package is imported first.
    if name in _SHOWN:
        from chengyang.audit import actions

        return getattr(actions, name)
    raise AttributeError(name)
