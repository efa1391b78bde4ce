"""Entries, batches and purges can only be inserted; whole batches leave by a purge after six months.

Written by hand because a `pgtrigger.Protect` can be switched off by a session variable and cannot refuse TRUNCATE. The six
months are counted by the database's own clock, so that no setting of the portal can shorten them.
(requirements.md S12, S13)
"""

from django.db import migrations

REFUSE = """
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
"""

DELETE_WHOLE_BATCHES = """
CREATE FUNCTION audit_delete_whole_batches() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    purging bigint := nullif(current_setting('chengyang.audit_purge', true), '')::bigint;
    entry bigint := to_jsonb(OLD) ->> CASE TG_TABLE_NAME WHEN 'audit_entry' THEN 'id' ELSE 'entry_id' END;
    youngest timestamptz := now() - interval '6 months';
BEGIN
    IF purging IS NULL THEN
        RAISE EXCEPTION 'audit: DELETE on % is refused outside a purge', TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NOT EXISTS (
        SELECT 1 FROM audit_batchentry JOIN audit_batch ON audit_batch.id = batch_id
        WHERE entry_id = entry AND batch_id = purging AND sealed_at < youngest
    ) OR EXISTS (SELECT 1 FROM audit_entry WHERE id = entry AND at >= youngest) THEN
        RAISE EXCEPTION 'audit: entry % is younger than six months, or not in the batch that is purged', entry
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN OLD;
END $$;
"""

QUEUE = """
CREATE FUNCTION audit_queue_for_sealing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit_unsealed (entry_id) VALUES (NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER audit_entry_queued AFTER INSERT ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION audit_queue_for_sealing();
"""

PROTECT = """
CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {delete}();
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
"""

TABLES = {
    "audit_entry": "audit_delete_whole_batches",
    "audit_batchentry": "audit_delete_whole_batches",
    "audit_batch": "audit_refuse",
    "audit_purge": "audit_refuse",
}

REMOVE = """
DROP FUNCTION audit_refuse() CASCADE;
DROP FUNCTION audit_delete_whole_batches() CASCADE;
DROP FUNCTION audit_queue_for_sealing() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        migrations.RunSQL(
            [
                REFUSE,
                DELETE_WHOLE_BATCHES,
                QUEUE,
                *(PROTECT.format(table=table, delete=delete) for table, delete in TABLES.items()),
            ],
            REMOVE,
        )
    ]
