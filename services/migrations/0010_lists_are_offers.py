"""Remove the lists of names of services, which are offers now."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("services", "0009_fill_threads_shares_and_offers")]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='team',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='team',
            name='delete_delete',
        ),
        migrations.RemoveField(
            model_name='team',
            name='services',
        ),
        migrations.RemoveField(
            model_name='teamevent',
            name='services',
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='team',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "services_teamevent" ("alliance_id", "closed_on", "contact", "field", "founded_on", "id", "is_demo", "is_published", "name", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "slug", "subdistrict_id", "summary") VALUES (OLD."alliance_id", OLD."closed_on", OLD."contact", OLD."field", OLD."founded_on", OLD."id", OLD."is_demo", OLD."is_published", OLD."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, CURRENT_TIMESTAMP, \'update\', OLD."id", OLD."public_id", OLD."slug", OLD."subdistrict_id", OLD."summary"); RETURN NULL;', hash='3a2395a479eb4824b9b5cedc08e5cad69b19195f', operation='UPDATE', pgid='pgtrigger_update_update_40084', table='services_team', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='team',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "services_teamevent" ("alliance_id", "closed_on", "contact", "field", "founded_on", "id", "is_demo", "is_published", "name", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "slug", "subdistrict_id", "summary") VALUES (OLD."alliance_id", OLD."closed_on", OLD."contact", OLD."field", OLD."founded_on", OLD."id", OLD."is_demo", OLD."is_published", OLD."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, CURRENT_TIMESTAMP, \'delete\', OLD."id", OLD."public_id", OLD."slug", OLD."subdistrict_id", OLD."summary"); RETURN NULL;', hash='6e7e08ad98bebcb1c6c9058d2a295acf4d52ccf3', operation='DELETE', pgid='pgtrigger_delete_delete_36592', table='services_team', when='AFTER')),
        ),
    ]
