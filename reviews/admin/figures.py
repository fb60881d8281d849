"""HR's import page: drop files, see what they would change, decide, let them count or take them back."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Q, QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from reviews.figures.accounts import OF_NOBODY, waiting_accounts
from reviews.figures.importing import Asked, Refused, State
from reviews.figures.own import OWN_FORMATS
from reviews.figures.previewing import preview_of
from reviews.figures.templates import template_file
from reviews.models import ImportBatch
from reviews.services import figures
from staff.access import scope_of
from staff.admin.base import ReadOnlyAdmin
from staff.models import Person, PlatformAccount, Shop, User

HISTORY = 40
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FOLDER = "admin/reviews/figures"


class UploadForm(forms.Form):
    """Whose files these are, and what they may not say themselves."""

    shop = forms.ModelChoiceField(Shop.objects.none(), label=gettext_lazy("Shop"), empty_label=None)
    first = forms.DateField(
        label=gettext_lazy("First day"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    last = forms.DateField(
        label=gettext_lazy("Last day"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    mode = forms.ChoiceField(
        label=gettext_lazy("Attribution"),
        required=False,
        choices=[
            ("", gettext_lazy("as the shop's setting")),
            ("pay_first", gettext_lazy("paying agent first")),
            ("order_first", gettext_lazy("ordering agent first")),
        ],
    )

    at = forms.DateTimeField(
        label=gettext_lazy("Taken at"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        error_messages={"invalid": gettext_lazy("Give day and hour as 2026-11-11 10:30.")},
    )

    def __init__(self, *args: Any, shops: QuerySet[Shop], **kwargs: Any) -> None:
        """Offer the shops the user looks after."""
        super().__init__(*args, **kwargs)
        self.fields["shop"].queryset = shops  # type: ignore[attr-defined]

    def asked(self) -> Asked:
        """Return what was said. Raises ValidationError."""
        data = self.cleaned_data
        overlap = ImportBatch.Overlap.ASK
        return figures.asked_from(
            first=data["first"], last=data["last"], mode=data["mode"], overlap=overlap, at=data["at"]
        )


class AnswerForm(forms.Form):
    """What a person decides about a batch that was read."""

    first = forms.DateField(required=False)
    last = forms.DateField(required=False)
    overlap = forms.ChoiceField(required=False, choices=ImportBatch.Overlap.choices)


def actor(request: HttpRequest) -> User:
    """Return who is logged in."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def shops_of(request: HttpRequest) -> QuerySet[Shop]:
    """Return the shops whose figures the user looks after as HR."""
    scope = scope_of(request.user, on=timezone.localdate())
    if scope.everything:
        return Shop.objects.all()
    reach = Q(pk__in=[])
    for place in scope.roles.get("hr", ()):
        reach |= Q(units__path__startswith=place)
    return Shop.objects.filter(reach).distinct()


def said(refused: ValidationError | Refused) -> str:
    """Return a refusal in words."""
    return " ".join(refused.messages) if isinstance(refused, ValidationError) else str(refused)


