"""Texts shown to people: Chinese is written in the code, English comes from translations/."""

from flask_babel import gettext, lazy_gettext
from flask_babel.speaklater import LazyString

type_of_lazy = LazyString
lazy = lazy_gettext
translate = gettext

__all__ = ["lazy", "translate", "type_of_lazy"]
