"""The web door: a form posted byte by byte, so that a file's name may be anything."""

from __future__ import annotations

import time
from collections.abc import Sequence
from urllib.parse import quote

from django.urls import reverse

from reviews.figures import importing
from reviews.models import ImportBatch
from staff import jobs

LIST = "/admin/reviews/importbatch/"
BOUNDARY = "keji-boundary"


def posted(client, shop, files: Sequence[tuple[str, bytes]]):
    """Upload files under their names as they are, quotes and line breaks included; return the answer."""
    body = [f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="shop"\r\n\r\n{shop.pk}\r\n'.encode()]
    for name, data in files:
        head = f"--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"uploads\"; filename*=UTF-8''{quote(name)}\r\n"
        body += [head.encode(), b"Content-Type: application/octet-stream\r\n\r\n", data, b"\r\n"]
    body.append(f"--{BOUNDARY}--\r\n".encode())
    kind = f"multipart/form-data; boundary={BOUNDARY}"
    return client.post(f"{LIST}upload/", data=b"".join(body), content_type=kind)


def read_batch(client, shop, files: Sequence[tuple[str, bytes]], times: list[float], monkeypatch):
    """Upload, read and look at files; return the batch, and its preview as HTML. `times` gets seconds a file."""
    real = importing.read_file

    def timed(*args, **kwargs):
        start = time.perf_counter()
        try:
            return real(*args, **kwargs)
        finally:
            times.append(time.perf_counter() - start)

    monkeypatch.setattr(importing, "read_file", timed)
    answer = posted(client, shop, files)
    assert answer.status_code == 302, answer.status_code
    batch = ImportBatch.objects.latest("pk")
    jobs.work(batch.job_id)
    batch.refresh_from_db()
    page = client.get(reverse("admin:reviews_importbatch_change", args=[batch.pk]))
    assert page.status_code == 200
    return batch, page.content.decode()
