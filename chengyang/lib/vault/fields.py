"""Model fields for personal data: encrypted values, their blind indexes, and their last four characters.

    phone = EncryptedField(_("手机号"), blank=True, max_plain=20)
    phone_index = BlindIndexField("phone", namespace="phone")
    phone_last4 = LastFourField("phone")

`instance.phone` is plain text; `values()`, history rows and dumps hold the ciphertext. To find a row, filter by the
index: `filter(phone_index=blind_index("phone", number))`. Write with `save()`, `bulk_create()` or this module's
`bulk_update()`; `QuerySet.update()` can only empty the column. `save(update_fields=…)` refuses to leave out the derived
columns (`columns_of` lists them), so that a value and its index always match.
"""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

from django import forms
from django.core import checks
from django.core.exceptions import FieldDoesNotExist, FieldError
from django.core.validators import MaxLengthValidator
from django.db import connections, models, router, transaction
from django.db.models.lookups import Exact
from django.db.models.query_utils import DeferredAttribute

from chengyang.lib.vault import sealing
from chengyang.lib.vault.sealing import Ciphertext, VaultError, blind_index, decrypt_for, encrypt_for

__all__ = [
    "BlindIndexField",
    "Ciphertext",
    "CiphertextColumn",
    "EncryptedField",
    "LastFourField",
    "VaultError",
    "blind_index",
    "bulk_update",
    "columns_of",
    "decrypt_for",
    "encrypt_for",
]

INDEX_LENGTH = 43  # 32 bytes in base64 without padding
_COMPARISONS = {"isnull", "df", "ndf"}  # df and ndf compare the ciphertexts of OLD and NEW in the history triggers


class CiphertextColumn(models.TextField):
    """The column without encryption, as migrations and history models use it. A constraint refuses plain text."""

    def db_check(self, connection: Any) -> str:
        column = connection.ops.quote_name(self.column)
        return f"{column} = '' OR {column} ~ '^[a-z0-9]+:[a-z0-9]+(:[A-Za-z0-9_-]*){{3}}$'"


class _Sealed(str):
    """A ciphertext that belongs to the row that is being written; only `EncryptedField.pre_save` makes it."""


class _Opening(DeferredAttribute):
    field: "EncryptedField"

    def __get__(self, instance: models.Model | None, cls: Any = None) -> Any:
        return self if instance is None else self.field.read(instance)

    def __set__(self, instance: models.Model, value: Any) -> None:
        self.field.put(instance, value)


class _EmptyOnly(Exact):
    def get_prep_lookup(self) -> Any:
        if self.rhs != "":
            raise FieldError(_not_comparable(self.lhs.output_field))
        return ""


def _not_comparable(field: models.Field) -> str:
    return (
        f"{field} is encrypted and cannot be compared; filter its blind index instead, for example "
        f'{field.name}_index=blind_index(…). Only isnull and ="" are possible.'
    )


