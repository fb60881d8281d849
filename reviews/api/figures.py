"""Figures for programs: rows go in as files do, and come out as `export_figures` prints them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, cast

from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language_from_request
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import NotFound
from rest_framework.pagination import PageNumberPagination
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from reviews.api import figures_schema as schema
from reviews.api.tokens import MayUseFigures, Requests, TokenAuthentication
from reviews.figures.cells import shown
from reviews.figures.days import Span, month_span
from reviews.figures.exporting import Exported, Wanted
from reviews.figures.posted.forms import CODES
from reviews.figures.posted.problems import Problem, RequestRefused
from reviews.figures.posted.reading import ISO_DAY, MAX_BODY, too_big
from reviews.models import AgentFigures
from reviews.services.api_figures import post_figures
from staff.models import ApiToken, Shop
from staff.services import shops_looked_after

FILTERS = ("month", "date", "from", "to", "account", "staff_no", "source", "shop", "page", "page_size")


class Body(BaseParser):
    """The bytes as they came: what they say is read once, strictly, where it can be told in words."""

    media_type = "application/json"

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Return the bytes, at most one more than is allowed."""
        return {"bytes": stream.read(MAX_BODY + 1)}


class Pages(PageNumberPagination):
    """At most 500 rows an answer."""

    page_size = 100
    page_size_query_param = "page_size"
    max_page_size = 500


class FiguresViewSet(GenericViewSet[AgentFigures]):
    """The figures of one shop."""

    authentication_classes = (TokenAuthentication, SessionAuthentication)
    permission_classes = (MayUseFigures,)
    throttle_classes = (Requests,)
    parser_classes = (Body,)
    pagination_class = Pages
    serializer_class = schema.StoredRow
    queryset = AgentFigures.objects.none()
    filter_backends = ()

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Speak the language that a program asks for; people read in that of their account."""
        if not request.headers.get("Authorization"):
            return super().dispatch(request, *args, **kwargs)
        code = get_language_from_request(request)
        with translation.override(code):
            response = super().dispatch(request, *args, **kwargs)
        response["Content-Language"] = code
        patch_vary_headers(response, ["Accept-Language"])
        return response

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Keep answers out of every cache."""
        response["Cache-Control"] = "no-store"
        return super().finalize_response(request, response, *args, **kwargs)

    def handle_exception(self, exc: Exception) -> Response:
        """Answer what is wrong with a request by its status and all its sentences."""
        if isinstance(exc, RequestRefused):
            return Response(exc.said(), status=exc.status)
        return super().handle_exception(exc)

    @schema.reads
    def list(self, request: Request) -> Response:
        """Return the rows in force of a shop that begin in a month, on a day or between two days of a month."""
        asked = _asked(request, FILTERS)
        span = _span(asked)
        _pages(asked)
        shop = _shop(request, asked)
        wanted = Wanted(
            shop, span.first, span.last, asked.get("account", ""), asked.get("staff_no", ""), _source(asked)
        )
        page = self.paginate_queryset(cast("Any", Exported(wanted)))
        return self.get_paginated_response(page)

    @schema.writes
    def create(self, request: Request) -> Response:
        """Import up to 5,000 rows: all of them or none, once for each Idempotency-Key."""
        _shop(request, _asked(request, ("shop",)))
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or int(length[:12]) > MAX_BODY:
            raise too_big()
        data = request.data
        body = data.get("bytes", b"") if isinstance(data, dict) else b""
        token = cast("ApiToken", request.auth)
        answer = post_figures(
            body, token=token, key=request.headers.get("Idempotency-Key"), at=timezone.now()
        )
        return Response(answer.body, status=answer.status)


def _asked(request: Request, known: tuple[str, ...]) -> dict[str, str]:
    """Return the filters of a request. Raises RequestRefused for unknown ones and for those given twice."""
    problems = []
    for name, values in request.query_params.lists():
        if name not in known:
            problems.append(Problem(shown(name), "unknown_filter", {"text": shown(name)}))
        elif len(values) > 1:
            problems.append(Problem(name, "filter_twice"))
    if problems:
        raise RequestRefused(400, problems)
    return {name: str(value) for name, value in request.query_params.items() if value}


def _shop(request: Request, asked: Mapping[str, str]) -> Shop:
    """Return the token's shop, or the one a log-in names: foreign and missing ones are answered alike."""
    number = asked.get("shop", "")
    if isinstance(request.auth, ApiToken):
        if number not in ("", str(request.auth.shop_id)):
            raise NotFound
        return request.auth.shop
    if not (number.isascii() and number.isdecimal() and len(number) < 18):
        raise RequestRefused(400, [Problem("shop", "no_shop")])
    return get_object_or_404(shops_looked_after(request.user, on=timezone.localdate()), pk=int(number))


def _span(asked: Mapping[str, str]) -> Span:
    given = {name for name in ("month", "date", "from", "to") if name in asked}
    if given not in ({"month"}, {"date"}, {"from", "to"}):
        raise RequestRefused(400, [Problem("month", "no_days")])
    if "month" in given:
        day = _day("month", f"{asked['month']}-01", "not_a_month", asked["month"])
        return month_span(day.year, day.month)
    first = _day("from", asked["from"]) if "from" in given else _day("date", asked["date"])
    last = _day("to", asked["to"]) if "to" in given else first
    if last < first or (first.year, first.month) != (last.year, last.month):
        raise RequestRefused(400, [Problem("to", "two_months")])
    return Span(first, last)


def _day(name: str, text: str, code: str = "not_iso", said: str = "") -> date:
    try:
        if not ISO_DAY.fullmatch(text):
            raise ValueError(text)
        return date.fromisoformat(text)
    except ValueError:
        raise RequestRefused(400, [Problem(name, code, {"text": shown(said or text)})]) from None


def _source(asked: Mapping[str, str]) -> str:
    name = asked.get("source", "")
    if name and name not in CODES:
        words = ", ".join(dict.fromkeys(CODES.values()))
        raise RequestRefused(
            400, [Problem("source", "unknown_choice", {"text": shown(name), "words": words})]
        )
    return CODES[name] if name else ""


def _pages(asked: Mapping[str, str]) -> None:
    for name in ("page", "page_size"):
        text = asked.get(name, "1")
        if not (text.isascii() and text.isdecimal() and len(text) < 10 and int(text)):
            raise RequestRefused(400, [Problem(name, "not_a_page", {"text": shown(text)})])