@admin.register(ImportBatch)
class ImportBatchAdmin(ReadOnlyAdmin):
    """Batches of imported files."""

    search_fields: ClassVar = ["files__name"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the batches of shops the user looks after: the door of every page here."""
        found = ImportBatch.objects.visible_to(request.user, on=timezone.localdate())
        return found.select_related("shop", "by__person", "undone_by__person", "job")

    def get_urls(self) -> list[URLPattern]:
        """Add the page's own actions before Django's."""
        wrap = self.admin_site.admin_view
        acts = [
            path(f"<int:pk>/{name}/", wrap(require_POST(view)), name=f"reviews_importbatch_{name}")
            for name, view in (
                ("apply", self.apply_view),
                ("undo", self.undo_view),
                ("discard", self.discard_view),
                ("leave", self.leave_view),
                ("answer", self.answer_view),
                ("swap", self.swap_view),
            )
        ]
        own = [
            path("upload/", wrap(require_POST(self.upload_view)), name="reviews_importbatch_upload"),
            path("sheet/<slug:code>/", wrap(self.sheet_view), name="reviews_importbatch_sheet"),
            path("accounts/", wrap(self.accounts_view), name="reviews_importbatch_accounts"),
            path("match/", wrap(require_POST(self.match_view)), name="reviews_importbatch_match"),
        ]
        return [*own, *acts, *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show where to drop files, what waits for a decision, and the batches before."""
        self._require(request)
        counts = {name: Sum(f"files__{name}", filter=Q(files__left_out=False)) for name in ("new", "changed")}
        batches = self.get_queryset(request).annotate(
            many=Count("files"), **{f"sum_{name}": value for name, value in counts.items()}
        )
        shops = shops_of(request)
        return self._page(
            request,
            "imports.html",
            title=_("Import"),
            form=UploadForm(shops=shops),
            sheets=OWN_FORMATS,
            batches=batches.order_by("-pk")[:HISTORY],
            waiting=len(waiting_accounts(shop_ids=list(shops.values_list("pk", flat=True)))),
            states=State,
        )

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show what a batch would change, or has changed."""
        self._require(request)
        batch = self._batch(request, object_id)
        context: dict[str, Any] = {"title": _("Import preview"), "batch": batch, "states": State}
        if batch.state == State.READING:
            read = batch.files.filter(read=True).count()
            return self._page(request, "reading.html", read=read, many=batch.files.count(), **context)
        return self._page(
            request,
            "preview.html",
            page=preview_of(batch),
            people=_people(request) if batch.state == State.STAGED else [],
            kinds=_kinds(),
            **context,
        )

    def upload_view(self, request: HttpRequest) -> HttpResponse:
        """Keep the files and start reading them."""
        self._require(request)
        form = UploadForm(request.POST, request.FILES, shops=shops_of(request))
        try:
            if not form.is_valid():
                raise ValidationError([text for texts in form.errors.values() for text in texts])
            batch = figures.start_import(
                request.FILES.getlist("uploads"),
                shop=form.cleaned_data["shop"],
                by=actor(request),
                asked=form.asked(),
            )
        except ValidationError as refused:
            messages.error(request, said(refused))
            return redirect("admin:reviews_importbatch_changelist")
        return redirect("admin:reviews_importbatch_change", batch.pk)

    def apply_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Let the batch count."""
        batch = self._batch(request, str(pk))
        return self._act(
            request,
            batch,
            lambda: figures.apply(batch, by=actor(request), at=timezone.now()),
            _("All files were imported."),
        )

    def undo_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take the batch back."""
        batch = self._batch(request, str(pk))
        return self._act(
            request,
            batch,
            lambda: figures.undo(batch, by=actor(request), at=timezone.now()),
            _("The batch was undone; what stood before counts again."),
        )

    def discard_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Give the batch up."""
        batch = self._batch(request, str(pk))
        done = self._act(request, batch, lambda: figures.discard(batch), _("The batch was given up."))
        batch.refresh_from_db(fields=["state"])
        return redirect("admin:reviews_importbatch_changelist") if batch.state == State.DISCARDED else done

    def leave_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Leave a file out."""
        batch = self._batch(request, str(pk))
        names = request.POST.getlist("name")
        return self._act(request, batch, lambda: figures.leave_out(batch, names=names, by=actor(request)), "")

    def answer_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Keep which days the files stand for, or what becomes of overlapping spans."""
        batch = self._batch(request, str(pk))
        form = AnswerForm(request.POST)
        if not form.is_valid():
            messages.error(request, _("Give the days as dates."))
            return redirect("admin:reviews_importbatch_change", batch.pk)
        data = form.cleaned_data
        return self._act(
            request,
            batch,
            lambda: figures.decide(
                batch, first=data["first"], last=data["last"], overlap=data["overlap"], by=actor(request)
            ),
            "",
        )

    def swap_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Put a corrected file in the place of a faulty one."""
        batch = self._batch(request, str(pk))
        number, upload = request.POST.get("file", ""), request.FILES.get("upload")
        if upload is None or not number.isdecimal() or not batch.files.filter(pk=int(number[:18])).exists():
            messages.error(request, _("Choose the corrected file."))
            return redirect("admin:reviews_importbatch_change", batch.pk)
        return self._act(
            request,
            batch,
            lambda: figures.swap_file(batch, file_id=int(number), upload=upload, by=actor(request)),
            "",
        )

    def accounts_view(self, request: HttpRequest) -> HttpResponse:
        """Show the queue of accounts that nobody is matched to."""
        self._require(request)
        shops = list(shops_of(request).values_list("pk", flat=True))
        return self._page(
            request,
            "accounts.html",
            title=_("Accounts waiting for a match"),
            waiting=waiting_accounts(shop_ids=shops),
            people=_people(request),
            kinds=_kinds(),
        )

    def match_view(self, request: HttpRequest) -> HttpResponse:
        """Say whose an account is, or that it is nobody's own."""
        self._require(request)
        shop = get_object_or_404(shops_of(request), pk=_number(request.POST.get("shop")))
        name, whose = request.POST.get("account", "").strip()[:120], request.POST.get("whose", "")
        try:
            if not name or not whose:
                raise ValidationError(_("Choose whose the account is."))
            if whose in OF_NOBODY:
                figures.declare(shop, name=name, kind=whose)
            else:
                people = Person.objects.visible_to(request.user, on=timezone.localdate())
                person = get_object_or_404(people, pk=_number(whose))
                figures.match(shop, name=name, person=person, starts_on=_day(request.POST.get("starts_on")))
        except ValidationError as refused:
            messages.error(request, said(refused))
        else:
            text = _("%(account)s is matched; its figures count from the next computation on.")
            messages.success(request, text % {"account": name})
        batch = _number(request.POST.get("batch"))
        if batch and self.get_queryset(request).filter(pk=batch).exists():
            return HttpResponseRedirect(
                reverse("admin:reviews_importbatch_change", args=[batch]) + "#accounts"
            )
        return redirect("admin:reviews_importbatch_accounts")

    def sheet_view(self, request: HttpRequest, code: str) -> HttpResponse:
        """Hand out an own sheet to fill in."""
        self._require(request)
        form = next((form for form in OWN_FORMATS if form.code == code), None)
        if form is None:
            raise Http404
        answer = HttpResponse(template_file(form), content_type=XLSX)
        answer["Content-Disposition"] = f'attachment; filename="{code}.xlsx"'
        return answer

    def _require(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise Http404

    def _batch(self, request: HttpRequest, object_id: str) -> ImportBatch:
        self._require(request)
        batch: ImportBatch = get_object_or_404(self.get_queryset(request), pk=_number(object_id))
        return batch

    def _act(self, request: HttpRequest, batch: ImportBatch, act: Any, done: str) -> HttpResponse:
        try:
            act()
        except (Refused, ValidationError) as refused:
            messages.error(request, said(refused))
        else:
            if done:
                messages.success(request, done)
        return redirect("admin:reviews_importbatch_change", batch.pk)

    def _page(self, request: HttpRequest, template: str, **context: Any) -> HttpResponse:
        base = self.admin_site.each_context(request)
        return TemplateResponse(request, f"{FOLDER}/{template}", {**base, **context})


def _people(request: HttpRequest) -> list[Person]:
    seen = Person.objects.visible_to(request.user, on=timezone.localdate()).filter(anonymised_at=None)
    return list(seen.order_by("staff_no").only("pk", "name", "staff_no"))


def _kinds() -> list[tuple[str, str]]:
    return [(kind.value, str(kind.label)) for kind in PlatformAccount.Kind if kind in OF_NOBODY]


def _number(text: str | None) -> int:
    """Return a key from a form or address; 0, which no row has, where it is none."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 18 else 0


def _day(text: str | None) -> date:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        raise ValidationError(_("Give the day from which on the person has the account.")) from None
