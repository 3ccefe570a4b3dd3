"""Texts shown to people: Chinese is written in the code, English comes from translations/."""

from flask_babel import gettext, lazy_gettext, ngettext
from flask_babel.speaklater import LazyString

type_of_lazy = LazyString
lazy = lazy_gettext
translate = gettext
translate_many = ngettext

__all__ = ["lazy", "translate", "translate_many", "type_of_lazy"]