class EncryptedField(CiphertextColumn):
    """Text that is encrypted at rest and bound to its model, its row's public_id and its name.

    `max_plain` limits the plain text, in characters. The model needs a `PublicIdField` named `public_id`.
    Reading raises VaultError when the stored value was moved, changed, or encrypted with a key that is missing.
    """

    descriptor_class = _Opening
    description = "Encrypted text"

    def __init__(self, *args: Any, max_plain: int = 200, **kwargs: Any) -> None:
        kwargs.setdefault("default", "")
        super().__init__(*args, **kwargs)
        self.max_plain = max_plain
        self.validators.append(MaxLengthValidator(max_plain))

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        return name, f"{CiphertextColumn.__module__}.{CiphertextColumn.__qualname__}", args, kwargs

    def clone(self) -> "EncryptedField":
        _, _, args, kwargs = self.deconstruct()
        return type(self)(*args, max_plain=self.max_plain, **kwargs)

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        return [*super().check(**kwargs), *self._check_identity(), *self._check_options()]

    def _check_identity(self) -> list[checks.CheckMessage]:
        try:
            self.model._meta.get_field("public_id")
        except FieldDoesNotExist:
            return [checks.Error("A model with an encrypted field needs a PublicIdField named public_id.", obj=self)]
        return []

    def _check_options(self) -> list[checks.CheckMessage]:
        if self.unique or self.null or getattr(self, "db_index", False):
            return [
                checks.Error("An encrypted field cannot be unique, indexed or null; see BlindIndexField.", obj=self)
            ]
        return []

    # Reading and writing an instance

    @cached_property
    def followers(self) -> list["_Follower"]:
        """The columns that are derived from this field: its blind index and its last four characters."""
        fields = self.model._meta.concrete_fields
        return [field for field in fields if isinstance(field, _Follower) and field.source_field == self.name]

    @property
    def _before(self) -> str:
        return f"_{self.attname}_before"

    def binding(self, instance: models.Model) -> bytes:
        return sealing.binding(self.model._meta.label, instance.public_id, self.name)  # type: ignore[attr-defined]

    def read(self, instance: models.Model) -> str:
        """Return the plain text of `instance`; a deferred column is loaded first. Raises VaultError."""
        if self.attname not in instance.__dict__:
            rows = self.model._base_manager.db_manager(instance._state.db).filter(pk=instance.pk)
            instance.__dict__[self.attname] = rows.values_list(self.attname, flat=True).get()
        stored = instance.__dict__[self.attname]
        return sealing.unseal(stored, self.binding(instance)) if isinstance(stored, Ciphertext) else stored

    def put(self, instance: models.Model, value: Any) -> None:
        """Set a ciphertext that was read from the row of `instance`, or plain text that the next save encrypts."""
        state = instance.__dict__
        if isinstance(value, Ciphertext):
            state[self.attname] = value
            return
        if value is not None and not isinstance(value, str):
            raise TypeError(f"{self} takes text, not {type(value).__name__}.")
        if isinstance(before := state.get(self.attname), Ciphertext):
            state[self._before] = before
        state[self.attname] = value or ""
        for follower in self.followers:
            state.setdefault(
                follower.attname, follower.get_default()
            )  # no longer deferred, so that save() writes it, too

    def plain_if_open(self, instance: models.Model) -> str | None:
        """Return the plain text if it is in memory, or None if the stored value has not been decrypted."""
        stored = instance.__dict__.get(self.attname)
        if isinstance(stored, Ciphertext):
            return stored.opened[1] if stored.opened else None
        return stored

    def unbind(self, instance: models.Model) -> None:
        """Decrypt the value before the row's public id changes; the next save encrypts it for the new id."""
        if isinstance(instance.__dict__.get(self.attname), Ciphertext):
            instance.__dict__[self.attname] = self.read(instance)
        instance.__dict__.pop(self._before, None)

    def sealed(self, instance: models.Model) -> str:
        """Return the ciphertext to write; an unchanged value keeps its ciphertext, so that no history row is written."""
        state = instance.__dict__
        value = state[self.attname]
        if value and not isinstance(value, Ciphertext):
            if len(value) > self.max_plain:
                raise ValueError(f"{self} takes at most {self.max_plain} characters.")
            state[self.attname] = value = self._unchanged(instance, value) or sealing.seal(
                value, self.binding(instance)
            )
        state.pop(self._before, None)
        return value

    def _unchanged(self, instance: models.Model, plain: str) -> Ciphertext | None:
        before = instance.__dict__.get(self._before)
        try:
            return before if before and sealing.unseal(before, self.binding(instance)) == plain else None
        except VaultError:
            return None

    # Methods that Django calls

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        return _Sealed(self.sealed(model_instance))

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        if value == "" or isinstance(value, _Sealed):
            return str(value)
        raise TypeError(
            f"{self} is encrypted for its row and cannot be written by update() or QuerySet.bulk_update(): "
            "set it on the instance and save(), or use chengyang.lib.vault.fields.bulk_update()."
        )

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return Ciphertext(value) if value else value

    def value_to_string(self, obj: models.Model) -> str:
        return str(self.sealed(obj))

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name == "exact":
            return _EmptyOnly
        if lookup_name in _COMPARISONS:
            return super().get_lookup(lookup_name)
        raise FieldError(_not_comparable(self))

    def get_transform(self, lookup_name: str) -> Any:
        raise FieldError(_not_comparable(self))

    def formfield(self, **kwargs: Any) -> Any:
        options: dict[str, Any] = {"form_class": forms.CharField, "max_length": self.max_plain, **kwargs}
        return models.Field.formfield(self, **options)


class _Following(DeferredAttribute):
    field: "_Follower"

    def __get__(self, instance: models.Model | None, cls: Any = None) -> Any:
        if instance is not None and (plain := self.field.source_text(instance)) is not None:
            return self.field.derive(plain)
        return super().__get__(instance, cls)

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class _Follower(models.CharField):
    """A column that is derived from an encrypted field of the same row; assigned values are overwritten."""

    descriptor_class = _Following

    def __init__(self, source_field: str = "", **kwargs: Any) -> None:
        kwargs.setdefault("editable", False)
        kwargs.setdefault("blank", True)
        super().__init__(**kwargs)
        self.source_field = source_field

    def derive(self, plain: str) -> str | None:
        raise NotImplementedError

    def source_text(self, instance: models.Model) -> str | None:
        """Return the plain text of the source, or None if it was not decrypted: then the stored column is correct."""
        source = self.source
        return source.plain_if_open(instance) if source else None

    @cached_property
    def source(self) -> EncryptedField | None:
        fields = (field for field in self.model._meta.concrete_fields if field.name == self.source_field)
        return next((field for field in fields if isinstance(field, EncryptedField)), None)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = model_instance.__dict__[self.attname] = getattr(model_instance, self.attname)
        return value

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs

    def clone(self) -> "_Follower":
        _, _, args, kwargs = self.deconstruct()
        return type(self)(*args, **kwargs)

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        return [*super().check(**kwargs), *self._check_source()]

    def _check_source(self) -> list[checks.CheckMessage]:
        if self.source:
            return []
        return [checks.Error(f"{self.source_field!r} is not an EncryptedField of this model.", obj=self)]


