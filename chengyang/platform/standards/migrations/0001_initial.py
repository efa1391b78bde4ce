import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Standard",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=30, unique=True, verbose_name="代码")),
                ("name", models.CharField(max_length=60, verbose_name="名称")),
                ("subject", models.CharField(max_length=20, verbose_name="评定对象")),
                ("order", models.PositiveSmallIntegerField(default=0, verbose_name="次序")),
            ],
            options={
                "verbose_name": "标准",
                "verbose_name_plural": "标准",
                "ordering": ["order", "code"],
            },
        ),
        migrations.CreateModel(
            name="Version",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField(default=1, verbose_name="版本")),
                ("published_on", models.DateField(blank=True, null=True, verbose_name="发布日期")),
                ("published_text", models.CharField(blank=True, max_length=20, verbose_name="发布时间（文字）")),
                ("text", models.TextField(blank=True, verbose_name="说明")),
                (
                    "standard",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="standards.standard",
                        verbose_name="标准",
                    ),
                ),
            ],
            options={
                "verbose_name": "标准版本",
                "verbose_name_plural": "标准版本",
                "ordering": ["standard", "-number"],
            },
        ),
        migrations.CreateModel(
            name="Criterion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=30, verbose_name="代码")),
                ("name", models.CharField(max_length=60, verbose_name="名称")),
                ("guidance", models.CharField(blank=True, max_length=200, verbose_name="看什么")),
                ("metric", models.CharField(blank=True, max_length=60, verbose_name="指标")),
                ("order", models.PositiveSmallIntegerField(default=0, verbose_name="次序")),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="criteria",
                        to="standards.version",
                        verbose_name="版本",
                    ),
                ),
            ],
            options={
                "verbose_name": "评定项",
                "verbose_name_plural": "评定项",
                "ordering": ["version", "order"],
            },
        ),
        migrations.AddConstraint(
            model_name="version",
            constraint=models.UniqueConstraint(fields=("standard", "number"), name="version_number_once"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="version",
            trigger=pgtrigger.compiler.Trigger(
                name="published_version_stays",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."published_on" IS NOT NULL)',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="1c758e73dc32426c5c3c2e067a4c532ded3b765f",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_published_version_stays_ddaa6",
                    table="standards_version",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="criterion",
            constraint=models.UniqueConstraint(fields=("version", "code"), name="criterion_code_once"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="criterion",
            trigger=pgtrigger.compiler.Trigger(
                name="published_criteria_stay",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n            IF EXISTS (SELECT 1 FROM standards_version v WHERE v.published_on IS NOT NULL\n                       AND v.id = CASE WHEN TG_OP = 'DELETE' THEN OLD.version_id ELSE NEW.version_id END) THEN\n                RAISE EXCEPTION 'criteria of a published version are never changed';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ",
                    hash="6ef68d390759dbac74b5aa9137c6b23afc7bc9dc",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_published_criteria_stay_2cb50",
                    table="standards_criterion",
                    when="BEFORE",
                ),
            ),
        ),
    ]
