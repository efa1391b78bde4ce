from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="WorkdayException",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("date", models.DateField(unique=True, verbose_name="日期")),
                ("is_workday", models.BooleanField(verbose_name="上班")),
                ("name", models.CharField(max_length=40, verbose_name="名称")),
                ("source", models.CharField(max_length=120, verbose_name="依据")),
                ("provisional", models.BooleanField(default=False, verbose_name="暂定")),
            ],
            options={
                "verbose_name": "调休与放假",
                "verbose_name_plural": "调休与放假",
                "ordering": ["date"],
            },
        ),
    ]
