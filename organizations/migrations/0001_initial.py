import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import chengyang.clock
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
                "verbose_name": "“五好”评定",
                "verbose_name_plural": "“五好”评定",
                "ordering": ["-assessed_on", "-id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_demo", models.BooleanField(default=False, editable=False, verbose_name="演示数据")),
                ("public_id", chengyang.lib.vault.public_ids.PublicIdField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("applied", "待接纳"),
                            ("active", "会员"),
                            ("declined", "未接纳"),
                            ("withdrawn", "已撤回"),
                            ("left", "已退出"),
                        ],
                        default="applied",
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                ("applied_at", models.DateTimeField(default=chengyang.clock.now, verbose_name="申请时间")),
                ("due_on", models.DateField(blank=True, null=True, verbose_name="时限")),
                ("joined_on", models.DateField(blank=True, null=True, verbose_name="入会日期")),
                ("left_on", models.DateField(blank=True, null=True, verbose_name="退会日期")),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="经办时间")),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="理由")),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="经办",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to="members.person",
                        verbose_name="人士",
                    ),
                ),
            ],
            options={
                "verbose_name": "会员",
                "verbose_name_plural": "会员",
                "ordering": ["organization", "person__name_key", "id"],
            },
        ),
        migrations.CreateModel(
            name="Organization",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_demo", models.BooleanField(default=False, editable=False, verbose_name="演示数据")),
                ("public_id", chengyang.lib.vault.public_ids.PublicIdField()),
                ("slug", models.SlugField(max_length=80, unique=True, verbose_name="网址名")),
                ("summary", models.CharField(blank=True, max_length=300, verbose_name="简介")),
                ("contact", models.CharField(blank=True, max_length=120, verbose_name="公开联系方式")),
                ("is_published", models.BooleanField(default=False, verbose_name="公开")),
                ("name", models.CharField(max_length=60, unique=True, verbose_name="名称")),
                (
                    "level",
                    models.CharField(
                        choices=[("district", "区级"), ("subdistrict", "街道级")], max_length=12, verbose_name="级别"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("preparing", "筹建中"), ("founded", "已成立"), ("dissolved", "已注销")],
                        default="preparing",
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                ("founded_text", models.CharField(blank=True, max_length=20, verbose_name="成立时间")),
                ("founded_on", models.DateField(blank=True, null=True, verbose_name="成立日期")),
                ("dissolved_on", models.DateField(blank=True, null=True, verbose_name="注销日期")),
                ("founding_members", models.PositiveIntegerField(blank=True, null=True, verbose_name="成立时会员")),
                ("by_record", models.BooleanField(default=False, verbose_name="按公开报道录入")),
                ("categories", models.ManyToManyField(blank=True, to="members.category", verbose_name="面向类别")),
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
                "verbose_name": "联谊组织",
                "verbose_name_plural": "联谊组织",
                "ordering": ["level", "founded_on", "id"],
            },
        ),
        migrations.CreateModel(
            name="MembershipEvent",
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
                        choices=[
                            ("applied", "待接纳"),
                            ("active", "会员"),
                            ("declined", "未接纳"),
                            ("withdrawn", "已撤回"),
                            ("left", "已退出"),
                        ],
                        default="applied",
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                ("applied_at", models.DateTimeField(default=chengyang.clock.now, verbose_name="申请时间")),
                ("due_on", models.DateField(blank=True, null=True, verbose_name="时限")),
                ("joined_on", models.DateField(blank=True, null=True, verbose_name="入会日期")),
                ("left_on", models.DateField(blank=True, null=True, verbose_name="退会日期")),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="经办时间")),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="理由")),
                (
                    "decided_by",
                    models.ForeignKey(
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
                        to="organizations.membership",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="organizations.organization",
                        verbose_name="组织",
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
            model_name="membership",
            name="organization",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="memberships",
                to="organizations.organization",
                verbose_name="组织",
            ),
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
                        to="organizations.assessment",
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
                    "organization",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="organizations.organization",
                        verbose_name="组织",
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
            name="organization",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="assessments",
                to="organizations.organization",
                verbose_name="组织",
            ),
        ),
        migrations.CreateModel(
            name="OrganizationEvent",
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
                ("name", models.CharField(max_length=60, verbose_name="名称")),
                (
                    "level",
                    models.CharField(
                        choices=[("district", "区级"), ("subdistrict", "街道级")], max_length=12, verbose_name="级别"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("preparing", "筹建中"), ("founded", "已成立"), ("dissolved", "已注销")],
                        default="preparing",
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                ("founded_text", models.CharField(blank=True, max_length=20, verbose_name="成立时间")),
                ("founded_on", models.DateField(blank=True, null=True, verbose_name="成立日期")),
                ("dissolved_on", models.DateField(blank=True, null=True, verbose_name="注销日期")),
                ("founding_members", models.PositiveIntegerField(blank=True, null=True, verbose_name="成立时会员")),
                ("by_record", models.BooleanField(default=False, verbose_name="按公开报道录入")),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history",
                        to="organizations.organization",
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
                        choices=[
                            ("chair", "会长"),
                            ("vice_chair", "副会长"),
                            ("secretary", "秘书长"),
                            ("director", "理事"),
                        ],
                        max_length=12,
                        verbose_name="职务",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="posts",
                        to="organizations.organization",
                        verbose_name="组织",
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
                "verbose_name": "组织职务",
                "verbose_name_plural": "组织职务",
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
                        choices=[
                            ("chair", "会长"),
                            ("vice_chair", "副会长"),
                            ("secretary", "秘书长"),
                            ("director", "理事"),
                        ],
                        max_length=12,
                        verbose_name="职务",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="organizations.organization",
                        verbose_name="组织",
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
                        to="organizations.post",
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
            model_name="organization",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("level", "district"), ("subdistrict__isnull", True)),
                    models.Q(("level", "subdistrict"), ("subdistrict__isnull", False)),
                    _connector="OR",
                ),
                name="organization_subdistrict_by_level",
                violation_error_message="街道级组织要写明街道，区级组织不写。",
            ),
        ),
        migrations.AddConstraint(
            model_name="organization",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "founded"), _negated=True), ("founded_on__isnull", False), _connector="OR"
                ),
                name="organization_founded_on_a_day",
                violation_error_message="已成立的组织要写成立时间。",
            ),
        ),
        migrations.AddConstraint(
            model_name="organization",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "dissolved"), _negated=True), ("dissolved_on__isnull", False), _connector="OR"
                ),
                name="organization_dissolved_on_a_day",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="organization",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "organizations_organizationevent" ("by_record", "contact", "dissolved_on", "founded_on", "founded_text", "founding_members", "id", "is_demo", "is_published", "level", "name", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "slug", "state", "subdistrict_id", "summary") VALUES (OLD."by_record", OLD."contact", OLD."dissolved_on", OLD."founded_on", OLD."founded_text", OLD."founding_members", OLD."id", OLD."is_demo", OLD."is_published", OLD."level", OLD."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, CURRENT_TIMESTAMP, \'update\', OLD."id", OLD."public_id", OLD."slug", OLD."state", OLD."subdistrict_id", OLD."summary"); RETURN NULL;',
                    hash="b8cfd2d4a05354b8a3e692c88da0cb65e1386360",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_73a92",
                    table="organizations_organization",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="organization",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "organizations_organizationevent" ("by_record", "contact", "dissolved_on", "founded_on", "founded_text", "founding_members", "id", "is_demo", "is_published", "level", "name", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "slug", "state", "subdistrict_id", "summary") VALUES (OLD."by_record", OLD."contact", OLD."dissolved_on", OLD."founded_on", OLD."founded_text", OLD."founding_members", OLD."id", OLD."is_demo", OLD."is_published", OLD."level", OLD."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, CURRENT_TIMESTAMP, \'delete\', OLD."id", OLD."public_id", OLD."slug", OLD."state", OLD."subdistrict_id", OLD."summary"); RETURN NULL;',
                    hash="6386a4414a9afb20ccf8339024fc68a57b2d5a9f",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_84ac6",
                    table="organizations_organization",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="membership",
            index=models.Index(fields=["organization", "state"], name="organizatio_organiz_93f70d_idx"),
        ),
        migrations.AddIndex(
            model_name="membership",
            index=models.Index(fields=["person", "state"], name="organizatio_person__4c0d38_idx"),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("applied", "active"))),
                fields=("organization", "person"),
                name="membership_once",
                violation_error_message="已经是会员，或正在申请。",
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["active", "left"]), _negated=True),
                    ("joined_on__isnull", False),
                    _connector="OR",
                ),
                name="membership_joined_on_a_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(("left_on__isnull", True), ("left_on__gte", models.F("joined_on")), _connector="OR"),
                name="membership_left_after_joining",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="membership",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "organizations_membershipevent" ("applied_at", "decided_at", "decided_by_id", "due_on", "id", "is_demo", "joined_on", "left_on", "organization_id", "person_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "reason", "state") VALUES (OLD."applied_at", OLD."decided_at", OLD."decided_by_id", OLD."due_on", OLD."id", OLD."is_demo", OLD."joined_on", OLD."left_on", OLD."organization_id", OLD."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, CURRENT_TIMESTAMP, \'update\', OLD."id", OLD."public_id", OLD."reason", OLD."state"); RETURN NULL;',
                    hash="33578229704b302735446b0a3c2e06fccacb527a",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_6cb9e",
                    table="organizations_membership",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="membership",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "organizations_membershipevent" ("applied_at", "decided_at", "decided_by_id", "due_on", "id", "is_demo", "joined_on", "left_on", "organization_id", "person_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "reason", "state") VALUES (OLD."applied_at", OLD."decided_at", OLD."decided_by_id", OLD."due_on", OLD."id", OLD."is_demo", OLD."joined_on", OLD."left_on", OLD."organization_id", OLD."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, CURRENT_TIMESTAMP, \'delete\', OLD."id", OLD."public_id", OLD."reason", OLD."state"); RETURN NULL;',
                    hash="c0e9934754228abe3b32be6dab2a1dfe1615e43b",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_0b96a",
                    table="organizations_membership",
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
                name="organizations_assessment_assessed_on_a_day",
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
                name="organizations_assessment_by_two_people",
                violation_error_message="提交和评定要由两个人来做。",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="assessment",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "organizations_assessmentevent" ("assessed_by_id", "assessed_on", "expires_on", "findings", "id", "is_demo", "note", "organization_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "state", "submitted_by_id", "version_id") VALUES (OLD."assessed_by_id", OLD."assessed_on", OLD."expires_on", OLD."findings", OLD."id", OLD."is_demo", OLD."note", OLD."organization_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, CURRENT_TIMESTAMP, \'update\', OLD."id", OLD."public_id", OLD."state", OLD."submitted_by_id", OLD."version_id"); RETURN NULL;',
                    hash="9a85547d8e85cc679d5d2f3a3e977bf158f8caba",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_6306e",
                    table="organizations_assessment",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="assessment",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "organizations_assessmentevent" ("assessed_by_id", "assessed_on", "expires_on", "findings", "id", "is_demo", "note", "organization_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "state", "submitted_by_id", "version_id") VALUES (OLD."assessed_by_id", OLD."assessed_on", OLD."expires_on", OLD."findings", OLD."id", OLD."is_demo", OLD."note", OLD."organization_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, CURRENT_TIMESTAMP, \'delete\', OLD."id", OLD."public_id", OLD."state", OLD."submitted_by_id", OLD."version_id"); RETURN NULL;',
                    hash="c76afb5627b30cba92aaa260fdd7c25685d68484",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_c9f9c",
                    table="organizations_assessment",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends__isnull", True), ("ends__gt", models.F("starts")), _connector="OR"),
                name="organizations_post_ends_after_start",
                violation_error_message="结束日期要晚于开始日期。",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="post",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "organizations_postevent" ("ends", "id", "is_demo", "is_public", "kind", "organization_id", "person_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts") VALUES (OLD."ends", OLD."id", OLD."is_demo", OLD."is_public", OLD."kind", OLD."organization_id", OLD."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, CURRENT_TIMESTAMP, \'update\', OLD."id", OLD."starts"); RETURN NULL;',
                    hash="e960fcf533e84263830d47f92a802c2bec32f3ed",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_64069",
                    table="organizations_post",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="post",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "organizations_postevent" ("ends", "id", "is_demo", "is_public", "kind", "organization_id", "person_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts") VALUES (OLD."ends", OLD."id", OLD."is_demo", OLD."is_public", OLD."kind", OLD."organization_id", OLD."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, CURRENT_TIMESTAMP, \'delete\', OLD."id", OLD."starts"); RETURN NULL;',
                    hash="9bb688b8b78e499bdd7dc7cf32777e862edd99f5",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_e5df4",
                    table="organizations_post",
                    when="AFTER",
                ),
            ),
        ),
    ]