class BlindIndexField(_Follower):
    """The keyed digest of an encrypted field, null for empty text; equal texts have equal digests in a namespace.

    `normalise` is the dotted path of a function text → text that is applied first; all fields of a namespace need the same one.
    Indexed unless `db_index=False` or `unique=True` is given.  (requirements.md C02)
    """

    def __init__(self, source_field: str = "", *, namespace: str = "", normalise: str = "", **kwargs: Any) -> None:
        kwargs.setdefault("max_length", INDEX_LENGTH)
        kwargs.setdefault("null", True)
        kwargs.setdefault("db_index", not kwargs.get("unique"))
        super().__init__(source_field, **kwargs)
        self.namespace = namespace or source_field
        if source_field:
            sealing.declare_namespace(self.namespace, normalise)

    def derive(self, plain: str) -> str | None:
        return blind_index(self.namespace, plain)


class LastFourField(_Follower):
    """The last four characters of an encrypted field, shown in lists and used for search."""

    def __init__(self, source_field: str = "", **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 4)
        kwargs.setdefault("default", "")
        super().__init__(source_field, **kwargs)

    def derive(self, plain: str) -> str:
        return plain[-4:]


def columns_of(model: type[models.Model], field: str) -> list[str]:
    """Return the encrypted field and its derived columns, for `save(update_fields=…)`."""
    source = model._meta.get_field(field)
    assert isinstance(source, EncryptedField), f"{field} is not encrypted"
    return [source.name, *(follower.name for follower in source.followers)]


def refuse_partial_save(sender: type[models.Model], update_fields: Any = None, **kwargs: Any) -> None:
    """Receive pre_save; raise ValueError when a save would write an encrypted field without its derived columns."""
    for field in sender._meta.concrete_fields if update_fields else ():
        if isinstance(field, EncryptedField) and field.name in update_fields:
            needed = columns_of(sender, field.name)
            if not set(needed) <= set(update_fields):
                raise ValueError(f"save(update_fields=…) with {field} must also name: {', '.join(needed[1:])}.")


def bulk_update(instances: Sequence[models.Model], fields: Iterable[str], *, batch_size: int = 1000) -> int:
    """Write `fields` of many instances of one model, and the derived columns of encrypted fields.

    Returns the number of rows written; one statement writes up to `batch_size` rows. It is an UPDATE from VALUES, ten
    times as fast as the CASE expressions of `QuerySet.bulk_update`.
    """
    if not instances:
        return 0
    meta = instances[0]._meta
    named = [meta.get_field(name) for name in fields]
    followers = [follower for field in named if isinstance(field, EncryptedField) for follower in field.followers]
    columns = list(dict.fromkeys([*named, *followers]))
    using = router.db_for_write(type(instances[0]))
    with transaction.atomic(using=using):
        batches = (instances[start : start + batch_size] for start in range(0, len(instances), batch_size))
        return sum(_update_from_values(connections[using], columns, batch) for batch in batches)


def _update_from_values(connection: Any, fields: Sequence[Any], instances: Sequence[models.Model]) -> int:
    quote, meta = connection.ops.quote_name, instances[0]._meta
    pk = meta.pk
    types = [pk.rel_db_type(connection), *(field.db_type(connection) for field in fields)]
    row = f"({', '.join(f'%s::{kind}' for kind in types)})"
    names = [quote(field.column) for field in fields]
    sql = (  # names and types come from the model, values are parameters
        f"UPDATE {quote(meta.db_table)} SET {', '.join(f'{name} = new.{name}' for name in names)} "  # noqa: S608
        f"FROM (VALUES {', '.join([row] * len(instances))}) AS new ({', '.join([quote(pk.column), *names])}) "
        f"WHERE {quote(meta.db_table)}.{quote(pk.column)} = new.{quote(pk.column)}"
    )
    values = [
        value
        for instance in instances
        for value in (
            instance.pk,
            *(field.get_db_prep_save(field.pre_save(instance, False), connection) for field in fields),
        )
    ]
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.rowcount
