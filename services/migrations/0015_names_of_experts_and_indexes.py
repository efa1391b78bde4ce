"""Take the names of experts out of the steps of requests, which point at the share instead; indexes for what waits."""

import re

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


_DOER = re.compile(r"(接下了|答应一起办)，.+经办$")
_GONE = re.compile(r"^.+?(不再经办，由|不再一起办$)")


def name_teams_only(apps, schema_editor):
    """Leave the team in the steps that name an expert, or who accepted, and point at the share; no history is written."""
    steps = apps.get_model("services", "ThreadEntry").objects.filter(kind="step")
    for entry in steps.filter(text__contains="经办").order_by("pk").iterator(chunk_size=500):
        entry.text = _GONE.sub(r"点名请的队员\1", _DOER.sub(r"\1", entry.text))
        entry.save(update_fields=["text"])
    shares = apps.get_model("services", "Share").objects.filter(expert__isnull=False).select_related("team")
    for share in shares.order_by("pk").iterator(chunk_size=500):
        team = share.team.name
        named = re.compile(re.escape(team) + r" \S+?(?=一起看|没有接|不再一起办|，|、|$)")
        for entry in steps.filter(request=share.request_id, text__contains=f"{team} "):
            entry.text, entry.share_id = named.sub(team, entry.text), share.pk
            entry.save(update_fields=["text", "share"])
        gone = steps.filter(request=share.request_id, text__endswith="不再一起办", share__isnull=True)
        for entry in gone.exclude(text__startswith=f"{team}停止了"):
            entry.text, entry.share_id = _GONE.sub(rf"{team}点名请的队员\1", entry.text), share.pk
            entry.save(update_fields=["text", "share"])


class Migration(migrations.Migration):

    dependencies = [
        ('activities', '0004_growth'),
        ('bases', '0008_discarded_evaluations'),
        ('organizations', '0009_discarded_evaluations'),
        ('services', '0014_experts_volunteers_and_corrections'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='threadentry',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='threadentry',
            name='delete_delete',
        ),
        migrations.AddField(
            model_name='threadentry',
            name='share',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='services.share', verbose_name='关于谁的承办'),
        ),
        migrations.AddField(
            model_name='threadentryevent',
            name='share',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='services.share', verbose_name='关于谁的承办'),
        ),
        # The triggers that keep the former text are off here: the names are to go.
        migrations.RunPython(name_teams_only, migrations.RunPython.noop, elidable=True),
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop, elidable=True),
        migrations.AddIndex(
            model_name='outcome',
            index=models.Index(condition=models.Q(('state', 'reported')), fields=['state', 'due_on'], name='outcome_waiting'),
        ),
        migrations.AddIndex(
            model_name='outcomedouble',
            index=models.Index(fields=['state', 'due_on'], name='outcome_double_waiting'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='threadentry',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "services_threadentryevent" ("at", "by_id", "cancelled_at", "edited_at", "ends", "id", "is_demo", "kind", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "public_id", "request_id", "share_id", "starts", "text", "unit", "withdrawn_at") VALUES (OLD."at", OLD."by_id", OLD."cancelled_at", OLD."edited_at", OLD."ends", OLD."id", OLD."is_demo", OLD."kind", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, CURRENT_TIMESTAMP, \'update\', OLD."id", OLD."place", OLD."public_id", OLD."request_id", OLD."share_id", OLD."starts", OLD."text", OLD."unit", OLD."withdrawn_at"); RETURN NULL;', hash='d3b7f2aad60f2b5e8d2d6d83f9678c342a94f6fe', operation='UPDATE', pgid='pgtrigger_update_update_b04c4', table='services_threadentry', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='threadentry',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "services_threadentryevent" ("at", "by_id", "cancelled_at", "edited_at", "ends", "id", "is_demo", "kind", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "public_id", "request_id", "share_id", "starts", "text", "unit", "withdrawn_at") VALUES (OLD."at", OLD."by_id", OLD."cancelled_at", OLD."edited_at", OLD."ends", OLD."id", OLD."is_demo", OLD."kind", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, CURRENT_TIMESTAMP, \'delete\', OLD."id", OLD."place", OLD."public_id", OLD."request_id", OLD."share_id", OLD."starts", OLD."text", OLD."unit", OLD."withdrawn_at"); RETURN NULL;', hash='2183a9be476d05b49f65f88584791fd7ce37d67c', operation='DELETE', pgid='pgtrigger_delete_delete_e9013', table='services_threadentry', when='AFTER')),
        ),
    ]
