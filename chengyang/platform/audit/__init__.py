"""The audit trail: who did what. Write an entry with `chengyang.platform.audit.actions.record`."""
