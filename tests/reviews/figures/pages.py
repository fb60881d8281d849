"""HR's import page as a browser uses it: upload, look, answer, act."""

from __future__ import annotations

from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from reviews.models import ImportBatch
from staff import jobs

LIST = "/admin/reviews/importbatch/"


def file_of(path: Path):
    return SimpleUploadedFile(path.name, path.read_bytes())


def upload(client, shop, *paths, **more):
    answer = client.post(f"{LIST}upload/", {"shop": shop.pk, "uploads": [file_of(p) for p in paths], **more})
    batch = ImportBatch.objects.order_by("-pk").first()
    if batch and batch.job_id and batch.state == "reading":
        jobs.work(batch.job_id)
        batch.refresh_from_db()
    return batch, answer


def page(client, batch):
    return client.get(reverse("admin:reviews_importbatch_change", args=[batch.pk])).content.decode()


def again(client, batch, **answers):
    """Answer in the preview and let the batch be read again."""
    shown = act(client, batch, "answer", **answers)
    batch.refresh_from_db()
    if batch.state == "reading":
        jobs.work(batch.job_id)
        batch.refresh_from_db()
    return shown


def act(client, batch, step, **data):
    return client.post(f"{LIST}{batch.pk}/{step}/", data, follow=True).content.decode()
