"""Everything that enterprises and their people are told in writing."""

from app.registrations.notices.changes import Change, ChangeNews, drafts_of_change
from app.registrations.notices.links import group_url, manage_url, ticket_code, ticket_url
from app.registrations.notices.places import News, Occasion, drafts

__all__ = [
    "Change",
    "ChangeNews",
    "News",
    "Occasion",
    "drafts",
    "drafts_of_change",
    "group_url",
    "manage_url",
    "ticket_code",
    "ticket_url",
]
