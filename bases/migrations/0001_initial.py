import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import chengyang.lib.vault.public_ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("members", "0001_initial"),
        ("standards", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Assessment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_demo", models.BooleanField(default=False, editable=False, verbose_name="演示数据")),
                ("public_id", chengyang.lib.vault.public_ids.PublicIdField()),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "填写中"), ("submitted", "待评定"), ("passed", "达标"), ("failed", "未达标")],
                        default="open",
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                ("findings", models.JSONField(blank=True, default=dict, verbose_name="逐项结果")),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="说明")),
                ("assessed_on", models.DateField(blank=True, null=True, verbose_name="评定日期")),
                ("expires_on", models.DateField(blank=True, null=True, verbose_name="有效至")),
                (
                    "assessed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="评定人",
                    ),
                ),
                (
                    "submitted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="提交人",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="standards.version",
                        verbose_name="标准版本",
                    ),
                ),
            ],
            options={
                "verbose_name": "“六有”评定",
                "verbose_name_plural": "“六有”评定",
                "ordering": ["-assessed_on", "-id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Base",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_demo", models.BooleanField(default=False, editable=False, verbose_name="演示数据")),
                ("public_id", chengyang.lib.vault.public_ids.PublicIdField()),
                ("slug", models.SlugField(max_length=80, unique=True, verbose_name="网址名")),
                ("summary", models.CharField(blank=True, max_length=300, verbose_name="简介")),
                ("contact", models.CharField(blank=True, max_length=120, verbose_name="公开联系方式")),
                ("is_published", models.BooleanField(default=False, verbose_name="公开")),
                ("name", models.CharField(max_length=40, unique=True, verbose_name="名称")),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("district", "区级基地"),
                            ("subdistrict", "街道基地"),
                            ("park", "园区基地"),
                            ("community", "社区基地"),
                        ],
                        max_length=12,
                        verbose_name="级别",
                    ),
                ),
                ("place", models.CharField(blank=True, max_length=60, verbose_name="所在")),
                ("address", models.CharField(blank=True, max_length=120, verbose_name="地址")),
                ("hours", models.CharField(blank=True, max_length=80, verbose_name="开放时间")),
                (
                    "state",
                    models.CharField(
                        choices=[("preparing", "筹建中"), ("operating", "运行中"), ("closed", "已关闭")],
                        default="preparing",
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                ("opened_text", models.CharField(blank=True, max_length=20, verbose_name="启用时间")),
                ("opened_on", models.DateField(blank=True, null=True, verbose_name="启用日期")),
                ("opened_is_demo", models.BooleanField(default=False, editable=False, verbose_name="启用时间为演示")),
                ("by_record", models.BooleanField(default=False, verbose_name="按公开报道录入")),
                (
                    "subdistrict",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="accounts.subdistrict",
                        verbose_name="街道",
                    ),
                ),
            ],
            options={
                "verbose_name": "实践创新基地",
                "verbose_name_plural": "实践创新基地",
                "ordering": ["level", "opened_on", "id"],
            },
        ),
        migrations.CreateModel(
            name="AssessmentEvent",
            fields=[
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("id", models.BigIntegerField()),
                ("is_demo", models.BooleanField(default=False, editable=False, verbose_name="演示数据")),
                ("public_id", chengyang.lib.vault.public_ids.PublicIdField(unique=False)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "填写中"), ("submitted", "待评定"), ("passed", "达标"), ("failed", "未达标")],
                        default="open",
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                ("findings", models.JSONField(blank=True, default=dict, verbose_name="逐项结果")),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="说明")),
                ("assessed_on", models.DateField(blank=True, null=True, verbose_name="评定日期")),
                ("expires_on", models.DateField(blank=True, null=True, verbose_name="有效至")),
                (
                    "assessed_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="评定人",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history",
                        to="bases.assessment",
                    ),
                ),
                (
                    "submitted_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="提交人",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="standards.version",
                        verbose_name="标准版本",
                    ),
                ),
                (
                    "base",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="bases.base",
                        verbose_name="基地",
                    ),
                ),
            ],
            options={
                "ordering": ["pgh_id"],
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.AddField(
            model_name="assessment",
            name="base",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="assessments",
                to="bases.base",
                verbose_name="基地",
            ),
        ),
        migrations.CreateModel(
            name="BaseEvent",
            fields=[
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("id", models.BigIntegerField()),
                ("is_demo", models.BooleanField(default=False, editable=False, verbose_name="演示数据")),
                ("public_id", chengyang.lib.vault.public_ids.PublicIdField(unique=False)),
                ("slug", models.SlugField(db_index=False, max_length=80, verbose_name="网址名")),
                ("summary", models.CharField(blank=True, max_length=300, verbose_name="简介")),
                ("contact", models.CharField(blank=True, max_length=120, verbose_name="公开联系方式")),
                ("is_published", models.BooleanField(default=False, verbose_name="公开")),
                ("name", models.CharField(max_length=40, verbose_name="名称")),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("district", "区级基地"),
                            ("subdistrict", "街道基地"),
                            ("park", "园区基地"),
                            ("community", "社区基地"),
                        ],
                        max_length=12,
                        verbose_name="级别",
                    ),
                ),
                ("place", models.CharField(blank=True, max_length=60, verbose_name="所在")),
                ("address", models.CharField(blank=True, max_length=120, verbose_name="地址")),
                ("hours", models.CharField(blank=True, max_length=80, verbose_name="开放时间")),
                (
                    "state",
                    models.CharField(
                        choices=[("preparing", "筹建中"), ("operating", "运行中"), ("closed", "已关闭")],
                        default="preparing",
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                ("opened_text", models.CharField(blank=True, max_length=20, verbose_name="启用时间")),
                ("opened_on", models.DateField(blank=True, null=True, verbose_name="启用日期")),
                ("opened_is_demo", models.BooleanField(default=False, editable=False, verbose_name="启用时间为演示")),
                ("by_record", models.BooleanField(default=False, verbose_name="按公开报道录入")),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history",
                        to="bases.base",
                    ),
                ),
                (
                    "subdistrict",
                    models.ForeignKey(
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
            ],
            options={
                "ordering": ["pgh_id"],
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Honour",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_demo", models.BooleanField(default=False, editable=False, verbose_name="演示数据")),
                ("title", models.CharField(max_length=80, verbose_name="名称")),
                (
                    "level",
                    models.CharField(
                        choices=[("nation", "国家级"), ("province", "省级"), ("city", "市级"), ("district", "区级")],
                        max_length=10,
                        verbose_name="级别",
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="年份")),
                ("note", models.CharField(blank=True, max_length=60, verbose_name="说明")),
                (
                    "base",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="honours",
                        to="bases.base",
                        verbose_name="基地",
                    ),
                ),
            ],
            options={
                "verbose_name": "荣誉",
                "verbose_name_plural": "荣誉",
                "ordering": ["-year", "id"],
            },
        ),
        migrations.CreateModel(
            name="HonourEvent",
            fields=[
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("id", models.BigIntegerField()),
                ("is_demo", models.BooleanField(default=False, editable=False, verbose_name="演示数据")),
                ("title", models.CharField(max_length=80, verbose_name="名称")),
                (
                    "level",
                    models.CharField(
                        choices=[("nation", "国家级"), ("province", "省级"), ("city", "市级"), ("district", "区级")],
                        max_length=10,
                        verbose_name="级别",
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="年份")),
                ("note", models.CharField(blank=True, max_length=60, verbose_name="说明")),
                (
                    "base",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="bases.base",
                        verbose_name="基地",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history",
                        to="bases.honour",
                    ),
                ),
            ],
            options={
                "ordering": ["pgh_id"],
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Post",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_demo", models.BooleanField(default=False, editable=False, verbose_name="演示数据")),
                ("starts", models.DateField(verbose_name="起")),
                ("ends", models.DateField(blank=True, null=True, verbose_name="止")),
                ("is_public", models.BooleanField(default=False, verbose_name="本人同意公开")),
                (
                    "kind",
                    models.CharField(
                        choices=[("manager", "基地负责人"), ("guide", "讲解员")], max_length=12, verbose_name="职务"
                    ),
                ),
                (
                    "base",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="posts",
                        to="bases.base",
                        verbose_name="基地",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(app_label)s_posts",
                        to="members.person",
                        verbose_name="人士",
                    ),
                ),
            ],
            options={
                "verbose_name": "基地职务",
                "verbose_name_plural": "基地职务",
                "ordering": ["-starts", "id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="PostEvent",
            fields=[
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("id", models.BigIntegerField()),
                ("is_demo", models.BooleanField(default=False, editable=False, verbose_name="演示数据")),
                ("starts", models.DateField(verbose_name="起")),
                ("ends", models.DateField(blank=True, null=True, verbose_name="止")),
                ("is_public", models.BooleanField(default=False, verbose_name="本人同意公开")),
                (
                    "kind",
                    models.CharField(
                        choices=[("manager", "基地负责人"), ("guide", "讲解员")], max_length=12, verbose_name="职务"
                    ),
                ),
                (
                    "base",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="bases.base",
                        verbose_name="基地",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="members.person",
                        verbose_name="人士",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history",
                        to="bases.post",
                    ),
                ),
            ],
            options={
                "ordering": ["pgh_id"],
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.AddConstraint(
            model_name="base",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "operating"), _negated=True), ("opened_on__isnull", False), _connector="OR"
                ),
                name="base_opened_on_a_day",
                violation_error_message="运行中的基地要写启用时间。",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="base",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "bases_baseevent" ("address", "by_record", "contact", "hours", "id", "is_demo", "is_published", "level", "name", "opened_is_demo", "opened_on", "opened_text", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "public_id", "slug", "state", "subdistrict_id", "summary") VALUES (OLD."address", OLD."by_record", OLD."contact", OLD."hours", OLD."id", OLD."is_demo", OLD."is_published", OLD."level", OLD."name", OLD."opened_is_demo", OLD."opened_on", OLD."opened_text", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, CURRENT_TIMESTAMP, \'update\', OLD."id", OLD."place", OLD."public_id", OLD."slug", OLD."state", OLD."subdistrict_id", OLD."summary"); RETURN NULL;',
                    hash="0370049440e69abbd8a5541551dc6162e83adbc5",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_e28fc",
                    table="bases_base",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="base",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "bases_baseevent" ("address", "by_record", "contact", "hours", "id", "is_demo", "is_published", "level", "name", "opened_is_demo", "opened_on", "opened_text", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "public_id", "slug", "state", "subdistrict_id", "summary") VALUES (OLD."address", OLD."by_record", OLD."contact", OLD."hours", OLD."id", OLD."is_demo", OLD."is_published", OLD."level", OLD."name", OLD."opened_is_demo", OLD."opened_on", OLD."opened_text", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, CURRENT_TIMESTAMP, \'delete\', OLD."id", OLD."place", OLD."public_id", OLD."slug", OLD."state", OLD."subdistrict_id", OLD."summary"); RETURN NULL;',
                    hash="af6e827fecf0f74629cb7d06ff472159129defef",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_818de",
                    table="bases_base",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="assessment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["passed", "failed"]), _negated=True),
                    ("assessed_on__isnull", False),
                    _connector="OR",
                ),
                name="bases_assessment_assessed_on_a_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="assessment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("submitted_by__isnull", True),
                    ("assessed_by__isnull", True),
                    models.Q(("submitted_by", models.F("assessed_by")), _negated=True),
                    _connector="OR",
                ),
                name="bases_assessment_by_two_people",
                violation_error_message="提交和评定要由两个人来做。",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="assessment",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "bases_assessmentevent" ("assessed_by_id", "assessed_on", "base_id", "expires_on", "findings", "id", "is_demo", "note", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "state", "submitted_by_id", "version_id") VALUES (OLD."assessed_by_id", OLD."assessed_on", OLD."base_id", OLD."expires_on", OLD."findings", OLD."id", OLD."is_demo", OLD."note", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, CURRENT_TIMESTAMP, \'update\', OLD."id", OLD."public_id", OLD."state", OLD."submitted_by_id", OLD."version_id"); RETURN NULL;',
                    hash="db9634ccf7667ca4ff5c9ebcf8029ec3dc6c3c16",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_be3a4",
                    table="bases_assessment",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="assessment",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "bases_assessmentevent" ("assessed_by_id", "assessed_on", "base_id", "expires_on", "findings", "id", "is_demo", "note", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "state", "submitted_by_id", "version_id") VALUES (OLD."assessed_by_id", OLD."assessed_on", OLD."base_id", OLD."expires_on", OLD."findings", OLD."id", OLD."is_demo", OLD."note", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, CURRENT_TIMESTAMP, \'delete\', OLD."id", OLD."public_id", OLD."state", OLD."submitted_by_id", OLD."version_id"); RETURN NULL;',
                    hash="bbdbedacf8b59e689cf57f3e3c84afea5b865f7f",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_c4f2c",
                    table="bases_assessment",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="honour",
            constraint=models.UniqueConstraint(fields=("base", "title"), name="honour_once"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="honour",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "bases_honourevent" ("base_id", "id", "is_demo", "level", "note", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "title", "year") VALUES (OLD."base_id", OLD."id", OLD."is_demo", OLD."level", OLD."note", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, CURRENT_TIMESTAMP, \'update\', OLD."id", OLD."title", OLD."year"); RETURN NULL;',
                    hash="544c6a15d5299da4c1ec740f5cc64745947aedbd",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_5b933",
                    table="bases_honour",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="honour",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "bases_honourevent" ("base_id", "id", "is_demo", "level", "note", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "title", "year") VALUES (OLD."base_id", OLD."id", OLD."is_demo", OLD."level", OLD."note", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, CURRENT_TIMESTAMP, \'delete\', OLD."id", OLD."title", OLD."year"); RETURN NULL;',
                    hash="89b1085fd0aa78bb02cd787e3e3f5f9684ef31c3",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_ee1b9",
                    table="bases_honour",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends__isnull", True), ("ends__gt", models.F("starts")), _connector="OR"),
                name="bases_post_ends_after_start",
                violation_error_message="结束日期要晚于开始日期。",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="post",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "bases_postevent" ("base_id", "ends", "id", "is_demo", "is_public", "kind", "person_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts") VALUES (OLD."base_id", OLD."ends", OLD."id", OLD."is_demo", OLD."is_public", OLD."kind", OLD."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, CURRENT_TIMESTAMP, \'update\', OLD."id", OLD."starts"); RETURN NULL;',
                    hash="df1046f80681148a82b99e8fbf8ea941ee88661b",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_ced04",
                    table="bases_post",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="post",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "bases_postevent" ("base_id", "ends", "id", "is_demo", "is_public", "kind", "person_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts") VALUES (OLD."base_id", OLD."ends", OLD."id", OLD."is_demo", OLD."is_public", OLD."kind", OLD."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, CURRENT_TIMESTAMP, \'delete\', OLD."id", OLD."starts"); RETURN NULL;',
                    hash="a0fff3221197c1fe8350d40db8889bc55b2aa9ac",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_b2c36",
                    table="bases_post",
                    when="AFTER",
                ),
            ),
        ),
    ]
