"""The audit trail. Write an entry with `chengyang.platform.audit.actions.record`."""
