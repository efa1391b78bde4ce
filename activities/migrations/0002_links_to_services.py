from decimal import Decimal

import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.math
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("activities", "0001_initial"),
        ("bases", "0001_initial"),
        ("members", "0001_initial"),
        ("organizations", "0001_initial"),
        ("services", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="activity",
            name="team",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="activities",
                to="services.team",
                verbose_name="主办服务队",
            ),
        ),
        migrations.AddField(
            model_name="activityevent",
            name="approved_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="批准人",
            ),
        ),
        migrations.AddField(
            model_name="activityevent",
            name="base",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="bases.base",
                verbose_name="基地",
            ),
        ),
        migrations.AddField(
            model_name="activityevent",
            name="drafted_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="起草人",
            ),
        ),
        migrations.AddField(
            model_name="activityevent",
            name="organization",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="organizations.organization",
                verbose_name="主办组织",
            ),
        ),
        migrations.AddField(
            model_name="activityevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="history",
                to="activities.activity",
            ),
        ),
        migrations.AddField(
            model_name="activityevent",
            name="subdistrict",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="accounts.subdistrict",
                verbose_name="街道",
            ),
        ),
        migrations.AddField(
            model_name="activityevent",
            name="team",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="services.team",
                verbose_name="主办服务队",
            ),
        ),
        migrations.AddField(
            model_name="activityevent",
            name="brand",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="activities.brand",
                verbose_name="品牌",
            ),
        ),
        migrations.AddField(
            model_name="activity",
            name="brand",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="activities",
                to="activities.brand",
                verbose_name="品牌",
            ),
        ),
        migrations.AddField(
            model_name="checkin",
            name="by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="经办",
            ),
        ),
        migrations.AddField(
            model_name="checkinevent",
            name="by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="经办",
            ),
        ),
        migrations.AddField(
            model_name="checkinevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="history",
                to="activities.checkin",
            ),
        ),
        migrations.AddField(
            model_name="activityevent",
            name="programme",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="activities.programme",
                verbose_name="活动项目",
            ),
        ),
        migrations.AddField(
            model_name="activity",
            name="programme",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="activities",
                to="activities.programme",
                verbose_name="活动项目",
            ),
        ),
        migrations.AddField(
            model_name="servicerecord",
            name="checkin",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="service",
                to="activities.checkin",
                verbose_name="签到",
            ),
        ),
        migrations.AddField(
            model_name="servicerecord",
            name="corrected_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="更正人",
            ),
        ),
        migrations.AddField(
            model_name="servicerecordevent",
            name="checkin",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="activities.checkin",
                verbose_name="签到",
            ),
        ),
        migrations.AddField(
            model_name="servicerecordevent",
            name="corrected_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="更正人",
            ),
        ),
        migrations.AddField(
            model_name="servicerecordevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="history",
                to="activities.servicerecord",
            ),
        ),
        migrations.AddField(
            model_name="signup",
            name="activity",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="signups",
                to="activities.activity",
                verbose_name="活动",
            ),
        ),
        migrations.AddField(
            model_name="signup",
            name="person",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="signups",
                to="members.person",
                verbose_name="人士",
            ),
        ),
        migrations.AddField(
            model_name="signup",
            name="user",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="signups",
                to=settings.AUTH_USER_MODEL,
                verbose_name="来宾账号",
            ),
        ),
        migrations.AddField(
            model_name="checkinevent",
            name="signup",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="activities.signup",
                verbose_name="报名",
            ),
        ),
        migrations.AddField(
            model_name="checkin",
            name="signup",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="checkin",
                to="activities.signup",
                verbose_name="报名",
            ),
        ),
        migrations.AddField(
            model_name="signupevent",
            name="activity",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="activities.activity",
                verbose_name="活动",
            ),
        ),
        migrations.AddField(
            model_name="signupevent",
            name="person",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="members.person",
                verbose_name="人士",
            ),
        ),
        migrations.AddField(
            model_name="signupevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="history",
                to="activities.signup",
            ),
        ),
        migrations.AddField(
            model_name="signupevent",
            name="user",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="来宾账号",
            ),
        ),
        migrations.AddIndex(
            model_name="activity",
            index=django.contrib.postgres.indexes.GinIndex(fields=["search_text"], name="activity_search_text"),
        ),
        migrations.AddIndex(
            model_name="activity",
            index=models.Index(fields=["starts", "id"], name="activities__starts_1aa9cc_idx"),
        ),
        migrations.AddIndex(
            model_name="activity",
            index=models.Index(fields=["ends"], name="activities__ends_8ae78a_idx"),
        ),
        migrations.AddIndex(
            model_name="activity",
            index=models.Index(fields=["state", "starts"], name="activities__state_32fdc1_idx"),
        ),
        migrations.AddConstraint(
            model_name="activity",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends__gt", models.F("starts"))),
                name="activity_ends_after_start",
                violation_error_message="结束时间要晚于开始时间。",
            ),
        ),
        migrations.AddConstraint(
            model_name="activity",
            constraint=models.CheckConstraint(
                condition=models.Q(("capacity__isnull", True), ("taken__lte", models.F("capacity")), _connector="OR"),
                name="activity_capacity_never_exceeded",
                violation_error_message="名额不能少于已占的名额。",
            ),
        ),
        migrations.AddConstraint(
            model_name="activity",
            constraint=models.CheckConstraint(
                condition=models.Q(("capacity__isnull", True), ("capacity__gt", 0), _connector="OR"),
                name="activity_capacity_positive",
            ),
        ),
        migrations.AddConstraint(
            model_name="activity",
            constraint=models.CheckConstraint(
                condition=models.Q(("organization__isnull", True), ("team__isnull", True), _connector="OR"),
                name="activity_one_organizer",
                violation_error_message="主办组织和主办服务队只填一个。",
            ),
        ),
        migrations.AddConstraint(
            model_name="activity",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("audience", "organization"), _negated=True),
                    ("organization__isnull", False),
                    _connector="OR",
                ),
                name="activity_audience_has_organization",
                violation_error_message="只对会员开放的活动要写主办组织。",
            ),
        ),
        migrations.AddConstraint(
            model_name="activity",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("signup_closes__isnull", True),
                    ("signup_opens__isnull", True),
                    ("signup_closes__gt", models.F("signup_opens")),
                    _connector="OR",
                ),
                name="activity_signup_closes_after_opening",
                violation_error_message="报名截止要晚于报名开始。",
            ),
        ),
        migrations.AddConstraint(
            model_name="activity",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "published"), _negated=True), ("published_at__isnull", False), _connector="OR"
                ),
                name="activity_published_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="activity",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "cancelled"), _negated=True),
                    models.Q(("cancelled_at__isnull", False), models.Q(("reason", ""), _negated=True)),
                    _connector="OR",
                ),
                name="activity_cancelled_with_reason",
                violation_error_message="取消活动要写原因。",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="activity",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."address" IS DISTINCT FROM (NEW."address") OR OLD."agenda" IS DISTINCT FROM (NEW."agenda") OR OLD."approved_by_id" IS DISTINCT FROM (NEW."approved_by_id") OR OLD."audience" IS DISTINCT FROM (NEW."audience") OR OLD."audience_note" IS DISTINCT FROM (NEW."audience_note") OR OLD."base_id" IS DISTINCT FROM (NEW."base_id") OR OLD."brand_id" IS DISTINCT FROM (NEW."brand_id") OR OLD."bring" IS DISTINCT FROM (NEW."bring") OR OLD."by_review" IS DISTINCT FROM (NEW."by_review") OR OLD."cancelled_at" IS DISTINCT FROM (NEW."cancelled_at") OR OLD."capacity" IS DISTINCT FROM (NEW."capacity") OR OLD."changed_at" IS DISTINCT FROM (NEW."changed_at") OR OLD."contact" IS DISTINCT FROM (NEW."contact") OR OLD."drafted_by_id" IS DISTINCT FROM (NEW."drafted_by_id") OR OLD."due_on" IS DISTINCT FROM (NEW."due_on") OR OLD."ends" IS DISTINCT FROM (NEW."ends") OR OLD."hazards" IS DISTINCT FROM (NEW."hazards") OR OLD."headcount" IS DISTINCT FROM (NEW."headcount") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."insurance" IS DISTINCT FROM (NEW."insurance") OR OLD."is_demo" IS DISTINCT FROM (NEW."is_demo") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."mode" IS DISTINCT FROM (NEW."mode") OR OLD."online_url" IS DISTINCT FROM (NEW."online_url") OR OLD."organization_id" IS DISTINCT FROM (NEW."organization_id") OR OLD."place" IS DISTINCT FROM (NEW."place") OR OLD."programme_id" IS DISTINCT FROM (NEW."programme_id") OR OLD."public_id" IS DISTINCT FROM (NEW."public_id") OR OLD."published_at" IS DISTINCT FROM (NEW."published_at") OR OLD."reason" IS DISTINCT FROM (NEW."reason") OR OLD."recorded_at" IS DISTINCT FROM (NEW."recorded_at") OR OLD."sequence" IS DISTINCT FROM (NEW."sequence") OR OLD."signup_closes" IS DISTINCT FROM (NEW."signup_closes") OR OLD."signup_opens" IS DISTINCT FROM (NEW."signup_opens") OR OLD."starts" IS DISTINCT FROM (NEW."starts") OR OLD."state" IS DISTINCT FROM (NEW."state") OR OLD."subdistrict_id" IS DISTINCT FROM (NEW."subdistrict_id") OR OLD."submitted_at" IS DISTINCT FROM (NEW."submitted_at") OR OLD."summary" IS DISTINCT FROM (NEW."summary") OR OLD."team_id" IS DISTINCT FROM (NEW."team_id") OR OLD."title" IS DISTINCT FROM (NEW."title"))',
                    func='INSERT INTO "activities_activityevent" ("address", "agenda", "approved_by_id", "audience", "audience_note", "base_id", "brand_id", "bring", "by_review", "cancelled_at", "capacity", "changed_at", "contact", "drafted_by_id", "due_on", "ends", "hazards", "headcount", "id", "insurance", "is_demo", "kind", "mode", "online_url", "organization_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "programme_id", "public_id", "published_at", "reason", "recorded_at", "sequence", "signup_closes", "signup_opens", "starts", "state", "subdistrict_id", "submitted_at", "summary", "team_id", "title") VALUES (OLD."address", OLD."agenda", OLD."approved_by_id", OLD."audience", OLD."audience_note", OLD."base_id", OLD."brand_id", OLD."bring", OLD."by_review", OLD."cancelled_at", OLD."capacity", OLD."changed_at", OLD."contact", OLD."drafted_by_id", OLD."due_on", OLD."ends", OLD."hazards", OLD."headcount", OLD."id", OLD."insurance", OLD."is_demo", OLD."kind", OLD."mode", OLD."online_url", OLD."organization_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, CURRENT_TIMESTAMP, \'update\', OLD."id", OLD."place", OLD."programme_id", OLD."public_id", OLD."published_at", OLD."reason", OLD."recorded_at", OLD."sequence", OLD."signup_closes", OLD."signup_opens", OLD."starts", OLD."state", OLD."subdistrict_id", OLD."submitted_at", OLD."summary", OLD."team_id", OLD."title"); RETURN NULL;',
                    hash="c4015a2439e2fba6bf5d237b3c788ddd9d7007e2",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_a56a1",
                    table="activities_activity",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="activity",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "activities_activityevent" ("address", "agenda", "approved_by_id", "audience", "audience_note", "base_id", "brand_id", "bring", "by_review", "cancelled_at", "capacity", "changed_at", "contact", "drafted_by_id", "due_on", "ends", "hazards", "headcount", "id", "insurance", "is_demo", "kind", "mode", "online_url", "organization_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "programme_id", "public_id", "published_at", "reason", "recorded_at", "sequence", "signup_closes", "signup_opens", "starts", "state", "subdistrict_id", "submitted_at", "summary", "team_id", "title") VALUES (OLD."address", OLD."agenda", OLD."approved_by_id", OLD."audience", OLD."audience_note", OLD."base_id", OLD."brand_id", OLD."bring", OLD."by_review", OLD."cancelled_at", OLD."capacity", OLD."changed_at", OLD."contact", OLD."drafted_by_id", OLD."due_on", OLD."ends", OLD."hazards", OLD."headcount", OLD."id", OLD."insurance", OLD."is_demo", OLD."kind", OLD."mode", OLD."online_url", OLD."organization_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, CURRENT_TIMESTAMP, \'delete\', OLD."id", OLD."place", OLD."programme_id", OLD."public_id", OLD."published_at", OLD."reason", OLD."recorded_at", OLD."sequence", OLD."signup_closes", OLD."signup_opens", OLD."starts", OLD."state", OLD."subdistrict_id", OLD."submitted_at", OLD."summary", OLD."team_id", OLD."title"); RETURN NULL;',
                    hash="6b12cd1f0b2b792ec4fd5eff2a78a2844026ec5d",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_cc776",
                    table="activities_activity",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="activity",
            trigger=pgtrigger.compiler.Trigger(
                name="kind_fixed_when_published",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."state" IN (\'published\', \'cancelled\') AND OLD."kind" IS DISTINCT FROM (NEW."kind"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update of \"kind\" rows from % table', TG_TABLE_NAME;",
                    hash="d7cc3140ef11814d844fd5b131e84db8f9472899",
                    operation='UPDATE OF "kind"',
                    pgid="pgtrigger_kind_fixed_when_published_09a76",
                    table="activities_activity",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="servicerecord",
            constraint=models.CheckConstraint(
                condition=models.Q(("hours__gte", 0), ("hours__lte", 24)),
                name="service_hours_of_a_day",
                violation_error_message="时长在 0 到 24 小时之间。",
            ),
        ),
        migrations.AddConstraint(
            model_name="servicerecord",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "hours",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.functions.math.Floor(
                                django.db.models.expressions.CombinedExpression(
                                    models.F("hours"), "*", models.Value(2)
                                ),
                                output_field=models.DecimalField(),
                            ),
                            "/",
                            models.Value(Decimal("2")),
                        ),
                    )
                ),
                name="service_hours_in_halves",
                violation_error_message="时长以半小时为一档。",
            ),
        ),
        migrations.AddConstraint(
            model_name="servicerecord",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("previous_hours__isnull", True), models.Q(("reason", ""), _negated=True), _connector="OR"
                ),
                name="service_correction_has_reason",
                violation_error_message="更正要写理由。",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="servicerecord",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "activities_servicerecordevent" ("at", "checkin_id", "corrected_at", "corrected_by_id", "hours", "id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "previous_hours", "public_id", "reason") VALUES (OLD."at", OLD."checkin_id", OLD."corrected_at", OLD."corrected_by_id", OLD."hours", OLD."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, CURRENT_TIMESTAMP, \'update\', OLD."id", OLD."previous_hours", OLD."public_id", OLD."reason"); RETURN NULL;',
                    hash="e4d2a344d56367a00d57607892cfea3210241aae",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_1efb3",
                    table="activities_servicerecord",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="servicerecord",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "activities_servicerecordevent" ("at", "checkin_id", "corrected_at", "corrected_by_id", "hours", "id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "previous_hours", "public_id", "reason") VALUES (OLD."at", OLD."checkin_id", OLD."corrected_at", OLD."corrected_by_id", OLD."hours", OLD."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, CURRENT_TIMESTAMP, \'delete\', OLD."id", OLD."previous_hours", OLD."public_id", OLD."reason"); RETURN NULL;',
                    hash="3548d1c5ce87e29abc5ea6046a93e5b15d6d815f",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_a7301",
                    table="activities_servicerecord",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="servicerecord",
            trigger=pgtrigger.compiler.Trigger(
                name="only_volunteer_service_earns",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE served text;",
                    func="\n            SELECT a.kind INTO served FROM activities_checkin c JOIN activities_signup s ON s.id = c.signup_id\n                JOIN activities_activity a ON a.id = s.activity_id WHERE c.id = NEW.checkin_id;\n            IF served IS DISTINCT FROM 'volunteer' THEN\n                RAISE EXCEPTION 'only volunteer service earns hours';\n            END IF;\n            RETURN NEW;\n        ",
                    hash="b70e4c23b688a4cc6a25e28de01bda68fd2b1f22",
                    operation="INSERT",
                    pgid="pgtrigger_only_volunteer_service_earns_d98d2",
                    table="activities_servicerecord",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="signup",
            index=models.Index(
                condition=models.Q(("state", "offered")), fields=["offer_expires_at"], name="signup_offers"
            ),
        ),
        migrations.AddIndex(
            model_name="signup",
            index=models.Index(condition=models.Q(("state", "pending")), fields=["due_on"], name="signup_to_review"),
        ),
        migrations.AddConstraint(
            model_name="signup",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("forgotten_at__isnull", True),
                        ("guest_name", ""),
                        ("person__isnull", False),
                        ("user__isnull", True),
                    ),
                    models.Q(
                        ("forgotten_at__isnull", True),
                        ("person__isnull", True),
                        ("user__isnull", False),
                        models.Q(("guest_name", ""), _negated=True),
                    ),
                    models.Q(
                        ("forgotten_at__isnull", False),
                        ("guest_name", ""),
                        ("person__isnull", True),
                        ("user__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="signup_person_or_guest",
            ),
        ),
        migrations.AddConstraint(
            model_name="signup",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("person__isnull", False), ("state__in", ("pending", "waitlisted", "offered", "confirmed"))
                ),
                fields=("activity", "person"),
                name="signup_one_open_per_person",
                violation_error_message="你已经报名了。",
            ),
        ),
        migrations.AddConstraint(
            model_name="signup",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("person__isnull", True), ("state__in", ("pending", "waitlisted", "offered", "confirmed"))
                ),
                fields=("activity", "user"),
                name="signup_one_open_per_guest",
                violation_error_message="你已经报名了。",
            ),
        ),
        migrations.AddConstraint(
            model_name="signup",
            constraint=models.UniqueConstraint(fields=("activity", "position"), name="signup_position_once"),
        ),
        migrations.AddConstraint(
            model_name="signup",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "offered"), _negated=True), ("offer_expires_at__isnull", False), _connector="OR"
                ),
                name="signup_offer_expires",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="signup",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."activity_id" IS DISTINCT FROM (NEW."activity_id") OR OLD."at" IS DISTINCT FROM (NEW."at") OR OLD."changed_at" IS DISTINCT FROM (NEW."changed_at") OR OLD."due_on" IS DISTINCT FROM (NEW."due_on") OR OLD."forgotten_at" IS DISTINCT FROM (NEW."forgotten_at") OR OLD."guest_name" IS DISTINCT FROM (NEW."guest_name") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."offer_expires_at" IS DISTINCT FROM (NEW."offer_expires_at") OR OLD."person_id" IS DISTINCT FROM (NEW."person_id") OR OLD."position" IS DISTINCT FROM (NEW."position") OR OLD."public_id" IS DISTINCT FROM (NEW."public_id") OR OLD."reason" IS DISTINCT FROM (NEW."reason") OR OLD."state" IS DISTINCT FROM (NEW."state") OR OLD."user_id" IS DISTINCT FROM (NEW."user_id"))',
                    func='INSERT INTO "activities_signupevent" ("activity_id", "at", "changed_at", "due_on", "forgotten_at", "guest_name", "id", "offer_expires_at", "person_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "public_id", "reason", "state", "user_id") VALUES (OLD."activity_id", OLD."at", OLD."changed_at", OLD."due_on", OLD."forgotten_at", OLD."guest_name", OLD."id", OLD."offer_expires_at", OLD."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, CURRENT_TIMESTAMP, \'update\', OLD."id", OLD."position", OLD."public_id", OLD."reason", OLD."state", OLD."user_id"); RETURN NULL;',
                    hash="2f58bc0727a87eba30c05ee8c421fc2714fa120e",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_aaa37",
                    table="activities_signup",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="signup",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "activities_signupevent" ("activity_id", "at", "changed_at", "due_on", "forgotten_at", "guest_name", "id", "offer_expires_at", "person_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "public_id", "reason", "state", "user_id") VALUES (OLD."activity_id", OLD."at", OLD."changed_at", OLD."due_on", OLD."forgotten_at", OLD."guest_name", OLD."id", OLD."offer_expires_at", OLD."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, CURRENT_TIMESTAMP, \'delete\', OLD."id", OLD."position", OLD."public_id", OLD."reason", OLD."state", OLD."user_id"); RETURN NULL;',
                    hash="8ceec238973e8b13b7afd411ce77f19de8b0308b",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_a702e",
                    table="activities_signup",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="checkin",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("checked_out_at__isnull", True),
                    ("checked_out_at__gte", models.F("checked_in_at")),
                    _connector="OR",
                ),
                name="checkin_out_after_in",
                violation_error_message="签退要晚于签到。",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="checkin",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "activities_checkinevent" ("by_id", "checked_in_at", "checked_out_at", "id", "method", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "signup_id") VALUES (OLD."by_id", OLD."checked_in_at", OLD."checked_out_at", OLD."id", OLD."method", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, CURRENT_TIMESTAMP, \'update\', OLD."id", OLD."signup_id"); RETURN NULL;',
                    hash="7772456e2cbb454a7576e7ea70930067e6f3ed4b",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_fca81",
                    table="activities_checkin",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="checkin",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "activities_checkinevent" ("by_id", "checked_in_at", "checked_out_at", "id", "method", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "signup_id") VALUES (OLD."by_id", OLD."checked_in_at", OLD."checked_out_at", OLD."id", OLD."method", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, CURRENT_TIMESTAMP, \'delete\', OLD."id", OLD."signup_id"); RETURN NULL;',
                    hash="939e8b0584a2fc8f97c47298053a0f604e42e86e",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_86695",
                    table="activities_checkin",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="checkin",
            trigger=pgtrigger.compiler.Trigger(
                name="checkin_counted",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n            UPDATE activities_activity AS a SET attended = a.attended + c.number\n            FROM (SELECT s.activity_id, count(*) AS number FROM counted k\n                  JOIN activities_signup s ON s.id = k.signup_id GROUP BY s.activity_id) AS c\n            WHERE a.id = c.activity_id;\n            RETURN NULL;\n        ",
                    hash="3f6c4bba5ebda006cfd5834d5226e839bf18e30b",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_checkin_counted_72a44",
                    referencing="REFERENCING NEW TABLE AS counted ",
                    table="activities_checkin",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="checkin",
            trigger=pgtrigger.compiler.Trigger(
                name="checkin_uncounted",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n            UPDATE activities_activity AS a SET attended = a.attended - c.number\n            FROM (SELECT s.activity_id, count(*) AS number FROM counted k\n                  JOIN activities_signup s ON s.id = k.signup_id GROUP BY s.activity_id) AS c\n            WHERE a.id = c.activity_id;\n            RETURN NULL;\n        ",
                    hash="1fed1e146dd6be2201213f019e5d27cc86d4289c",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_checkin_uncounted_67b2a",
                    referencing="REFERENCING OLD TABLE AS counted ",
                    table="activities_checkin",
                    when="AFTER",
                ),
            ),
        ),
    ]
