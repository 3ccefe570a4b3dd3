"""What a desk is told beyond the verdict, because something else is to be done next."""

from __future__ import annotations

from app.kit.errors import Text
from app.kit.texts import lazy as _

GROUP_ALONE = "group_alone"
WALK_IN = "walk_in"  # also the flag of facts about people who came without a ticket

NOTES: dict[str, Text] = {
    GROUP_ALONE: _("这是企业团体码，请先从名单中选择到场的人员"),
}
