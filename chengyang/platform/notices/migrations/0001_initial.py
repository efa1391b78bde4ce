import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import chengyang.clock
import chengyang.lib.vault.fields
import chengyang.lib.vault.public_ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", chengyang.lib.vault.public_ids.PublicIdField()),
                ("address", chengyang.lib.vault.fields.CiphertextColumn(blank=True, default="", verbose_name="地址")),
                ("kind", models.CharField(max_length=60, verbose_name="类型")),
                ("title", models.CharField(max_length=120, verbose_name="标题")),
                ("body", models.TextField(verbose_name="正文")),
                ("variables", models.JSONField(blank=True, default=dict, verbose_name="变量")),
                ("url", models.CharField(blank=True, max_length=300, verbose_name="链接")),
                ("at", models.DateTimeField(default=chengyang.clock.now, verbose_name="时间")),
                ("read_at", models.DateTimeField(blank=True, null=True, verbose_name="已读")),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notices",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="给谁",
                    ),
                ),
            ],
            options={
                "verbose_name": "通知",
                "verbose_name_plural": "通知",
                "ordering": ["-at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", chengyang.lib.vault.public_ids.PublicIdField()),
                (
                    "channel",
                    models.CharField(choices=[("sms", "短信"), ("email", "邮件")], max_length=10, verbose_name="方式"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "待发"),
                            ("sending", "在发"),
                            ("sent", "已发"),
                            ("failed", "未发出"),
                            ("uncertain", "不确定"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("tries", models.PositiveSmallIntegerField(default=0, verbose_name="次数")),
                ("due_at", models.DateTimeField(default=chengyang.clock.now, verbose_name="不早于")),
                ("claimed_at", models.DateTimeField(null=True)),
                ("sent_at", models.DateTimeField(null=True, verbose_name="发出")),
                ("error", models.CharField(blank=True, max_length=200, verbose_name="原因")),
                (
                    "notice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="notices.notice",
                        verbose_name="通知",
                    ),
                ),
            ],
            options={
                "verbose_name": "发送",
                "verbose_name_plural": "发送",
            },
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(fields=["user", "-at", "-id"], name="notices_not_user_id_7d8ec3_idx"),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(("user__isnull", False), models.Q(("address", ""), _negated=True), _connector="OR"),
                name="notice_is_for_somebody",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(condition=models.Q(("state", "waiting")), fields=["due_at"], name="delivery_waiting"),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(fields=("notice", "channel"), name="delivery_once_each_way"),
        ),
    ]
