"""HR's import page in the admin: uploading, the preview, accounts, history."""

from reviews.admin.figures.batches import ImportBatchAdmin
from reviews.admin.figures.doors import actor, people_of, said, shops_of

__all__ = ["ImportBatchAdmin", "actor", "people_of", "said", "shops_of"]
