import django.core.validators
import django.db.models.deletion
import pghistory.utils
from django.conf import settings
from django.db import migrations, models

import chengyang.clock
import chengyang.lib.vault.public_ids
import chengyang.platform.web.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("bases", "0001_initial"),
        ("organizations", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ActivityEvent",
            fields=[
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("id", models.BigIntegerField()),
                ("is_demo", models.BooleanField(default=False, editable=False, verbose_name="演示数据")),
                ("public_id", chengyang.lib.vault.public_ids.PublicIdField(unique=False)),
                ("title", models.CharField(max_length=30, verbose_name="名称")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("volunteer", "志愿服务"),
                            ("training", "培训讲座"),
                            ("social", "联谊交流"),
                            ("meeting", "座谈建言"),
                            ("consulting", "咨询服务"),
                            ("other", "其他"),
                        ],
                        default="other",
                        max_length=12,
                        verbose_name="类别",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "草稿"),
                            ("submitted", "待批准"),
                            ("returned", "退回修改"),
                            ("approved", "已批准，待发布"),
                            ("published", "已发布"),
                            ("cancelled", "已取消"),
                        ],
                        default="draft",
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                (
                    "mode",
                    models.CharField(
                        choices=[("onsite", "现场"), ("online", "线上"), ("both", "现场和线上")],
                        default="onsite",
                        max_length=8,
                        verbose_name="方式",
                    ),
                ),
                ("place", models.CharField(blank=True, max_length=60, verbose_name="地点")),
                ("address", models.CharField(blank=True, max_length=120, verbose_name="地址")),
                ("online_url", models.URLField(blank=True, max_length=300, verbose_name="线上链接")),
                ("starts", models.DateTimeField(verbose_name="开始")),
                ("ends", models.DateTimeField(verbose_name="结束")),
                ("signup_opens", models.DateTimeField(blank=True, null=True, verbose_name="报名开始")),
                ("signup_closes", models.DateTimeField(blank=True, null=True, verbose_name="报名截止")),
                (
                    "capacity",
                    models.PositiveIntegerField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="名额",
                    ),
                ),
                ("by_review", models.BooleanField(default=False, verbose_name="报名须审核")),
                (
                    "audience",
                    models.CharField(
                        choices=[("public", "会员和市民"), ("members", "入册人士"), ("organization", "主办组织的会员")],
                        default="public",
                        max_length=12,
                        verbose_name="谁能来",
                    ),
                ),
                ("audience_note", models.CharField(blank=True, max_length=120, verbose_name="对象说明")),
                ("summary", models.CharField(blank=True, max_length=300, verbose_name="简介")),
                ("agenda", models.TextField(blank=True, max_length=2000, verbose_name="安排")),
                ("bring", models.CharField(blank=True, max_length=200, verbose_name="要带")),
                ("hazards", models.CharField(blank=True, max_length=300, verbose_name="可能的风险")),
                ("insurance", models.CharField(blank=True, max_length=200, verbose_name="保险")),
                ("contact", models.CharField(blank=True, max_length=120, verbose_name="联系方式")),
                ("sequence", models.PositiveIntegerField(default=0, editable=False, verbose_name="修订次数")),
                ("published_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="发布时间")),
                ("cancelled_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="取消时间")),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="理由")),
                ("submitted_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="报批时间")),
                ("due_on", models.DateField(blank=True, editable=False, null=True, verbose_name="时限")),
                ("recorded_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="登记完成")),
                ("headcount", models.PositiveIntegerField(blank=True, null=True, verbose_name="现场点数")),
                (
                    "changed_at",
                    models.DateTimeField(default=chengyang.clock.now, editable=False, verbose_name="修改时间"),
                ),
            ],
            options={
                "ordering": ["pgh_id"],
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Brand",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_demo", models.BooleanField(default=False, editable=False, verbose_name="演示数据")),
                ("name", models.CharField(max_length=30, unique=True, verbose_name="名称")),
                ("summary", models.CharField(blank=True, max_length=200, verbose_name="简介")),
                ("since", models.DateField(blank=True, null=True, verbose_name="起")),
                ("order", models.PositiveSmallIntegerField(default=0, verbose_name="次序")),
            ],
            options={
                "verbose_name": "品牌",
                "verbose_name_plural": "品牌",
                "ordering": ["order", "id"],
            },
        ),
        migrations.CreateModel(
            name="CheckIn",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "method",
                    models.CharField(
                        choices=[("qr", "扫码"), ("list", "名单")], default="list", max_length=5, verbose_name="方式"
                    ),
                ),
                ("checked_in_at", models.DateTimeField(default=chengyang.clock.now, verbose_name="签到")),
                ("checked_out_at", models.DateTimeField(blank=True, null=True, verbose_name="签退")),
            ],
            options={
                "verbose_name": "签到",
                "verbose_name_plural": "签到",
                "ordering": ["-checked_in_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="CheckInEvent",
            fields=[
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("id", models.BigIntegerField()),
                (
                    "method",
                    models.CharField(
                        choices=[("qr", "扫码"), ("list", "名单")], default="list", max_length=5, verbose_name="方式"
                    ),
                ),
                ("checked_in_at", models.DateTimeField(default=chengyang.clock.now, verbose_name="签到")),
                ("checked_out_at", models.DateTimeField(blank=True, null=True, verbose_name="签退")),
            ],
            options={
                "ordering": ["pgh_id"],
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Programme",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=20, unique=True, verbose_name="代码")),
                ("name", models.CharField(max_length=30, unique=True, verbose_name="名称")),
                ("summary", models.CharField(blank=True, max_length=200, verbose_name="简介")),
                ("order", models.PositiveSmallIntegerField(default=0, verbose_name="次序")),
            ],
            options={
                "verbose_name": "活动项目",
                "verbose_name_plural": "活动项目",
                "ordering": ["order", "code"],
            },
        ),
        migrations.CreateModel(
            name="ServiceRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", chengyang.lib.vault.public_ids.PublicIdField()),
                ("hours", models.DecimalField(decimal_places=1, max_digits=4, verbose_name="时长（小时）")),
                ("at", models.DateTimeField(default=chengyang.clock.now, verbose_name="记录时间")),
                (
                    "previous_hours",
                    models.DecimalField(blank=True, decimal_places=1, max_digits=4, null=True, verbose_name="更正前"),
                ),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="更正理由")),
                ("corrected_at", models.DateTimeField(blank=True, null=True, verbose_name="更正时间")),
            ],
            options={
                "verbose_name": "服务记录",
                "verbose_name_plural": "服务记录",
                "ordering": ["-at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="ServiceRecordEvent",
            fields=[
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("id", models.BigIntegerField()),
                ("public_id", chengyang.lib.vault.public_ids.PublicIdField(unique=False)),
                ("hours", models.DecimalField(decimal_places=1, max_digits=4, verbose_name="时长（小时）")),
                ("at", models.DateTimeField(default=chengyang.clock.now, verbose_name="记录时间")),
                (
                    "previous_hours",
                    models.DecimalField(blank=True, decimal_places=1, max_digits=4, null=True, verbose_name="更正前"),
                ),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="更正理由")),
                ("corrected_at", models.DateTimeField(blank=True, null=True, verbose_name="更正时间")),
            ],
            options={
                "ordering": ["pgh_id"],
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Signup",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", chengyang.lib.vault.public_ids.PublicIdField()),
                ("guest_name", models.CharField(blank=True, max_length=50, verbose_name="来宾姓名")),
                (
                    "guest_key",
                    chengyang.platform.web.fields.NameKeyField(
                        "guest_name", db_collation="C", default="", editable=False, max_length=400
                    ),
                ),
                (
                    "guest_search",
                    chengyang.platform.web.fields.NameSearchField("guest_name", editable=False, null=True),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "待确认"),
                            ("waitlisted", "候补"),
                            ("offered", "有名额，待你确认"),
                            ("confirmed", "已确认"),
                            ("declined", "未通过"),
                            ("expired", "过时未确认"),
                            ("cancelled", "已取消"),
                        ],
                        default="confirmed",
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                ("position", models.PositiveIntegerField(verbose_name="序号")),
                ("at", models.DateTimeField(default=chengyang.clock.now, verbose_name="报名时间")),
                ("changed_at", models.DateTimeField(default=chengyang.clock.now, verbose_name="变更时间")),
                ("offer_expires_at", models.DateTimeField(blank=True, null=True, verbose_name="须在此前确认")),
                ("due_on", models.DateField(blank=True, null=True, verbose_name="审核时限")),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="不同意的理由")),
                ("forgotten_at", models.DateTimeField(blank=True, null=True, verbose_name="匿名时间")),
            ],
            options={
                "verbose_name": "报名",
                "verbose_name_plural": "报名",
                "ordering": ["activity", "position"],
            },
        ),
        migrations.CreateModel(
            name="SignupEvent",
            fields=[
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("id", models.BigIntegerField()),
                ("public_id", chengyang.lib.vault.public_ids.PublicIdField(unique=False)),
                ("guest_name", models.CharField(blank=True, max_length=50, verbose_name="来宾姓名")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "待确认"),
                            ("waitlisted", "候补"),
                            ("offered", "有名额，待你确认"),
                            ("confirmed", "已确认"),
                            ("declined", "未通过"),
                            ("expired", "过时未确认"),
                            ("cancelled", "已取消"),
                        ],
                        default="confirmed",
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                ("position", models.PositiveIntegerField(verbose_name="序号")),
                ("at", models.DateTimeField(default=chengyang.clock.now, verbose_name="报名时间")),
                ("changed_at", models.DateTimeField(default=chengyang.clock.now, verbose_name="变更时间")),
                ("offer_expires_at", models.DateTimeField(blank=True, null=True, verbose_name="须在此前确认")),
                ("due_on", models.DateField(blank=True, null=True, verbose_name="审核时限")),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="不同意的理由")),
                ("forgotten_at", models.DateTimeField(blank=True, null=True, verbose_name="匿名时间")),
            ],
            options={
                "ordering": ["pgh_id"],
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Activity",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_demo", models.BooleanField(default=False, editable=False, verbose_name="演示数据")),
                ("public_id", chengyang.lib.vault.public_ids.PublicIdField()),
                ("title", models.CharField(max_length=30, verbose_name="名称")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("volunteer", "志愿服务"),
                            ("training", "培训讲座"),
                            ("social", "联谊交流"),
                            ("meeting", "座谈建言"),
                            ("consulting", "咨询服务"),
                            ("other", "其他"),
                        ],
                        default="other",
                        max_length=12,
                        verbose_name="类别",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "草稿"),
                            ("submitted", "待批准"),
                            ("returned", "退回修改"),
                            ("approved", "已批准，待发布"),
                            ("published", "已发布"),
                            ("cancelled", "已取消"),
                        ],
                        default="draft",
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                (
                    "mode",
                    models.CharField(
                        choices=[("onsite", "现场"), ("online", "线上"), ("both", "现场和线上")],
                        default="onsite",
                        max_length=8,
                        verbose_name="方式",
                    ),
                ),
                ("place", models.CharField(blank=True, max_length=60, verbose_name="地点")),
                ("address", models.CharField(blank=True, max_length=120, verbose_name="地址")),
                ("online_url", models.URLField(blank=True, max_length=300, verbose_name="线上链接")),
                ("starts", models.DateTimeField(verbose_name="开始")),
                ("ends", models.DateTimeField(verbose_name="结束")),
                ("signup_opens", models.DateTimeField(blank=True, null=True, verbose_name="报名开始")),
                ("signup_closes", models.DateTimeField(blank=True, null=True, verbose_name="报名截止")),
                (
                    "capacity",
                    models.PositiveIntegerField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="名额",
                    ),
                ),
                ("taken", models.PositiveIntegerField(default=0, editable=False, verbose_name="已占名额")),
                ("last_position", models.PositiveIntegerField(default=0, editable=False)),
                ("attended", models.PositiveIntegerField(default=0, editable=False, verbose_name="签到人数")),
                ("by_review", models.BooleanField(default=False, verbose_name="报名须审核")),
                (
                    "audience",
                    models.CharField(
                        choices=[("public", "会员和市民"), ("members", "入册人士"), ("organization", "主办组织的会员")],
                        default="public",
                        max_length=12,
                        verbose_name="谁能来",
                    ),
                ),
                ("audience_note", models.CharField(blank=True, max_length=120, verbose_name="对象说明")),
                ("summary", models.CharField(blank=True, max_length=300, verbose_name="简介")),
                ("agenda", models.TextField(blank=True, max_length=2000, verbose_name="安排")),
                ("bring", models.CharField(blank=True, max_length=200, verbose_name="要带")),
                ("hazards", models.CharField(blank=True, max_length=300, verbose_name="可能的风险")),
                ("insurance", models.CharField(blank=True, max_length=200, verbose_name="保险")),
                ("contact", models.CharField(blank=True, max_length=120, verbose_name="联系方式")),
                ("sequence", models.PositiveIntegerField(default=0, editable=False, verbose_name="修订次数")),
                ("published_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="发布时间")),
                ("cancelled_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="取消时间")),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="理由")),
                ("submitted_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="报批时间")),
                ("due_on", models.DateField(blank=True, editable=False, null=True, verbose_name="时限")),
                ("recorded_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="登记完成")),
                ("headcount", models.PositiveIntegerField(blank=True, null=True, verbose_name="现场点数")),
                (
                    "changed_at",
                    models.DateTimeField(default=chengyang.clock.now, editable=False, verbose_name="修改时间"),
                ),
                (
                    "search_text",
                    chengyang.platform.web.fields.TextSearchField(
                        "title", "summary", "place", "address", editable=False, null=True
                    ),
                ),
                (
                    "approved_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="批准人",
                    ),
                ),
                (
                    "base",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="activities",
                        to="bases.base",
                        verbose_name="基地",
                    ),
                ),
                (
                    "drafted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="起草人",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="activities",
                        to="organizations.organization",
                        verbose_name="主办组织",
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
                "verbose_name": "活动",
                "verbose_name_plural": "活动",
                "ordering": ["starts", "id"],
            },
        ),
    ]
