import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import chengyang.clock
import chengyang.lib.vault.fields
import chengyang.lib.vault.public_ids
import chengyang.platform.web.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("standards", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Category",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=20, unique=True, verbose_name="代码")),
                ("name", models.CharField(max_length=40, verbose_name="名称")),
                ("hint", models.CharField(blank=True, max_length=60, verbose_name="提示")),
                ("order", models.PositiveSmallIntegerField(default=0, verbose_name="次序")),
            ],
            options={
                "verbose_name": "类别",
                "verbose_name_plural": "类别",
                "ordering": ["order", "code"],
            },
        ),
        migrations.CreateModel(
            name="Application",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_demo", models.BooleanField(default=False, editable=False, verbose_name="演示数据")),
                (
                    "name_key",
                    chengyang.platform.web.fields.NameKeyField(
                        "name", db_collation="C", default="", editable=False, max_length=400
                    ),
                ),
                ("name_search", chengyang.platform.web.fields.NameSearchField("name", editable=False, null=True)),
                ("job", models.CharField(blank=True, max_length=60, verbose_name="做什么工作")),
                (
                    "can",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("law", "法律"),
                                ("finance", "财税"),
                                ("startup", "创业辅导"),
                                ("psychology", "心理"),
                                ("arts", "文艺"),
                                ("media", "新媒体"),
                                ("environment", "环保"),
                                ("aid", "助学助困"),
                            ],
                            max_length=20,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="能帮上什么",
                    ),
                ),
                (
                    "want",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("peers", "认识同行"),
                                ("training", "参加培训"),
                                ("partners", "找项目合作"),
                                ("volunteer", "做志愿服务"),
                                ("problem", "反映问题"),
                                ("propose", "提建议"),
                            ],
                            max_length=20,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="希望得到什么",
                    ),
                ),
                ("public_id", chengyang.lib.vault.public_ids.PublicIdField()),
                ("name", models.CharField(blank=True, max_length=50, verbose_name="姓名")),
                ("unit", models.CharField(blank=True, max_length=100, verbose_name="工作单位")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "填写中"),
                            ("submitted", "待初审"),
                            ("returned", "退回修改"),
                            ("first_reviewed", "待复审"),
                            ("approved", "已入册"),
                            ("declined", "未通过"),
                            ("withdrawn", "已撤回"),
                        ],
                        default="draft",
                        max_length=16,
                        verbose_name="状态",
                    ),
                ),
                ("step", models.PositiveSmallIntegerField(default=2, verbose_name="填到第几步")),
                (
                    "created_at",
                    models.DateTimeField(default=chengyang.clock.now, editable=False, verbose_name="开始填写"),
                ),
                ("saved_at", models.DateTimeField(default=chengyang.clock.now, verbose_name="保存")),
                ("submitted_at", models.DateTimeField(blank=True, null=True, verbose_name="提交")),
                ("first_reviewed_at", models.DateTimeField(blank=True, null=True, verbose_name="初审")),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="办结")),
                ("due_on", models.DateField(blank=True, null=True, verbose_name="时限")),
                ("acted_at", models.DateTimeField(blank=True, null=True, verbose_name="经办时间")),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="理由")),
                (
                    "acted_by",
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
                    "first_reviewer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="初审人",
                    ),
                ),
                (
                    "second_reviewer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="复审人",
                    ),
                ),
                (
                    "subdistrict",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="accounts.subdistrict",
                        verbose_name="工作所在街道",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="applications",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="申请人账号",
                    ),
                ),
                (
                    "category",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="members.category",
                        verbose_name="类别",
                    ),
                ),
            ],
            options={
                "verbose_name": "入册申请",
                "verbose_name_plural": "入册申请",
                "ordering": ["due_on", "id"],
            },
        ),
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
                "verbose_name": "“四有”评定",
                "verbose_name_plural": "“四有”评定",
                "ordering": ["-assessed_on", "-id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Person",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_demo", models.BooleanField(default=False, editable=False, verbose_name="演示数据")),
                ("name", models.CharField(max_length=50, verbose_name="姓名")),
                (
                    "name_key",
                    chengyang.platform.web.fields.NameKeyField(
                        "name", db_collation="C", default="", editable=False, max_length=400
                    ),
                ),
                ("name_search", chengyang.platform.web.fields.NameSearchField("name", editable=False, null=True)),
                ("unit", models.CharField(max_length=100, verbose_name="工作单位")),
                ("job", models.CharField(blank=True, max_length=60, verbose_name="做什么工作")),
                (
                    "can",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("law", "法律"),
                                ("finance", "财税"),
                                ("startup", "创业辅导"),
                                ("psychology", "心理"),
                                ("arts", "文艺"),
                                ("media", "新媒体"),
                                ("environment", "环保"),
                                ("aid", "助学助困"),
                            ],
                            max_length=20,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="能帮上什么",
                    ),
                ),
                (
                    "want",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("peers", "认识同行"),
                                ("training", "参加培训"),
                                ("partners", "找项目合作"),
                                ("volunteer", "做志愿服务"),
                                ("problem", "反映问题"),
                                ("propose", "提建议"),
                            ],
                            max_length=20,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="希望得到什么",
                    ),
                ),
                ("public_id", chengyang.lib.vault.public_ids.PublicIdField()),
                ("phone", chengyang.lib.vault.fields.CiphertextColumn(blank=True, default="", verbose_name="手机")),
                ("phone_index", models.CharField(blank=True, db_index=True, editable=False, max_length=43, null=True)),
                ("phone_last4", models.CharField(blank=True, default="", editable=False, max_length=4)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("unconfirmed", "待本人确认"),
                            ("active", "在册"),
                            ("left", "已退出"),
                            ("erased", "已删除"),
                        ],
                        default="active",
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                ("registered_on", models.DateField(default=chengyang.clock.today, verbose_name="入册日期")),
                ("confirm_by", models.DateField(blank=True, null=True, verbose_name="须在此前由本人确认")),
                ("left_on", models.DateField(blank=True, null=True, verbose_name="退出日期")),
                (
                    "category",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="members.category", verbose_name="类别"
                    ),
                ),
                (
                    "entered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="录入人",
                    ),
                ),
                (
                    "subdistrict",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to="accounts.subdistrict",
                        verbose_name="工作所在街道",
                    ),
                ),
                (
                    "user",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="person",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="账号",
                    ),
                ),
            ],
            options={
                "verbose_name": "人士",
                "verbose_name_plural": "人士",
                "ordering": ["name_key", "id"],
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
                        to="members.assessment",
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
            ],
            options={
                "ordering": ["pgh_id"],
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.AddField(
            model_name="assessment",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="assessments",
                to="members.person",
                verbose_name="人士",
            ),
        ),
        migrations.CreateModel(
            name="ApplicationEvent",
            fields=[
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("id", models.BigIntegerField()),
                ("is_demo", models.BooleanField(default=False, editable=False, verbose_name="演示数据")),
                (
                    "name_key",
                    chengyang.platform.web.fields.NameKeyField(
                        "name", db_collation="C", default="", editable=False, max_length=400
                    ),
                ),
                ("job", models.CharField(blank=True, max_length=60, verbose_name="做什么工作")),
                (
                    "can",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("law", "法律"),
                                ("finance", "财税"),
                                ("startup", "创业辅导"),
                                ("psychology", "心理"),
                                ("arts", "文艺"),
                                ("media", "新媒体"),
                                ("environment", "环保"),
                                ("aid", "助学助困"),
                            ],
                            max_length=20,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="能帮上什么",
                    ),
                ),
                (
                    "want",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("peers", "认识同行"),
                                ("training", "参加培训"),
                                ("partners", "找项目合作"),
                                ("volunteer", "做志愿服务"),
                                ("problem", "反映问题"),
                                ("propose", "提建议"),
                            ],
                            max_length=20,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="希望得到什么",
                    ),
                ),
                ("public_id", chengyang.lib.vault.public_ids.PublicIdField(unique=False)),
                ("name", models.CharField(blank=True, max_length=50, verbose_name="姓名")),
                ("unit", models.CharField(blank=True, max_length=100, verbose_name="工作单位")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "填写中"),
                            ("submitted", "待初审"),
                            ("returned", "退回修改"),
                            ("first_reviewed", "待复审"),
                            ("approved", "已入册"),
                            ("declined", "未通过"),
                            ("withdrawn", "已撤回"),
                        ],
                        default="draft",
                        max_length=16,
                        verbose_name="状态",
                    ),
                ),
                ("step", models.PositiveSmallIntegerField(default=2, verbose_name="填到第几步")),
                (
                    "created_at",
                    models.DateTimeField(default=chengyang.clock.now, editable=False, verbose_name="开始填写"),
                ),
                ("saved_at", models.DateTimeField(default=chengyang.clock.now, verbose_name="保存")),
                ("submitted_at", models.DateTimeField(blank=True, null=True, verbose_name="提交")),
                ("first_reviewed_at", models.DateTimeField(blank=True, null=True, verbose_name="初审")),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="办结")),
                ("due_on", models.DateField(blank=True, null=True, verbose_name="时限")),
                ("acted_at", models.DateTimeField(blank=True, null=True, verbose_name="经办时间")),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="理由")),
                (
                    "acted_by",
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
                    "first_reviewer",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="初审人",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history",
                        to="members.application",
                    ),
                ),
                (
                    "second_reviewer",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="复审人",
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
                        verbose_name="工作所在街道",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="申请人账号",
                    ),
                ),
                (
                    "category",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="members.category",
                        verbose_name="类别",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
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
            ],
            options={
                "ordering": ["pgh_id"],
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.AddField(
            model_name="application",
            name="person",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="application",
                to="members.person",
                verbose_name="人士",
            ),
        ),
        migrations.CreateModel(
            name="PersonEvent",
            fields=[
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("id", models.BigIntegerField()),
                ("is_demo", models.BooleanField(default=False, editable=False, verbose_name="演示数据")),
                ("name", models.CharField(max_length=50, verbose_name="姓名")),
                (
                    "name_key",
                    chengyang.platform.web.fields.NameKeyField(
                        "name", db_collation="C", default="", editable=False, max_length=400
                    ),
                ),
                ("unit", models.CharField(max_length=100, verbose_name="工作单位")),
                ("job", models.CharField(blank=True, max_length=60, verbose_name="做什么工作")),
                (
                    "can",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("law", "法律"),
                                ("finance", "财税"),
                                ("startup", "创业辅导"),
                                ("psychology", "心理"),
                                ("arts", "文艺"),
                                ("media", "新媒体"),
                                ("environment", "环保"),
                                ("aid", "助学助困"),
                            ],
                            max_length=20,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="能帮上什么",
                    ),
                ),
                (
                    "want",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("peers", "认识同行"),
                                ("training", "参加培训"),
                                ("partners", "找项目合作"),
                                ("volunteer", "做志愿服务"),
                                ("problem", "反映问题"),
                                ("propose", "提建议"),
                            ],
                            max_length=20,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="希望得到什么",
                    ),
                ),
                ("public_id", chengyang.lib.vault.public_ids.PublicIdField(unique=False)),
                ("phone", chengyang.lib.vault.fields.CiphertextColumn(blank=True, default="", verbose_name="手机")),
                ("phone_index", models.CharField(blank=True, editable=False, max_length=43, null=True)),
                ("phone_last4", models.CharField(blank=True, default="", editable=False, max_length=4)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("unconfirmed", "待本人确认"),
                            ("active", "在册"),
                            ("left", "已退出"),
                            ("erased", "已删除"),
                        ],
                        default="active",
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                ("registered_on", models.DateField(default=chengyang.clock.today, verbose_name="入册日期")),
                ("confirm_by", models.DateField(blank=True, null=True, verbose_name="须在此前由本人确认")),
                ("left_on", models.DateField(blank=True, null=True, verbose_name="退出日期")),
                (
                    "category",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="members.category",
                        verbose_name="类别",
                    ),
                ),
                (
                    "entered_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="录入人",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history",
                        to="members.person",
                    ),
                ),
                (
                    "subdistrict",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="accounts.subdistrict",
                        verbose_name="工作所在街道",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="账号",
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
            name="Representative",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_demo", models.BooleanField(default=False, editable=False, verbose_name="演示数据")),
                ("public_id", chengyang.lib.vault.public_ids.PublicIdField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("nominated", "待初审"),
                            ("first_reviewed", "待复审"),
                            ("named", "代表人士"),
                            ("declined", "未通过"),
                            ("ended", "任期结束"),
                        ],
                        default="nominated",
                        max_length=16,
                        verbose_name="状态",
                    ),
                ),
                ("starts", models.DateField(verbose_name="任期起")),
                ("ends", models.DateField(verbose_name="任期止")),
                ("is_public", models.BooleanField(default=False, verbose_name="同意公开")),
                ("first_reviewed_at", models.DateTimeField(blank=True, null=True, verbose_name="初审")),
                ("named_at", models.DateTimeField(blank=True, null=True, verbose_name="确定时间")),
                ("due_on", models.DateField(blank=True, null=True, verbose_name="时限")),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="理由")),
                (
                    "assessment",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="representative",
                        to="members.assessment",
                        verbose_name="“四有”评定",
                    ),
                ),
                (
                    "first_reviewer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="初审人",
                    ),
                ),
                (
                    "nominated_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="提名人",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="representations",
                        to="members.person",
                        verbose_name="人士",
                    ),
                ),
                (
                    "second_reviewer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="复审人",
                    ),
                ),
            ],
            options={
                "verbose_name": "代表人士",
                "verbose_name_plural": "代表人士",
                "ordering": ["-starts", "person__name_key", "id"],
            },
        ),
        migrations.CreateModel(
            name="RepresentativeEvent",
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
                            ("nominated", "待初审"),
                            ("first_reviewed", "待复审"),
                            ("named", "代表人士"),
                            ("declined", "未通过"),
                            ("ended", "任期结束"),
                        ],
                        default="nominated",
                        max_length=16,
                        verbose_name="状态",
                    ),
                ),
                ("starts", models.DateField(verbose_name="任期起")),
                ("ends", models.DateField(verbose_name="任期止")),
                ("is_public", models.BooleanField(default=False, verbose_name="同意公开")),
                ("first_reviewed_at", models.DateTimeField(blank=True, null=True, verbose_name="初审")),
                ("named_at", models.DateTimeField(blank=True, null=True, verbose_name="确定时间")),
                ("due_on", models.DateField(blank=True, null=True, verbose_name="时限")),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="理由")),
                (
                    "assessment",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="members.assessment",
                        verbose_name="“四有”评定",
                    ),
                ),
                (
                    "first_reviewer",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="初审人",
                    ),
                ),
                (
                    "nominated_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="提名人",
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
                        to="members.representative",
                    ),
                ),
                (
                    "second_reviewer",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="复审人",
                    ),
                ),
            ],
            options={
                "ordering": ["pgh_id"],
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.AddIndex(
            model_name="person",
            index=django.contrib.postgres.indexes.GinIndex(fields=["name_search"], name="person_name_search"),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(fields=["name_key", "id"], name="members_per_name_ke_6134b7_idx"),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(fields=["subdistrict", "state"], name="members_per_subdist_205240_idx"),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                condition=models.Q(("state", "unconfirmed")), fields=["confirm_by"], name="person_to_confirm"
            ),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(condition=models.Q(("state", "left")), fields=["left_on"], name="person_to_erase"),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["left", "erased"]), _negated=True),
                    ("left_on__isnull", False),
                    _connector="OR",
                ),
                name="person_left_on_a_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "unconfirmed"), _negated=True), ("confirm_by__isnull", False), _connector="OR"
                ),
                name="person_confirms_by_a_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "erased"), _negated=True),
                    models.Q(
                        ("can", []),
                        ("job", ""),
                        ("phone", ""),
                        ("phone_index__isnull", True),
                        ("unit", ""),
                        ("user__isnull", True),
                        ("want", []),
                    ),
                    _connector="OR",
                ),
                name="person_erased_is_empty",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="person",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."can" IS DISTINCT FROM (NEW."can") OR OLD."category_id" IS DISTINCT FROM (NEW."category_id") OR OLD."confirm_by" IS DISTINCT FROM (NEW."confirm_by") OR OLD."entered_by_id" IS DISTINCT FROM (NEW."entered_by_id") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."is_demo" IS DISTINCT FROM (NEW."is_demo") OR OLD."job" IS DISTINCT FROM (NEW."job") OR OLD."left_on" IS DISTINCT FROM (NEW."left_on") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."name_key" IS DISTINCT FROM (NEW."name_key") OR OLD."phone" IS DISTINCT FROM (NEW."phone") OR OLD."phone_index" IS DISTINCT FROM (NEW."phone_index") OR OLD."phone_last4" IS DISTINCT FROM (NEW."phone_last4") OR OLD."public_id" IS DISTINCT FROM (NEW."public_id") OR OLD."registered_on" IS DISTINCT FROM (NEW."registered_on") OR OLD."state" IS DISTINCT FROM (NEW."state") OR OLD."subdistrict_id" IS DISTINCT FROM (NEW."subdistrict_id") OR OLD."unit" IS DISTINCT FROM (NEW."unit") OR OLD."user_id" IS DISTINCT FROM (NEW."user_id") OR OLD."want" IS DISTINCT FROM (NEW."want"))',
                    func='INSERT INTO "members_personevent" ("can", "category_id", "confirm_by", "entered_by_id", "id", "is_demo", "job", "left_on", "name", "name_key", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "phone_index", "phone_last4", "public_id", "registered_on", "state", "subdistrict_id", "unit", "user_id", "want") VALUES (OLD."can", OLD."category_id", OLD."confirm_by", OLD."entered_by_id", OLD."id", OLD."is_demo", OLD."job", OLD."left_on", OLD."name", OLD."name_key", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, CURRENT_TIMESTAMP, \'update\', OLD."id", OLD."phone", OLD."phone_index", OLD."phone_last4", OLD."public_id", OLD."registered_on", OLD."state", OLD."subdistrict_id", OLD."unit", OLD."user_id", OLD."want"); RETURN NULL;',
                    hash="2905d3eaca6308da013c4d143175edb5c8ddebf7",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_a133a",
                    table="members_person",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="person",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "members_personevent" ("can", "category_id", "confirm_by", "entered_by_id", "id", "is_demo", "job", "left_on", "name", "name_key", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "phone_index", "phone_last4", "public_id", "registered_on", "state", "subdistrict_id", "unit", "user_id", "want") VALUES (OLD."can", OLD."category_id", OLD."confirm_by", OLD."entered_by_id", OLD."id", OLD."is_demo", OLD."job", OLD."left_on", OLD."name", OLD."name_key", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, CURRENT_TIMESTAMP, \'delete\', OLD."id", OLD."phone", OLD."phone_index", OLD."phone_last4", OLD."public_id", OLD."registered_on", OLD."state", OLD."subdistrict_id", OLD."unit", OLD."user_id", OLD."want"); RETURN NULL;',
                    hash="60eeec8250005d7bbdf75f4168ab8eef8a44e41d",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_b4a8d",
                    table="members_person",
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
                name="members_assessment_assessed_on_a_day",
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
                name="members_assessment_by_two_people",
                violation_error_message="提交和评定要由两个人来做。",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="assessment",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "members_assessmentevent" ("assessed_by_id", "assessed_on", "expires_on", "findings", "id", "is_demo", "note", "person_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "state", "submitted_by_id", "version_id") VALUES (OLD."assessed_by_id", OLD."assessed_on", OLD."expires_on", OLD."findings", OLD."id", OLD."is_demo", OLD."note", OLD."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, CURRENT_TIMESTAMP, \'update\', OLD."id", OLD."public_id", OLD."state", OLD."submitted_by_id", OLD."version_id"); RETURN NULL;',
                    hash="0fc88351193ec6ee7d9aa3bde1fff5b38c9be395",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_7ad13",
                    table="members_assessment",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="assessment",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "members_assessmentevent" ("assessed_by_id", "assessed_on", "expires_on", "findings", "id", "is_demo", "note", "person_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "state", "submitted_by_id", "version_id") VALUES (OLD."assessed_by_id", OLD."assessed_on", OLD."expires_on", OLD."findings", OLD."id", OLD."is_demo", OLD."note", OLD."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, CURRENT_TIMESTAMP, \'delete\', OLD."id", OLD."public_id", OLD."state", OLD."submitted_by_id", OLD."version_id"); RETURN NULL;',
                    hash="e4dd3f7c7836eacf5cc738609f9b9e588004812c",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_f6827",
                    table="members_assessment",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="application",
            index=django.contrib.postgres.indexes.GinIndex(fields=["name_search"], name="application_name_search"),
        ),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(fields=["state", "due_on", "id"], name="members_app_state_ed482a_idx"),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("draft", "submitted", "returned", "first_reviewed"))),
                fields=("user",),
                name="application_one_open",
                violation_error_message="你已经有一份正在办理的申请。",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("first_reviewer__isnull", True),
                    ("second_reviewer__isnull", True),
                    models.Q(("first_reviewer", models.F("second_reviewer")), _negated=True),
                    _connector="OR",
                ),
                name="application_reviews_by_two_people",
                violation_error_message="初审和复审要由两个人来做。",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("first_reviewer__isnull", True),
                        models.Q(("first_reviewer", models.F("user")), _negated=True),
                        _connector="OR",
                    ),
                    models.Q(
                        ("second_reviewer__isnull", True),
                        models.Q(("second_reviewer", models.F("user")), _negated=True),
                        _connector="OR",
                    ),
                ),
                name="application_nobody_reviews_themself",
                violation_error_message="不能审核自己的申请。",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["draft", "withdrawn"]),
                    models.Q(
                        ("category__isnull", False),
                        ("subdistrict__isnull", False),
                        models.Q(("name", ""), _negated=True),
                        models.Q(("unit", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="application_complete_when_submitted",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "approved"), _negated=True), ("second_reviewer__isnull", False), _connector="OR"
                ),
                name="application_approved_by_somebody",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="application",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."acted_at" IS DISTINCT FROM (NEW."acted_at") OR OLD."acted_by_id" IS DISTINCT FROM (NEW."acted_by_id") OR OLD."can" IS DISTINCT FROM (NEW."can") OR OLD."category_id" IS DISTINCT FROM (NEW."category_id") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."decided_at" IS DISTINCT FROM (NEW."decided_at") OR OLD."due_on" IS DISTINCT FROM (NEW."due_on") OR OLD."first_reviewed_at" IS DISTINCT FROM (NEW."first_reviewed_at") OR OLD."first_reviewer_id" IS DISTINCT FROM (NEW."first_reviewer_id") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."is_demo" IS DISTINCT FROM (NEW."is_demo") OR OLD."job" IS DISTINCT FROM (NEW."job") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."name_key" IS DISTINCT FROM (NEW."name_key") OR OLD."person_id" IS DISTINCT FROM (NEW."person_id") OR OLD."public_id" IS DISTINCT FROM (NEW."public_id") OR OLD."reason" IS DISTINCT FROM (NEW."reason") OR OLD."saved_at" IS DISTINCT FROM (NEW."saved_at") OR OLD."second_reviewer_id" IS DISTINCT FROM (NEW."second_reviewer_id") OR OLD."state" IS DISTINCT FROM (NEW."state") OR OLD."step" IS DISTINCT FROM (NEW."step") OR OLD."subdistrict_id" IS DISTINCT FROM (NEW."subdistrict_id") OR OLD."submitted_at" IS DISTINCT FROM (NEW."submitted_at") OR OLD."unit" IS DISTINCT FROM (NEW."unit") OR OLD."user_id" IS DISTINCT FROM (NEW."user_id") OR OLD."want" IS DISTINCT FROM (NEW."want"))',
                    func='INSERT INTO "members_applicationevent" ("acted_at", "acted_by_id", "can", "category_id", "created_at", "decided_at", "due_on", "first_reviewed_at", "first_reviewer_id", "id", "is_demo", "job", "name", "name_key", "person_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "reason", "saved_at", "second_reviewer_id", "state", "step", "subdistrict_id", "submitted_at", "unit", "user_id", "want") VALUES (OLD."acted_at", OLD."acted_by_id", OLD."can", OLD."category_id", OLD."created_at", OLD."decided_at", OLD."due_on", OLD."first_reviewed_at", OLD."first_reviewer_id", OLD."id", OLD."is_demo", OLD."job", OLD."name", OLD."name_key", OLD."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, CURRENT_TIMESTAMP, \'update\', OLD."id", OLD."public_id", OLD."reason", OLD."saved_at", OLD."second_reviewer_id", OLD."state", OLD."step", OLD."subdistrict_id", OLD."submitted_at", OLD."unit", OLD."user_id", OLD."want"); RETURN NULL;',
                    hash="d9e1ec49114870a19067416d02d76cb7a8ff365b",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_da26f",
                    table="members_application",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="application",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "members_applicationevent" ("acted_at", "acted_by_id", "can", "category_id", "created_at", "decided_at", "due_on", "first_reviewed_at", "first_reviewer_id", "id", "is_demo", "job", "name", "name_key", "person_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "reason", "saved_at", "second_reviewer_id", "state", "step", "subdistrict_id", "submitted_at", "unit", "user_id", "want") VALUES (OLD."acted_at", OLD."acted_by_id", OLD."can", OLD."category_id", OLD."created_at", OLD."decided_at", OLD."due_on", OLD."first_reviewed_at", OLD."first_reviewer_id", OLD."id", OLD."is_demo", OLD."job", OLD."name", OLD."name_key", OLD."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, CURRENT_TIMESTAMP, \'delete\', OLD."id", OLD."public_id", OLD."reason", OLD."saved_at", OLD."second_reviewer_id", OLD."state", OLD."step", OLD."subdistrict_id", OLD."submitted_at", OLD."unit", OLD."user_id", OLD."want"); RETURN NULL;',
                    hash="ff9e61ce61c0e8773a208529434f01b3878186cd",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_31d6a",
                    table="members_application",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="representative",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends__gt", models.F("starts"))),
                name="representative_ends_after_start",
                violation_error_message="任期结束要晚于开始。",
            ),
        ),
        migrations.AddConstraint(
            model_name="representative",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("first_reviewer__isnull", True),
                    ("second_reviewer__isnull", True),
                    models.Q(("first_reviewer", models.F("second_reviewer")), _negated=True),
                    _connector="OR",
                ),
                name="representative_reviews_by_two_people",
                violation_error_message="初审和复审要由两个人来做。",
            ),
        ),
        migrations.AddConstraint(
            model_name="representative",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["named", "ended"]), _negated=True),
                    ("assessment__isnull", False),
                    _connector="OR",
                ),
                name="representative_named_after_assessment",
                violation_error_message="要先通过“四有”评定。",
            ),
        ),
        migrations.AddConstraint(
            model_name="representative",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["nominated", "first_reviewed", "named"])),
                fields=("person",),
                name="representative_one_current",
                violation_error_message="这个人已经是代表人士，或正在评定。",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="representative",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "members_representativeevent" ("assessment_id", "due_on", "ends", "first_reviewed_at", "first_reviewer_id", "id", "is_demo", "is_public", "named_at", "nominated_by_id", "person_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "reason", "second_reviewer_id", "starts", "state") VALUES (OLD."assessment_id", OLD."due_on", OLD."ends", OLD."first_reviewed_at", OLD."first_reviewer_id", OLD."id", OLD."is_demo", OLD."is_public", OLD."named_at", OLD."nominated_by_id", OLD."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, CURRENT_TIMESTAMP, \'update\', OLD."id", OLD."public_id", OLD."reason", OLD."second_reviewer_id", OLD."starts", OLD."state"); RETURN NULL;',
                    hash="77359f2de3fff9a3e821be94b2f57a3895e4155d",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_08559",
                    table="members_representative",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="representative",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "members_representativeevent" ("assessment_id", "due_on", "ends", "first_reviewed_at", "first_reviewer_id", "id", "is_demo", "is_public", "named_at", "nominated_by_id", "person_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "reason", "second_reviewer_id", "starts", "state") VALUES (OLD."assessment_id", OLD."due_on", OLD."ends", OLD."first_reviewed_at", OLD."first_reviewer_id", OLD."id", OLD."is_demo", OLD."is_public", OLD."named_at", OLD."nominated_by_id", OLD."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, CURRENT_TIMESTAMP, \'delete\', OLD."id", OLD."public_id", OLD."reason", OLD."second_reviewer_id", OLD."starts", OLD."state"); RETURN NULL;',
                    hash="eae66b1d809934073fd0bb7035c7b487c68e91fa",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_00a3e",
                    table="members_representative",
                    when="AFTER",
                ),
            ),
        ),
    ]
