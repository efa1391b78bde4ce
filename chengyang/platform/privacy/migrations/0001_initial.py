import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import chengyang.clock


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PolicyVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(unique=True, verbose_name="版本")),
                ("text", models.TextField(verbose_name="正文")),
                ("text_hash", models.CharField(editable=False, max_length=64)),
                ("published_at", models.DateTimeField(default=chengyang.clock.now, verbose_name="发布时间")),
            ],
            options={
                "verbose_name": "个人信息保护规则",
                "verbose_name_plural": "个人信息保护规则",
                "db_table": "privacy_notice",
                "ordering": ["-version"],
            },
        ),
        migrations.CreateModel(
            name="Purpose",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=30, unique=True, verbose_name="代码")),
                ("name", models.CharField(max_length=60, verbose_name="名称")),
                ("text", models.TextField(verbose_name="用来做什么")),
                ("categories", models.CharField(max_length=200, verbose_name="涉及的信息")),
                ("retention", models.CharField(max_length=100, verbose_name="保存多久")),
                (
                    "basis",
                    models.CharField(
                        choices=[
                            ("consent", "个人同意"),
                            ("duty", "履行法定职责"),
                            ("contract", "为你办理你要的服务所必需"),
                        ],
                        default="consent",
                        max_length=20,
                        verbose_name="依据",
                    ),
                ),
                ("necessary", models.BooleanField(default=False, verbose_name="办理入册所必需")),
                ("sensitive", models.BooleanField(default=False, verbose_name="敏感")),
                ("order", models.PositiveSmallIntegerField(default=0, verbose_name="次序")),
            ],
            options={
                "verbose_name": "处理目的",
                "verbose_name_plural": "处理目的",
                "ordering": ["order", "code"],
            },
        ),
        migrations.CreateModel(
            name="Consent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("given", models.BooleanField(verbose_name="同意")),
                ("text_hash", models.CharField(max_length=64, verbose_name="正文摘要")),
                (
                    "channel",
                    models.CharField(
                        choices=[("web", "网页"), ("paper", "纸质")], default="web", max_length=10, verbose_name="方式"
                    ),
                ),
                ("actor_public_id", models.CharField(blank=True, max_length=10, verbose_name="经办")),
                ("address", models.GenericIPAddressField(null=True, verbose_name="地址")),
                ("at", models.DateTimeField(default=chengyang.clock.now, verbose_name="时间")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consents",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="账号",
                    ),
                ),
                (
                    "policy",
                    models.ForeignKey(
                        db_column="notice_id",
                        on_delete=django.db.models.deletion.PROTECT,
                        to="privacy.policyversion",
                        verbose_name="规则版本",
                    ),
                ),
            ],
            options={
                "verbose_name": "同意记录",
                "verbose_name_plural": "同意记录",
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="policyversion",
            trigger=pgtrigger.compiler.Trigger(
                name="published_policy_stays",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="5deaadea19c9230853ce598478bb6cbc7b941bdc",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_published_policy_stays_754aa",
                    table="privacy_notice",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddField(
            model_name="consent",
            name="purpose",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, to="privacy.purpose", verbose_name="目的"
            ),
        ),
        migrations.AddIndex(
            model_name="consent",
            index=models.Index(fields=["user", "purpose", "-at", "-id"], name="privacy_con_user_id_787fca_idx"),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(("text_hash", ""), _negated=True), name="consent_names_its_text"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="consent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="0076e99df5e81ae86cddbad4332e170fe0f20bcc",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_faefc",
                    table="privacy_consent",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="consent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only_truncate",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot truncate % table', TG_TABLE_NAME;",
                    hash="f416435a46b150fd54286b0797348b5fb7b72436",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_append_only_truncate_462a7",
                    table="privacy_consent",
                    when="BEFORE",
                ),
            ),
        ),
    ]
