import django.contrib.postgres.fields
import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import chengyang.clock
import chengyang.lib.vault.public_ids
import services.models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("activities", "0001_initial"),
        ("bases", "0001_initial"),
        ("members", "0001_initial"),
        ("organizations", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Alliance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=30, unique=True, verbose_name="名称")),
                ("summary", models.CharField(blank=True, max_length=300, verbose_name="简介")),
            ],
            options={
                "verbose_name": "服务联盟",
                "verbose_name_plural": "服务联盟",
            },
        ),
        migrations.CreateModel(
            name="Outcome",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_demo", models.BooleanField(default=False, editable=False, verbose_name="演示数据")),
                ("public_id", chengyang.lib.vault.public_ids.PublicIdField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("money", "捐款"),
                            ("goods", "捐物"),
                            ("firm", "孵化企业"),
                            ("beneficiaries", "受益人数"),
                        ],
                        max_length=14,
                        verbose_name="类型",
                    ),
                ),
                ("title", models.CharField(max_length=60, verbose_name="名称")),
                ("happened_on", models.DateField(verbose_name="日期")),
                (
                    "amount",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=14, null=True, verbose_name="金额（元）"
                    ),
                ),
                ("quantity", models.PositiveIntegerField(blank=True, null=True, verbose_name="数量")),
                (
                    "state",
                    models.CharField(
                        choices=[("reported", "待核实"), ("checked", "已核实"), ("refused", "未采信")],
                        default="reported",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("checked_at", models.DateTimeField(blank=True, null=True, verbose_name="核实时间")),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="理由")),
                ("due_on", models.DateField(blank=True, null=True, verbose_name="时限")),
                (
                    "activity",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="outcomes",
                        to="activities.activity",
                        verbose_name="活动",
                    ),
                ),
                (
                    "base",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="outcomes",
                        to="bases.base",
                        verbose_name="基地",
                    ),
                ),
                (
                    "checked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="核实人",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="outcomes",
                        to="organizations.organization",
                        verbose_name="组织",
                    ),
                ),
                (
                    "reported_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="上报人",
                    ),
                ),
            ],
            options={
                "verbose_name": "成果",
                "verbose_name_plural": "成果",
                "ordering": ["-happened_on", "-id"],
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
                        choices=[("leader", "队长"), ("volunteer", "队员")], max_length=12, verbose_name="职务"
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
                "verbose_name": "服务队职务",
                "verbose_name_plural": "服务队职务",
                "ordering": ["-starts", "id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Request",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_demo", models.BooleanField(default=False, editable=False, verbose_name="演示数据")),
                ("public_id", chengyang.lib.vault.public_ids.PublicIdField()),
                ("number", models.CharField(max_length=16, unique=True, verbose_name="编号")),
                (
                    "query_code",
                    models.CharField(default=services.models.new_query_code, max_length=6, verbose_name="查询码"),
                ),
                ("service", models.CharField(blank=True, max_length=30, verbose_name="点的服务")),
                ("title", models.CharField(max_length=40, verbose_name="标题")),
                ("text", models.TextField(max_length=2000, verbose_name="内容")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("submitted", "待受理"),
                            ("routed", "办理中"),
                            ("answered", "已答复"),
                            ("closed", "已办结"),
                            ("withdrawn", "已撤回"),
                        ],
                        default="submitted",
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                ("is_complex", models.BooleanField(default=False, verbose_name="复杂")),
                ("at", models.DateTimeField(default=chengyang.clock.now, verbose_name="提出时间")),
                ("due_on", models.DateField(verbose_name="时限")),
                ("reopened_at", models.DateTimeField(blank=True, null=True, verbose_name="退回再办时间")),
                ("escalated_at", models.DateTimeField(blank=True, null=True, verbose_name="升级时间")),
                ("reminders", models.PositiveSmallIntegerField(default=0, verbose_name="已提醒次数")),
                ("answer", models.TextField(blank=True, max_length=2000, verbose_name="答复")),
                ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="答复时间")),
                ("rating", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="评价")),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="答复人",
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="requests",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="提出人",
                    ),
                ),
                (
                    "subdistrict",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="accounts.subdistrict",
                        verbose_name="承办街道",
                    ),
                ),
            ],
            options={
                "verbose_name": "诉求",
                "verbose_name_plural": "诉求",
                "ordering": ["due_on", "id"],
            },
        ),
        migrations.CreateModel(
            name="Team",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_demo", models.BooleanField(default=False, editable=False, verbose_name="演示数据")),
                ("public_id", chengyang.lib.vault.public_ids.PublicIdField()),
                ("slug", models.SlugField(max_length=80, unique=True, verbose_name="网址名")),
                ("summary", models.CharField(blank=True, max_length=300, verbose_name="简介")),
                ("contact", models.CharField(blank=True, max_length=120, verbose_name="公开联系方式")),
                ("is_published", models.BooleanField(default=False, verbose_name="公开")),
                ("name", models.CharField(max_length=40, unique=True, verbose_name="名称")),
                ("field", models.CharField(max_length=20, verbose_name="领域")),
                (
                    "services",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=30),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="能提供的服务",
                    ),
                ),
                ("founded_on", models.DateField(blank=True, null=True, verbose_name="成立日期")),
                (
                    "alliance",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="teams",
                        to="services.alliance",
                        verbose_name="联盟",
                    ),
                ),
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
                "verbose_name": "服务队",
                "verbose_name_plural": "服务队",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="RequestEvent",
            fields=[
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("id", models.BigIntegerField()),
                ("is_demo", models.BooleanField(default=False, editable=False, verbose_name="演示数据")),
                ("public_id", chengyang.lib.vault.public_ids.PublicIdField(unique=False)),
                ("number", models.CharField(max_length=16, verbose_name="编号")),
                (
                    "query_code",
                    models.CharField(default=services.models.new_query_code, max_length=6, verbose_name="查询码"),
                ),
                ("service", models.CharField(blank=True, max_length=30, verbose_name="点的服务")),
                ("title", models.CharField(max_length=40, verbose_name="标题")),
                ("text", models.TextField(max_length=2000, verbose_name="内容")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("submitted", "待受理"),
                            ("routed", "办理中"),
                            ("answered", "已答复"),
                            ("closed", "已办结"),
                            ("withdrawn", "已撤回"),
                        ],
                        default="submitted",
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                ("is_complex", models.BooleanField(default=False, verbose_name="复杂")),
                ("at", models.DateTimeField(default=chengyang.clock.now, verbose_name="提出时间")),
                ("due_on", models.DateField(verbose_name="时限")),
                ("reopened_at", models.DateTimeField(blank=True, null=True, verbose_name="退回再办时间")),
                ("escalated_at", models.DateTimeField(blank=True, null=True, verbose_name="升级时间")),
                ("reminders", models.PositiveSmallIntegerField(default=0, verbose_name="已提醒次数")),
                ("answer", models.TextField(blank=True, max_length=2000, verbose_name="答复")),
                ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="答复时间")),
                ("rating", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="评价")),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="答复人",
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="提出人",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history",
                        to="services.request",
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
                        verbose_name="承办街道",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="services.team",
                        verbose_name="承办服务队",
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
            model_name="request",
            name="team",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="requests",
                to="services.team",
                verbose_name="承办服务队",
            ),
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
                        choices=[("leader", "队长"), ("volunteer", "队员")], max_length=12, verbose_name="职务"
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
                        to="services.post",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="services.team",
                        verbose_name="服务队",
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
            model_name="post",
            name="team",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="posts",
                to="services.team",
                verbose_name="服务队",
            ),
        ),
        migrations.CreateModel(
            name="OutcomeEvent",
            fields=[
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("id", models.BigIntegerField()),
                ("is_demo", models.BooleanField(default=False, editable=False, verbose_name="演示数据")),
                ("public_id", chengyang.lib.vault.public_ids.PublicIdField(unique=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("money", "捐款"),
                            ("goods", "捐物"),
                            ("firm", "孵化企业"),
                            ("beneficiaries", "受益人数"),
                        ],
                        max_length=14,
                        verbose_name="类型",
                    ),
                ),
                ("title", models.CharField(max_length=60, verbose_name="名称")),
                ("happened_on", models.DateField(verbose_name="日期")),
                (
                    "amount",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=14, null=True, verbose_name="金额（元）"
                    ),
                ),
                ("quantity", models.PositiveIntegerField(blank=True, null=True, verbose_name="数量")),
                (
                    "state",
                    models.CharField(
                        choices=[("reported", "待核实"), ("checked", "已核实"), ("refused", "未采信")],
                        default="reported",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("checked_at", models.DateTimeField(blank=True, null=True, verbose_name="核实时间")),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="理由")),
                ("due_on", models.DateField(blank=True, null=True, verbose_name="时限")),
                (
                    "activity",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="activities.activity",
                        verbose_name="活动",
                    ),
                ),
                (
                    "base",
                    models.ForeignKey(
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
                (
                    "checked_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="核实人",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="organizations.organization",
                        verbose_name="组织",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history",
                        to="services.outcome",
                    ),
                ),
                (
                    "reported_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="上报人",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="services.team",
                        verbose_name="服务队",
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
            model_name="outcome",
            name="team",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="outcomes",
                to="services.team",
                verbose_name="服务队",
            ),
        ),
        migrations.CreateModel(
            name="TeamEvent",
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
                ("field", models.CharField(max_length=20, verbose_name="领域")),
                (
                    "services",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=30),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="能提供的服务",
                    ),
                ),
                ("founded_on", models.DateField(blank=True, null=True, verbose_name="成立日期")),
                (
                    "alliance",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="services.alliance",
                        verbose_name="联盟",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history",
                        to="services.team",
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
        pgtrigger.migrations.AddTrigger(
            model_name="team",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "services_teamevent" ("alliance_id", "contact", "field", "founded_on", "id", "is_demo", "is_published", "name", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "services", "slug", "subdistrict_id", "summary") VALUES (OLD."alliance_id", OLD."contact", OLD."field", OLD."founded_on", OLD."id", OLD."is_demo", OLD."is_published", OLD."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, CURRENT_TIMESTAMP, \'update\', OLD."id", OLD."public_id", OLD."services", OLD."slug", OLD."subdistrict_id", OLD."summary"); RETURN NULL;',
                    hash="cb33de6eae36c69c6471ac73f98641bbdc9232d4",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_40084",
                    table="services_team",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="team",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "services_teamevent" ("alliance_id", "contact", "field", "founded_on", "id", "is_demo", "is_published", "name", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "services", "slug", "subdistrict_id", "summary") VALUES (OLD."alliance_id", OLD."contact", OLD."field", OLD."founded_on", OLD."id", OLD."is_demo", OLD."is_published", OLD."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, CURRENT_TIMESTAMP, \'delete\', OLD."id", OLD."public_id", OLD."services", OLD."slug", OLD."subdistrict_id", OLD."summary"); RETURN NULL;',
                    hash="97463939768e53eb4a962b827550b14fa7007205",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_36592",
                    table="services_team",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="request",
            index=models.Index(fields=["state", "due_on"], name="services_re_state_9b925b_idx"),
        ),
        migrations.AddConstraint(
            model_name="request",
            constraint=models.CheckConstraint(
                condition=models.Q(("team__isnull", True), ("subdistrict__isnull", True), _connector="OR"),
                name="request_one_handler",
                violation_error_message="只转给一个承办单位。",
            ),
        ),
        migrations.AddConstraint(
            model_name="request",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("rating__isnull", True), models.Q(("rating__gte", 1), ("rating__lte", 5)), _connector="OR"
                ),
                name="request_rating_1_to_5",
                violation_error_message="评价在 1 到 5 之间。",
            ),
        ),
        migrations.AddConstraint(
            model_name="request",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["answered", "closed"]), _negated=True),
                    models.Q(("answer", ""), _negated=True),
                    _connector="OR",
                ),
                name="request_answered_with_words",
                violation_error_message="答复不能为空。",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="request",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "services_requestevent" ("answer", "answered_at", "answered_by_id", "at", "author_id", "due_on", "escalated_at", "id", "is_complex", "is_demo", "number", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "query_code", "rating", "reminders", "reopened_at", "service", "state", "subdistrict_id", "team_id", "text", "title") VALUES (OLD."answer", OLD."answered_at", OLD."answered_by_id", OLD."at", OLD."author_id", OLD."due_on", OLD."escalated_at", OLD."id", OLD."is_complex", OLD."is_demo", OLD."number", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, CURRENT_TIMESTAMP, \'update\', OLD."id", OLD."public_id", OLD."query_code", OLD."rating", OLD."reminders", OLD."reopened_at", OLD."service", OLD."state", OLD."subdistrict_id", OLD."team_id", OLD."text", OLD."title"); RETURN NULL;',
                    hash="8ffaeda0207990208b106b234b4fef24c57a04b3",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_f087a",
                    table="services_request",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="request",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "services_requestevent" ("answer", "answered_at", "answered_by_id", "at", "author_id", "due_on", "escalated_at", "id", "is_complex", "is_demo", "number", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "query_code", "rating", "reminders", "reopened_at", "service", "state", "subdistrict_id", "team_id", "text", "title") VALUES (OLD."answer", OLD."answered_at", OLD."answered_by_id", OLD."at", OLD."author_id", OLD."due_on", OLD."escalated_at", OLD."id", OLD."is_complex", OLD."is_demo", OLD."number", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, CURRENT_TIMESTAMP, \'delete\', OLD."id", OLD."public_id", OLD."query_code", OLD."rating", OLD."reminders", OLD."reopened_at", OLD."service", OLD."state", OLD."subdistrict_id", OLD."team_id", OLD."text", OLD."title"); RETURN NULL;',
                    hash="6fffe4f150ec917e74a3927e1725bf2fe7fdc00f",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_cd44e",
                    table="services_request",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends__isnull", True), ("ends__gt", models.F("starts")), _connector="OR"),
                name="services_post_ends_after_start",
                violation_error_message="结束日期要晚于开始日期。",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="post",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "services_postevent" ("ends", "id", "is_demo", "is_public", "kind", "person_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts", "team_id") VALUES (OLD."ends", OLD."id", OLD."is_demo", OLD."is_public", OLD."kind", OLD."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, CURRENT_TIMESTAMP, \'update\', OLD."id", OLD."starts", OLD."team_id"); RETURN NULL;',
                    hash="777b327827ad1bf2ebb949e5be47fea61af0f5ce",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_8bcec",
                    table="services_post",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="post",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "services_postevent" ("ends", "id", "is_demo", "is_public", "kind", "person_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts", "team_id") VALUES (OLD."ends", OLD."id", OLD."is_demo", OLD."is_public", OLD."kind", OLD."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, CURRENT_TIMESTAMP, \'delete\', OLD."id", OLD."starts", OLD."team_id"); RETURN NULL;',
                    hash="5fc3a0e477cf4b8557fd9a1e4c69f036983d35c0",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_63d60",
                    table="services_post",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="outcome",
            index=models.Index(fields=["kind", "state", "happened_on"], name="services_ou_kind_8b985c_idx"),
        ),
        migrations.AddConstraint(
            model_name="outcome",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("amount__gt", 0), ("amount__isnull", False), ("kind__in", ["money", "goods"])),
                    models.Q(("amount__isnull", True), ("kind", "firm")),
                    models.Q(("kind", "beneficiaries"), ("quantity__gt", 0), ("quantity__isnull", False)),
                    _connector="OR",
                ),
                name="outcome_has_its_number",
                violation_error_message="捐赠写金额，受益人数写数量。",
            ),
        ),
        migrations.AddConstraint(
            model_name="outcome",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reported_by__isnull", True),
                    ("checked_by__isnull", True),
                    models.Q(("reported_by", models.F("checked_by")), _negated=True),
                    _connector="OR",
                ),
                name="outcome_checked_by_a_second_person",
                violation_error_message="上报和核实要由两个人来做。",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="outcome",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "services_outcomeevent" ("activity_id", "amount", "base_id", "checked_at", "checked_by_id", "due_on", "happened_on", "id", "is_demo", "kind", "organization_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "quantity", "reason", "reported_by_id", "state", "team_id", "title") VALUES (OLD."activity_id", OLD."amount", OLD."base_id", OLD."checked_at", OLD."checked_by_id", OLD."due_on", OLD."happened_on", OLD."id", OLD."is_demo", OLD."kind", OLD."organization_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, CURRENT_TIMESTAMP, \'update\', OLD."id", OLD."public_id", OLD."quantity", OLD."reason", OLD."reported_by_id", OLD."state", OLD."team_id", OLD."title"); RETURN NULL;',
                    hash="5d0c2e299f3e3f3c6bc352a7eed8d144262e18da",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_6b233",
                    table="services_outcome",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="outcome",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "services_outcomeevent" ("activity_id", "amount", "base_id", "checked_at", "checked_by_id", "due_on", "happened_on", "id", "is_demo", "kind", "organization_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "quantity", "reason", "reported_by_id", "state", "team_id", "title") VALUES (OLD."activity_id", OLD."amount", OLD."base_id", OLD."checked_at", OLD."checked_by_id", OLD."due_on", OLD."happened_on", OLD."id", OLD."is_demo", OLD."kind", OLD."organization_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, CURRENT_TIMESTAMP, \'delete\', OLD."id", OLD."public_id", OLD."quantity", OLD."reason", OLD."reported_by_id", OLD."state", OLD."team_id", OLD."title"); RETURN NULL;',
                    hash="cfef8aa62889fb5ef798f82643cdd3da6bc2a5da",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_b88de",
                    table="services_outcome",
                    when="AFTER",
                ),
            ),
        ),
    ]
