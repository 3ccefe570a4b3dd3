"""Pages on which staff issue proofs, follow batches, correct, revoke, and word the texts."""

from app.proofs.staff_views import batches, papers, single, templates
from app.proofs.staff_views.frame import blueprint

__all__ = ["batches", "blueprint", "papers", "single", "templates"]
