"""Sentences about a row of a sheet that several kinds say."""

from django.utils.translation import gettext_lazy as _

ROW_GONE = _("没有这个行编号，或者不归你管。")
OTHER_ROW = _("和行编号说的不是同一项。")
