"""The form in which a message to many is written."""

from typing import Any

from django import forms

from chengyang.platform.web import form_fields
from chengyang.platform.web.forms import ModelForm, RadioBoxes

from . import audience
from .models import Mailing, MailingKind


class MailingForm(ModelForm):
    """A message: what it is, its text, who answers, and when it is sent."""

    creates = True

    class Meta:
        model = Mailing
        fields = Mailing.EDITABLE_FIELDS
        widgets = {"kind": RadioBoxes(), "text": forms.Textarea(attrs={"rows": 5})}
        field_classes = {"send_at": form_fields.DateTimeField}

    def __init__(self, *args: Any, **options: Any) -> None:
        """Offer `MailingKind.OWN_SIGNUP` only where the list of the instance has sign-ups."""
        super().__init__(*args, **options)
        if "kind" in self.fields and not audience.is_of_signups(self.instance.list_name):
            kinds = [choice for choice in MailingKind.choices if choice[0] != MailingKind.OWN_SIGNUP]
            self.fields["kind"].choices = kinds
