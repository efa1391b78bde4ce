from django.apps import AppConfig
from django.urls import converters, register_converter


class VaultConfig(AppConfig):
    name = "chengyang.lib.vault"
    label = "vault"
    verbose_name = "保险箱"

    def ready(self) -> None:
        from django.db.models.signals import pre_save

        # These modules define model fields and need the app registry.
        from chengyang.lib.vault import fields, public_ids, selfcheck

        selfcheck.run()
        pre_save.connect(fields.refuse_partial_save, dispatch_uid="vault.refuse_partial_save")
        if "public_id" not in converters.get_converters():
            register_converter(public_ids.PublicIdConverter, "public_id")
