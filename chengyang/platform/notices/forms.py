"""The form in which people choose how notices reach them."""

from typing import Any

from django import forms

from chengyang import extensions
from chengyang.platform.web.forms import CheckBoxes, Form

from .models import Delivery, SwitchedOff


class ChannelsForm(Form):
    """One field for each kind of notice, with a box for each channel. The inbox always receives it."""

    marks_optional = False

    def __init__(self, *args: Any, user: Any, **options: Any) -> None:
        off = set(SwitchedOff.objects.filter(user=user).values_list("kind", "channel"))
        kinds = extensions.notice_kinds()
        channels = Delivery.Channel.choices
        initial = {kind: [code for code, _label in channels if (kind, code) not in off] for kind in kinds}
        self.base_fields = {
            kind: forms.MultipleChoiceField(
                label=label, choices=channels, required=False, widget=CheckBoxes(size="small")
            )
            for kind, label in kinds.items()
        }
        super().__init__(*args, initial=initial, **options)

    def pairs(self) -> set[tuple[str, str]]:
        """Return the (kind, channel) pairs that are ticked."""
        return {(kind, channel) for kind, chosen in self.cleaned_data.items() for channel in chosen}
