"""The cards for programs: the same door as the pages, read only.

Amounts are strings in CNY with two decimals, points strings with two decimals; what a reader may
not see is not in the answer at all.
"""

from __future__ import annotations

from typing import Any, ClassVar, cast

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import PageNumberPagination
from rest_framework.viewsets import ReadOnlyModelViewSet

from reviews.access import sees_money
from reviews.models import Card, CardLine, CardState
from reviews.scoring.explain import render_line
from reviews.scoring.words import Lang

FILTERS = frozenset({"month", "state", "staff_no", "page", "page_size", "format"})


def reader_language() -> Lang:
    """Return the language of the words in an answer."""
    return "en" if (get_language() or "").startswith("en") else "zh"


class Pages(PageNumberPagination):
    """At most 200 cards an answer."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200


class InputSerializer(serializers.Serializer[Any]):
    """One input of a line with where it came from."""

    key = serializers.CharField()
    name = serializers.CharField()
    value = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]  # the field's name is the answer's


class StepSerializer(serializers.Serializer[Any]):
    """One step of a line's computation."""

    text = serializers.CharField()
    amount = serializers.CharField()


class LineTextSerializer(serializers.Serializer[Any]):
    """One scored line, opened."""

    code = serializers.CharField()
    name = serializers.CharField()
    status = serializers.CharField()
    weight = serializers.CharField()
    points = serializers.CharField(help_text="Empty while the line is open.")
    value = serializers.CharField()
    rule = serializers.CharField()
    note = serializers.CharField()
    inputs = InputSerializer(many=True)
    steps = StepSerializer(many=True)


class CardSerializer(serializers.ModelSerializer[Card]):
    """One person's one month in short."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    month = serializers.DateField(format="%Y-%m", read_only=True)
    staff_no = serializers.CharField(source="person.staff_no", read_only=True)
    name = serializers.CharField(source="person.name", read_only=True)
    unit = serializers.CharField(source="unit.name", read_only=True)
    version = serializers.IntegerField(source="current.number", read_only=True)
    total = serializers.DecimalField(
        source="current.total", max_digits=7, decimal_places=2, read_only=True, allow_null=True
    )
    multiplier = serializers.DecimalField(
        source="current.multiplier", max_digits=5, decimal_places=3, read_only=True, allow_null=True
    )

    class Meta:
        model = Card
        fields: ClassVar = [
            "id",
            "month",
            "staff_no",
            "name",
            "unit",
            "state",
            "version",
            "total",
            "multiplier",
        ]
        read_only_fields: ClassVar = fields


class CardDetailSerializer(CardSerializer):
    """One card with its lines; amounts only for those who may see them."""

    lines = serializers.SerializerMethodField()
    base_salary = serializers.DecimalField(
        source="current.base_salary", max_digits=14, decimal_places=2, read_only=True, required=False
    )
    performance_pay = serializers.DecimalField(
        source="current.performance_pay", max_digits=14, decimal_places=2, read_only=True, required=False
    )

    class Meta(CardSerializer.Meta):
        fields: ClassVar = [*CardSerializer.Meta.fields, "base_salary", "performance_pay", "lines"]

    def get_fields(self) -> dict[str, Any]:
        """Leave the amounts out where the reader may not see them."""
        found = super().get_fields()
        request = self.context.get("request")
        card = self.instance
        hidden = (
            isinstance(card, Card)
            and request is not None
            and not sees_money(request.user, card, on=timezone.localdate())
        )
        if hidden:
            del found["base_salary"], found["performance_pay"]
        return found

    @extend_schema_field(LineTextSerializer(many=True))
    def get_lines(self, card: Card) -> list[Any]:
        """Word the lines of the current version in the reader's language."""
        version = card.current
        if version is None:
            return []
        lang = reader_language()
        words = [
            render_line(line.explanation, lang)
            for segment in version.segments.all()
            for line in segment.lines.all()
        ]
        return cast("list[Any]", LineTextSerializer(words, many=True).data)


class CardViewSet(ReadOnlyModelViewSet[Card]):
    """The cards a reader may see. Foreign and missing ones answer alike: 404."""

    lookup_field = "public_id"
    lookup_value_converter = "uuid"
    pagination_class = Pages
    queryset = Card.objects.none()

    def get_serializer_class(self) -> type[CardSerializer]:
        """Lists are short, one card is whole."""
        return CardDetailSerializer if self.action == "retrieve" else CardSerializer

    def get_queryset(self) -> QuerySet[Card]:
        """Return the cards the reader may see, filtered by month, state or staff number."""
        cards = Card.objects.visible_to(self.request.user, on=timezone.localdate())
        cards = cards.select_related("person", "unit", "current").order_by("-month", "person__staff_no")
        if self.action == "retrieve":
            lines = CardLine.objects.order_by("order")
            return cards.prefetch_related("current__segments", Prefetch("current__segments__lines", lines))
        return self._filtered(cards)

    def _filtered(self, cards: QuerySet[Card]) -> QuerySet[Card]:
        asked = self.request.query_params
        if unknown := sorted(set(asked) - FILTERS):
            raise ValidationError({name: ["This filter is not known."] for name in unknown})
        if state := asked.get("state"):
            if state not in CardState.values:
                raise ValidationError({"state": ["This state is not known."]})
            cards = cards.filter(state=state)
        if month := asked.get("month"):
            day = serializers.DateField(input_formats=["%Y-%m"]).run_validation(month)
            cards = cards.filter(month=day)
        if staff_no := asked.get("staff_no"):
            cards = cards.filter(person__staff_no=staff_no)
        return cards
