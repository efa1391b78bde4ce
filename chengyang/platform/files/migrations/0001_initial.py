import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import chengyang.clock
import chengyang.lib.vault.public_ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="File",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", chengyang.lib.vault.public_ids.PublicIdField()),
                ("name", models.CharField(max_length=150, verbose_name="文件名")),
                ("content", models.FileField(max_length=200, upload_to="", verbose_name="内容")),
                ("content_type", models.CharField(max_length=100, verbose_name="类型")),
                ("size", models.PositiveIntegerField(verbose_name="字节数")),
                ("sha256", models.CharField(max_length=64)),
                ("attached_to", models.CharField(blank=True, max_length=60)),
                ("attached_id", models.CharField(blank=True, max_length=10)),
                ("at", models.DateTimeField(default=chengyang.clock.now, verbose_name="时间")),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="files",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="上传者",
                    ),
                ),
            ],
            options={
                "verbose_name": "文件",
                "verbose_name_plural": "文件",
                "indexes": [models.Index(fields=["attached_to", "attached_id"], name="files_file_attache_bbcd06_idx")],
            },
        ),
    ]
