"""What HR does with a batch: upload, answer, put a corrected file in, import, undo, give up."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Sum
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reviews.admin.figures.answers import UNDO, Typed, file_answers, matches_of, typed_accounts
from reviews.admin.figures.doors import actor, month_of, number, people_of, said, shops_of
from reviews.admin.figures.forms import UploadForm
from reviews.figures.importing import Refused, State
from reviews.models import ImportBatch
from reviews.services import attribution, figures

Problems = Mapping[tuple[int, str], str]


class Acts:
    """The import page's acts; each is a POST, asks its door first and leaves the work to the services."""

    if TYPE_CHECKING:

        def door(self, request: HttpRequest) -> None: ...

        def batch_of(self, request: HttpRequest, object_id: str) -> ImportBatch: ...

        def get_queryset(self, request: HttpRequest) -> Any: ...

        def show_batch(
            self,
            request: HttpRequest,
            batch: ImportBatch,
            *,
            typed: Sequence[Typed] = (),
            problems: Problems | None = None,
        ) -> HttpResponse: ...

        def show_accounts(
            self, request: HttpRequest, *, typed: Sequence[Typed] = (), problems: Problems | None = None
        ) -> HttpResponse: ...

    def upload_view(self, request: HttpRequest) -> HttpResponse:
        """Keep the files and start reading them; the page's script sends many in several requests."""
        self.door(request)
        wants_json = "application/json" in request.headers.get("Accept", "")
        try:
            batch = self._uploaded(request)
        except (ValidationError, Refused) as refused:
            if wants_json:
                return JsonResponse({"error": said(refused)}, status=400)
            messages.error(request, said(refused))
            return redirect("admin:reviews_importbatch_changelist")
        url = reverse("admin:reviews_importbatch_change", args=[batch.pk])
        return JsonResponse({"batch": batch.pk, "url": url}) if wants_json else redirect(url)

    def _uploaded(self, request: HttpRequest) -> ImportBatch:
        files, more = request.FILES.getlist("uploads"), request.POST.get("more") == "1"
        if key := request.POST.get("batch"):
            batch = self.batch_of(request, key)
            figures.add_files(batch, files, by=actor(request), more=more)
            return batch
        form = UploadForm(request.POST, request.FILES, shops=shops_of(request))
        if not form.is_valid():
            raise ValidationError([text for texts in form.errors.values() for text in texts])
        return figures.start_import(
            files, shop=form.cleaned_data["shop"], by=actor(request), asked=form.asked(), more=more
        )

    def again_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Read a batch whose reading or upload has stopped."""
        batch = self.batch_of(request, str(pk))
        if batch.state == State.READING and batch.files.exists():
            figures.read_again(batch, by=actor(request))
        return redirect("admin:reviews_importbatch_change", batch.pk)

    def answer_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Keep all that was answered in the preview: about files, and whose accounts are."""
        batch = self.batch_of(request, str(pk))
        typed = typed_accounts(request.POST)
        try:
            answers = file_answers(batch, request.POST)
            problems = self._keep_accounts(request, typed)
            if problems:
                return self.show_batch(request, batch, typed=typed, problems=problems)
            if answers.files:
                figures.answer_files(batch, answers.files, by=actor(request))
        except (Refused, ValidationError) as refused:
            messages.error(request, said(refused))
            return redirect("admin:reviews_importbatch_change", batch.pk)
        if answers.undo:
            return redirect("admin:reviews_importbatch_modes", batch.pk)
        if not (answers.files or typed):
            messages.warning(request, _("Nothing was chosen."))
        return redirect("admin:reviews_importbatch_change", batch.pk)

    def _keep_accounts(self, request: HttpRequest, typed: Sequence[Typed]) -> Problems:
        """Keep whose accounts are, all or none; return what is wrong."""
        if not typed:
            return {}
        matches, problems = matches_of(typed, shops_of(request), people_of(request))
        problems = problems or figures.match_accounts(matches)
        if problems:
            text = ngettext(
                "{count} account cannot be kept like this; no answer was kept.",
                "{count} accounts cannot be kept like this; no answer was kept.",
                len(problems),
            )
            messages.error(request, text.format(count=len(problems)))
        else:
            text = ngettext(
                "{count} account is matched; its figures count from the next computation on.",
                "{count} accounts are matched; their figures count from the next computation on.",
                len(matches),
            )
            messages.success(request, text.format(count=len(matches)))
        return problems

    def match_view(self, request: HttpRequest) -> HttpResponse:
        """Keep whose the accounts of the queue are."""
        self.door(request)
        typed = typed_accounts(request.POST)
        if not typed:
            messages.error(request, _("Choose whose the account is."))
            return redirect("admin:reviews_importbatch_accounts")
        if problems := self._keep_accounts(request, typed):
            return self.show_accounts(request, typed=typed, problems=problems)
        return redirect("admin:reviews_importbatch_accounts")

    def compute_view(self, request: HttpRequest) -> HttpResponse:
        """Compute a month's figures from the orders and chats that are stored."""
        self.door(request)
        shop = get_object_or_404(shops_of(request), pk=number(request.POST.get("shop")))
        try:
            attribution.start(shop, month_of(request.POST.get("month")), by=actor(request))
        except ValidationError as refused:
            messages.error(request, said(refused))
        else:
            messages.success(request, _("The figures are being computed; they count as soon as it is done."))
        return redirect("admin:reviews_importbatch_changelist")

    def swap_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Put a corrected file in the place of a faulty one."""
        batch = self.batch_of(request, str(pk))
        key, upload = number(request.POST.get("file")), request.FILES.get("upload")
        if upload is None or not batch.files.filter(pk=key).exists():
            messages.error(request, _("Choose the corrected file."))
            return redirect("admin:reviews_importbatch_change", batch.pk)
        return self._act(
            request,
            batch,
            lambda: figures.swap_file(batch, file_id=key, upload=upload, by=actor(request)),
        )

    def apply_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Let the batch count; what was chosen about accounts on the way is kept first."""
        batch = self.batch_of(request, str(pk))
        typed = typed_accounts(request.POST)
        if problems := self._keep_accounts(request, typed):
            return self.show_batch(request, batch, typed=typed, problems=problems)
        at = timezone.now()
        sums = batch.files.filter(left_out=False).aggregate(new=Sum("new"), changed=Sum("changed"))
        done = _("All files were imported. New rows: {new}, changed: {changed}.").format(**sums)
        return self._act(request, batch, lambda: figures.apply(batch, by=actor(request), at=at), done)

    def undo_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take the batch back."""
        batch = self.batch_of(request, str(pk))
        at = timezone.now()
        done = _("The batch was undone; what stood before counts again.")
        return self._act(request, batch, lambda: figures.undo(batch, by=actor(request), at=at), done)

    def undo_modes_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Undo the batches whose attribution mode stands in the way."""
        batch = self.batch_of(request, str(pk))
        if request.POST.get("answer") != UNDO:
            raise Http404
        at = timezone.now()
        done = _("The batches before were undone; this one is read again.")
        return self._act(request, batch, lambda: figures.undo_for_mode(batch, by=actor(request), at=at), done)

    def discard_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Give the batch up."""
        batch = self.batch_of(request, str(pk))
        done = self._act(request, batch, lambda: figures.discard(batch), _("The batch was given up."))
        batch.refresh_from_db(fields=["state"])
        return redirect("admin:reviews_importbatch_changelist") if batch.state == State.DISCARDED else done

    def _act(
        self, request: HttpRequest, batch: ImportBatch, act: Callable[[], Any], done: str = ""
    ) -> HttpResponse:
        try:
            act()
        except (Refused, ValidationError) as refused:
            messages.error(request, said(refused))
        else:
            if done:
                messages.success(request, done)
        return redirect("admin:reviews_importbatch_change", batch.pk)


def open_batch(request: HttpRequest, found: Any, object_id: str) -> ImportBatch:
    """Return one of the batches that a user may see, or answer 404."""
    batch: ImportBatch = get_object_or_404(found, pk=number(object_id))
    return batch
