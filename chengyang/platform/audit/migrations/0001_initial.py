"""The tables of the audit trail. They accept inserts only; after six months a purge may delete whole batches.

The triggers are written by hand because a `pgtrigger.Protect` can be switched off by a session variable and cannot refuse
TRUNCATE. The six months are counted by the clock of the database, so that no setting of the portal can shorten them.
(requirements.md S12, S13)
"""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import chengyang.clock

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
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Unsealed",
            fields=[
                ("entry_id", models.BigIntegerField(primary_key=True, serialize=False)),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Batch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.BigIntegerField(unique=True, verbose_name="批号")),
                ("previous", models.CharField(blank=True, max_length=43, verbose_name="上一批的摘要")),
                ("hash", models.CharField(max_length=43, unique=True, verbose_name="摘要")),
                ("count", models.PositiveIntegerField(verbose_name="条数")),
                ("sealed_at", models.DateTimeField(verbose_name="封存时间")),
            ],
            options={
                "verbose_name": "审计批次",
                "verbose_name_plural": "审计批次",
                "ordering": ["number"],
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("number", 1), ("previous", "")),
                            models.Q(("number__gt", 1), models.Q(("previous", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="batch_follows_another",
                    ),
                    models.CheckConstraint(condition=models.Q(("count__gt", 0)), name="batch_not_empty"),
                ],
            },
        ),
        migrations.CreateModel(
            name="BatchEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("entry_id", models.BigIntegerField(unique=True)),
                ("digest", models.CharField(max_length=43)),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="entries", to="audit.batch"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(db_index=True, default=chengyang.clock.now, verbose_name="时间")),
                ("actor_id", models.BigIntegerField(null=True, verbose_name="操作账号编号")),
                ("actor", models.CharField(blank=True, max_length=10, verbose_name="操作账号")),
                (
                    "actor_kind",
                    models.CharField(
                        choices=[("user", "账号"), ("system", "系统"), ("visitor", "未登录者")],
                        max_length=10,
                        verbose_name="操作者",
                    ),
                ),
                ("verb", models.CharField(max_length=60, verbose_name="做了什么")),
                ("subject", models.CharField(blank=True, max_length=80, verbose_name="对象类型")),
                ("subject_id", models.CharField(blank=True, max_length=40, verbose_name="对象编号")),
                ("person", models.CharField(blank=True, max_length=10, verbose_name="涉及的人士")),
                ("user", models.CharField(blank=True, max_length=10, verbose_name="涉及的账号")),
                (
                    "fields",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="字段",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=40, verbose_name="理由代码")),
                (
                    "result",
                    models.CharField(
                        choices=[("ok", "成功"), ("refused", "被拒绝"), ("failed", "失败")],
                        default="ok",
                        max_length=10,
                        verbose_name="结果",
                    ),
                ),
                ("address", models.GenericIPAddressField(null=True, verbose_name="网络地址")),
                ("agent", models.CharField(blank=True, max_length=200, verbose_name="浏览器")),
                ("request_id", models.CharField(blank=True, max_length=40, verbose_name="请求编号")),
            ],
            options={
                "verbose_name": "审计记录",
                "verbose_name_plural": "审计记录",
                "ordering": ["-id"],
                "default_permissions": (),
                "indexes": [
                    models.Index(
                        condition=models.Q(("user", ""), _negated=True), fields=["user", "-id"], name="entry_user"
                    ),
                    models.Index(
                        condition=models.Q(("person", ""), _negated=True), fields=["person", "-id"], name="entry_person"
                    ),
                    models.Index(
                        condition=models.Q(("actor", ""), _negated=True), fields=["actor", "-id"], name="entry_actor"
                    ),
                    models.Index(fields=["subject", "subject_id", "-id"], name="entry_subject"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reason__regex", "^[a-z0-9_.:-]*$"),
                            ("request_id__regex", "^[a-z0-9_.:-]*$"),
                            ("verb__regex", "^[a-z_]+\\.[a-z_]+$"),
                        ),
                        name="entry_holds_codes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("subject__regex", "^([a-z_]+\\.[A-Za-z]+)?$"), ("subject_id__regex", "^[a-z0-9_.:-]*$")
                        ),
                        name="entry_subject_is_an_id",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("actor_id__isnull", False),
                                ("actor_kind", "user"),
                                models.Q(("actor", ""), _negated=True),
                            ),
                            models.Q(
                                models.Q(("actor_kind", "user"), _negated=True),
                                ("actor", ""),
                                ("actor_id__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="entry_actor_matches_kind",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Purge",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("count", models.PositiveIntegerField(verbose_name="条数")),
                ("at", models.DateTimeField(verbose_name="清理时间")),
                ("digest", models.CharField(max_length=43)),
                (
                    "batch",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="purge", to="audit.batch"
                    ),
                ),
            ],
            options={
                "verbose_name": "审计清理",
                "verbose_name_plural": "审计清理",
                "default_permissions": (),
            },
        ),
        migrations.RunSQL(
            [
                REFUSE,
                DELETE_WHOLE_BATCHES,
                QUEUE,
                *(PROTECT.format(table=table, delete=delete) for table, delete in TABLES.items()),
            ],
            REMOVE,
        ),
    ]
