"""What can be done with trainings, one function per intention; all run inside a unit of work."""

from app.trainings.commands.places import claim_places, next_numbers, release_places

__all__ = ["claim_places", "next_numbers", "release_places"]
