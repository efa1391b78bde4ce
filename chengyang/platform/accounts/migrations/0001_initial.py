import django.contrib.postgres.constraints
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.text
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import chengyang.clock
import chengyang.lib.vault.fields
import chengyang.lib.vault.public_ids
import chengyang.platform.accounts.models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Attempt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(db_index=True, max_length=64)),
                ("address", models.GenericIPAddressField(null=True)),
                ("at", models.DateTimeField(db_index=True, default=chengyang.clock.now)),
            ],
            options={
                "verbose_name": "登录失败",
                "verbose_name_plural": "登录失败",
            },
        ),
        migrations.CreateModel(
            name="FormerPassword",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128)),
                ("at", models.DateTimeField(default=chengyang.clock.now)),
            ],
            options={
                "verbose_name": "用过的密码",
                "verbose_name_plural": "用过的密码",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="PhoneProof",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", chengyang.lib.vault.public_ids.PublicIdField()),
                ("phone", chengyang.lib.vault.fields.CiphertextColumn(default="", verbose_name="手机")),
                ("phone_index", models.CharField(blank=True, db_index=True, editable=False, max_length=43, null=True)),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("sign_in", "登录"),
                            ("join", "加入新阶层"),
                            ("sign_up", "活动报名"),
                            ("change", "更换手机号"),
                        ],
                        default="sign_in",
                        max_length=10,
                    ),
                ),
                ("code_hash", models.CharField(max_length=64)),
                ("session_hash", models.CharField(max_length=64)),
                ("address", models.GenericIPAddressField(null=True)),
                ("sent_at", models.DateTimeField(db_index=True, default=chengyang.clock.now)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("used_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "手机验证",
                "verbose_name_plural": "手机验证",
            },
        ),
        migrations.CreateModel(
            name="Role",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_demo", models.BooleanField(default=False, editable=False, verbose_name="演示数据")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("district_staff", "区级工作人员"),
                            ("subdistrict_staff", "街道工作人员"),
                            ("editor", "编辑"),
                            ("system", "系统管理员"),
                            ("security", "安全管理员"),
                            ("audit", "审计管理员"),
                        ],
                        max_length=20,
                        verbose_name="角色",
                    ),
                ),
                ("starts", models.DateField(default=chengyang.clock.today, verbose_name="起")),
                ("ends", models.DateField(blank=True, null=True, verbose_name="止")),
            ],
            options={
                "verbose_name": "角色",
                "verbose_name_plural": "角色",
            },
        ),
        migrations.CreateModel(
            name="RoleEvent",
            fields=[
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("id", models.BigIntegerField()),
                ("is_demo", models.BooleanField(default=False, editable=False, verbose_name="演示数据")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("district_staff", "区级工作人员"),
                            ("subdistrict_staff", "街道工作人员"),
                            ("editor", "编辑"),
                            ("system", "系统管理员"),
                            ("security", "安全管理员"),
                            ("audit", "审计管理员"),
                        ],
                        max_length=20,
                        verbose_name="角色",
                    ),
                ),
                ("starts", models.DateField(default=chengyang.clock.today, verbose_name="起")),
                ("ends", models.DateField(blank=True, null=True, verbose_name="止")),
            ],
            options={
                "ordering": ["pgh_id"],
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Subdistrict",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=12, unique=True, verbose_name="区划代码")),
                ("name", models.CharField(max_length=30, unique=True, verbose_name="名称")),
                ("order", models.PositiveSmallIntegerField(default=0, verbose_name="次序")),
            ],
            options={
                "verbose_name": "街道",
                "verbose_name_plural": "街道",
                "ordering": ["order", "code"],
            },
        ),
        migrations.CreateModel(
            name="UserEvent",
            fields=[
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("id", models.BigIntegerField()),
                ("is_demo", models.BooleanField(default=False, editable=False, verbose_name="演示数据")),
                ("public_id", chengyang.lib.vault.public_ids.PublicIdField(unique=False)),
                ("name", models.CharField(blank=True, max_length=50, verbose_name="称呼")),
                ("email", models.EmailField(blank=True, max_length=254, null=True, verbose_name="电子邮箱")),
                ("phone", chengyang.lib.vault.fields.CiphertextColumn(blank=True, default="", verbose_name="手机")),
                ("phone_index", models.CharField(blank=True, editable=False, max_length=43, null=True)),
                ("phone_last4", models.CharField(blank=True, default="", editable=False, max_length=4)),
                ("is_active", models.BooleanField(default=True, verbose_name="可以登录")),
                (
                    "date_joined",
                    models.DateTimeField(default=chengyang.clock.now, editable=False, verbose_name="建立时间"),
                ),
                ("password_set_at", models.DateTimeField(editable=False, null=True, verbose_name="密码设置时间")),
                ("must_change_password", models.BooleanField(default=False, editable=False, verbose_name="须改密码")),
            ],
            options={
                "ordering": ["pgh_id"],
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                ("is_demo", models.BooleanField(default=False, editable=False, verbose_name="演示数据")),
                ("public_id", chengyang.lib.vault.public_ids.PublicIdField()),
                ("name", models.CharField(blank=True, max_length=50, verbose_name="称呼")),
                ("email", models.EmailField(blank=True, max_length=254, null=True, verbose_name="电子邮箱")),
                ("phone", chengyang.lib.vault.fields.CiphertextColumn(blank=True, default="", verbose_name="手机")),
                ("phone_index", models.CharField(blank=True, db_index=True, editable=False, max_length=43, null=True)),
                ("phone_last4", models.CharField(blank=True, default="", editable=False, max_length=4)),
                ("is_active", models.BooleanField(default=True, verbose_name="可以登录")),
                (
                    "date_joined",
                    models.DateTimeField(default=chengyang.clock.now, editable=False, verbose_name="建立时间"),
                ),
                ("password_set_at", models.DateTimeField(editable=False, null=True, verbose_name="密码设置时间")),
                ("must_change_password", models.BooleanField(default=False, editable=False, verbose_name="须改密码")),
            ],
            options={
                "verbose_name": "账号",
                "verbose_name_plural": "账号",
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("email"),
                        name="user_email_once",
                        violation_error_message="这个邮箱已经有账号了。",
                    ),
                    models.UniqueConstraint(
                        fields=("phone_index",),
                        name="user_phone_once",
                        violation_error_message="这个手机号已经有账号了。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("email", ""), _negated=True), name="user_email_not_empty"
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="user",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."date_joined" IS DISTINCT FROM (NEW."date_joined") OR OLD."email" IS DISTINCT FROM (NEW."email") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."is_active" IS DISTINCT FROM (NEW."is_active") OR OLD."is_demo" IS DISTINCT FROM (NEW."is_demo") OR OLD."must_change_password" IS DISTINCT FROM (NEW."must_change_password") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."password_set_at" IS DISTINCT FROM (NEW."password_set_at") OR OLD."phone" IS DISTINCT FROM (NEW."phone") OR OLD."phone_index" IS DISTINCT FROM (NEW."phone_index") OR OLD."phone_last4" IS DISTINCT FROM (NEW."phone_last4") OR OLD."public_id" IS DISTINCT FROM (NEW."public_id"))',
                    func='INSERT INTO "accounts_userevent" ("date_joined", "email", "id", "is_active", "is_demo", "must_change_password", "name", "password_set_at", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "phone_index", "phone_last4", "public_id") VALUES (OLD."date_joined", OLD."email", OLD."id", OLD."is_active", OLD."is_demo", OLD."must_change_password", OLD."name", OLD."password_set_at", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, CURRENT_TIMESTAMP, \'update\', OLD."id", OLD."phone", OLD."phone_index", OLD."phone_last4", OLD."public_id"); RETURN NULL;',
                    hash="5d23767dd1928215e9a543955155200cac604b85",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_0e890",
                    table="accounts_user",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="user",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "accounts_userevent" ("date_joined", "email", "id", "is_active", "is_demo", "must_change_password", "name", "password_set_at", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "phone_index", "phone_last4", "public_id") VALUES (OLD."date_joined", OLD."email", OLD."id", OLD."is_active", OLD."is_demo", OLD."must_change_password", OLD."name", OLD."password_set_at", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, CURRENT_TIMESTAMP, \'delete\', OLD."id", OLD."phone", OLD."phone_index", OLD."phone_last4", OLD."public_id"); RETURN NULL;',
                    hash="39667e4ad374b1dd4ba0c8ada40e56aedee00c14",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_19f14",
                    table="accounts_user",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="formerpassword",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="former_passwords",
                to=settings.AUTH_USER_MODEL,
                verbose_name="账号",
            ),
        ),
        migrations.AddIndex(
            model_name="phoneproof",
            index=models.Index(fields=["phone_index", "-sent_at"], name="accounts_ph_phone_i_288510_idx"),
        ),
        migrations.AddIndex(
            model_name="phoneproof",
            index=models.Index(fields=["address", "-sent_at"], name="accounts_ph_address_7b030f_idx"),
        ),
        migrations.AddConstraint(
            model_name="phoneproof",
            constraint=models.CheckConstraint(condition=models.Q(("tries__lte", 5)), name="phone_proof_five_tries"),
        ),
        migrations.AddField(
            model_name="role",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="roles",
                to=settings.AUTH_USER_MODEL,
                verbose_name="账号",
            ),
        ),
        migrations.AddField(
            model_name="roleevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="history",
                to="accounts.role",
            ),
        ),
        migrations.AddField(
            model_name="roleevent",
            name="user",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="账号",
            ),
        ),
        migrations.AddField(
            model_name="roleevent",
            name="subdistrict",
            field=models.ForeignKey(
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
        migrations.AddField(
            model_name="role",
            name="subdistrict",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="accounts.subdistrict",
                verbose_name="街道",
            ),
        ),
        migrations.AddField(
            model_name="userevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="history",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="role",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "subdistrict_staff"), ("subdistrict__isnull", False)),
                    models.Q(models.Q(("kind", "subdistrict_staff"), _negated=True), ("subdistrict__isnull", True)),
                    _connector="OR",
                ),
                name="role_subdistrict_only_for_its_staff",
                violation_error_code="subdistrict",
                violation_error_message="街道工作人员要写明街道，其他角色不写。",
            ),
        ),
        migrations.AddConstraint(
            model_name="role",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends__isnull", True), ("ends__gte", models.F("starts")), _connector="OR"),
                name="role_ends_after_start",
                violation_error_code="dates",
                violation_error_message="结束日期不能早于开始日期。",
            ),
        ),
        migrations.AddConstraint(
            model_name="role",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    (chengyang.platform.accounts.models.OneUser("user", "user", models.Value("[]")), "&&"),
                    (
                        chengyang.platform.accounts.models.Days(
                            "starts",
                            models.Case(
                                models.When(
                                    ends__isnull=False,
                                    then=django.db.models.functions.comparison.Greatest("starts", "ends"),
                                )
                            ),
                        ),
                        "&&",
                    ),
                    (
                        models.Case(
                            models.When(
                                models.Q(("kind__in", ["system", "security", "audit"])),
                                then=chengyang.platform.accounts.models.Side(models.Value(0), models.Value(1)),
                            ),
                            default=chengyang.platform.accounts.models.Side(models.Value(1), models.Value(2)),
                        ),
                        "-|-",
                    ),
                ],
                name="role_administrators_hold_no_other",
                violation_error_code="administrator",
                violation_error_message="管理员不能兼任其他角色。",
            ),
        ),
        migrations.AddConstraint(
            model_name="role",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    (chengyang.platform.accounts.models.OneUser("user", "user", models.Value("[]")), "&&"),
                    (
                        chengyang.platform.accounts.models.Days(
                            "starts",
                            models.Case(
                                models.When(
                                    ends__isnull=False,
                                    then=django.db.models.functions.comparison.Greatest("starts", "ends"),
                                )
                            ),
                        ),
                        "&&",
                    ),
                    (
                        models.Case(
                            models.When(
                                models.Q(("kind__in", ["system", "security", "audit"])),
                                then=chengyang.platform.accounts.models.Side(models.Value(0), models.Value(1)),
                            )
                        ),
                        "&&",
                    ),
                ],
                name="role_one_administrator_each",
                violation_error_code="administrator",
                violation_error_message="三种管理员不能由同一个人兼任。",
            ),
        ),
        migrations.AddConstraint(
            model_name="role",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ends__isnull", True)),
                fields=("user", "kind", "subdistrict"),
                name="role_once",
                nulls_distinct=False,
                violation_error_code="held",
                violation_error_message="已经有这个角色。",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="role",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "accounts_roleevent" ("ends", "id", "is_demo", "kind", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts", "subdistrict_id", "user_id") VALUES (OLD."ends", OLD."id", OLD."is_demo", OLD."kind", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, CURRENT_TIMESTAMP, \'update\', OLD."id", OLD."starts", OLD."subdistrict_id", OLD."user_id"); RETURN NULL;',
                    hash="08a9de383b4c3581cf7f16f999bb85759f57dc2b",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_023a0",
                    table="accounts_role",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="role",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "accounts_roleevent" ("ends", "id", "is_demo", "kind", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts", "subdistrict_id", "user_id") VALUES (OLD."ends", OLD."id", OLD."is_demo", OLD."kind", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, CURRENT_TIMESTAMP, \'delete\', OLD."id", OLD."starts", OLD."subdistrict_id", OLD."user_id"); RETURN NULL;',
                    hash="024a99a047440503c3e1228ff3c975da1deb357f",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_d75a6",
                    table="accounts_role",
                    when="AFTER",
                ),
            ),
        ),
    ]
