"""Reference data as small sheets: leave, pay levels with their dated amounts, holidays.

Rows are found by what people know (staff number, codes, days), never by a database key. What is written
is the whole sheet or nothing, row by row, so that each changed row has its history.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field
from import_export.resources import Diff, ModelResource

from staff.models import Holiday, Leave, Level, LevelAmount
from staff.resource_cells import (
    Cell,
    ChoiceCell,
    DayCell,
    MomentCell,
    NumberCell,
    PersonCell,
    PositionCell,
    WholeCell,
    folded,
    spellings,
    text_of,
)
from staff.resource_files import NumberedRows, SheetFault


class OldAndNew(Diff):
    """A changed cell as the whole old and the whole new value: half a number means nothing."""

    def as_html(self) -> list[str]:
        """Return one cell per column."""
        before = [""] * len(self.right) if self.new else self.left
        return [
            format_html("<del>{}</del> → <ins>{}</ins>", old, new)
            if old and old != new
            else format_html("{}", new)
            for old, new in zip(before, self.right, strict=True)
        ]


class SheetResource(ModelResource):
    """What the sheets share: headers in both languages, natural keys, all faults of a row together."""

    labels: ClassVar[dict[str, str | Promise]] = {}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.seen: dict[tuple[Any, ...], int] = {}
        self.numbers: list[int] = []
        for name, label in self.labels.items():
            self.fields[name].column_name = str(label)

    @classmethod
    def get_diff_class(cls) -> type[OldAndNew]:
        """Return how changes are shown."""
        return OldAndNew

    @classmethod
    def get_display_name(cls) -> str:
        """Return the rows' name in the reader's language."""
        return str(cls._meta.model._meta.verbose_name_plural)  # noqa: SLF001

    def before_import(self, dataset: NumberedRows, **_kwargs: Any) -> None:
        """Put the reader's headers in place of those of the file. Raises SheetFault, leaving no rows."""
        self.numbers = list(dataset.numbers)
        try:
            dataset.headers = self._headers(dataset.headers)
        except SheetFault:
            dataset.wipe()
            raise

    def _headers(self, given: list[str]) -> list[str]:
        known = {word: str(label) for label in self.labels.values() for word in spellings(label)}
        found = [known.get(folded(header)) for header in given]
        faults = [
            gettext("There is no column “%(header)s” in this sheet.") % {"header": header}
            for header, label in zip(given, found, strict=True)
            if label is None
        ]
        for label in map(str, self.labels.values()):
            if label not in found:
                faults.append(gettext("The column “%(header)s” is missing.") % {"header": label})
            elif found.count(label) > 1:
                faults.append(gettext("The column “%(header)s” stands there twice.") % {"header": label})
        if faults:
            raise SheetFault("\n".join(faults))
        return [label for label in found if label]

    def row_of(self, number: int) -> int:
        """Return the number a row (counted from 1) has in the file."""
        return self.numbers[number - 1]

    def header_of(self, attribute: str) -> str:
        """Return the header of the column about an attribute, or nothing."""
        return next((f.column_name for f in self.fields.values() if f.attribute == attribute), "")

    def key_of(self, row: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return what a row is found by, or None where a cell of it is faulty."""
        try:
            fields = [self.fields[name] for name in self.get_import_id_fields()]
            return {field.attribute: field.clean(row) for field in fields}
        except ValueError:
            return None

    def get_instance(self, _loader: Any, row: Mapping[str, Any]) -> Any:
        """Return the stored row a row is about, or None. Faults of the key are reported with the others."""
        key = self.key_of(row)
        if key is None:
            return None
        found = self.get_queryset().filter(**key)[:2]
        if len(found) > 1:
            raise ValidationError(
                gettext("Several stored rows fit this one; change them on their own pages.")
            )
        return next(iter(found), None)

    def import_instance(self, instance: Any, row: Mapping[str, Any], **kwargs: Any) -> None:
        """Fill an object from its row. Raises ValidationError with every fault."""
        errors: dict[str, Any] = {}
        try:
            super().import_instance(instance, row, **kwargs)
        except ValidationError as fault:
            errors = fault.update_error_dict(errors)
        number = self.row_of(kwargs["row_number"])
        try:
            self.compare_rows(row, number=number)
        except ValidationError as fault:
            errors = fault.update_error_dict(errors)
        if errors:
            raise ValidationError(errors)

    def compare_rows(self, row: Mapping[str, Any], *, number: int) -> None:
        """Refuse a row about what an earlier row was about. Raises ValidationError."""
        key = self.key_of(row)
        if key is None:
            return
        earlier = self.seen.setdefault(tuple(key.values()), number)
        if earlier != number:
            words = gettext("Row %(row)s is about the same already.") % {"row": earlier}
            raise ValidationError({NON_FIELD_ERRORS: [words]})


def column(attribute: str, cell: Cell) -> Field:
    """Return a column about an attribute; its header is set in the reader's language."""
    return Field(attribute=attribute, column_name=attribute, widget=cell)


class LeaveResource(SheetResource):
    """Leave: whose, of what kind, from when until before when, hours, approved by whom."""

    labels: ClassVar = {
        "person": _("staff number"),
        "kind": _("kind"),
        "starts_at": _("from"),
        "ends_at": _("until before"),
        "hours": _("working hours missed"),
        "approved_by": _("approver's staff number"),
    }
    person = column("person", PersonCell())
    kind = column("kind", ChoiceCell(dict(Leave.Kind.choices)))
    starts_at = column("starts_at", MomentCell())
    ends_at = column("ends_at", MomentCell())
    hours = column("hours", NumberCell(places=2))
    approved_by = column("approved_by", PersonCell())

    class Meta:
        model = Leave
        fields = ("person", "kind", "starts_at", "ends_at", "hours", "approved_by")
        import_id_fields = ("person", "starts_at")
        use_transactions = True
        skip_unchanged = True
        clean_model_instances = True


class HolidayResource(SheetResource):
    """Days off and make-up working days."""

    labels: ClassVar = {
        "date": _("day"),
        "works": _("working day"),
        "name_zh": _("Chinese name"),
        "name_en": _("English name"),
    }
    date = column("date", DayCell())
    works = column("works", ChoiceCell({True: _("yes"), False: _("no")}))
    name_zh = column("name_zh", Cell(required=False))
    name_en = column("name_en", Cell(required=False))

    class Meta:
        model = Holiday
        fields = ("date", "works", "name_zh", "name_en")
        import_id_fields = ("date",)
        use_transactions = True
        skip_unchanged = True
        clean_model_instances = True


class LevelResource(SheetResource):
    """The ladders' steps: position, code, name, rank."""

    labels: ClassVar = {
        "position": _("position code"),
        "code": _("level code"),
        "name": _("level name"),
        "rank": _("rank"),
    }
    position = column("position", PositionCell())
    code = column("code", Cell())
    name = column("name", Cell())
    rank = column("rank", WholeCell())

    class Meta:
        model = Level
        fields = ("position", "code", "name", "rank")
        import_id_fields = ("position", "code")
        use_transactions = True
        skip_unchanged = True
        clean_model_instances = True

    def get_queryset(self) -> Any:
        """Return the levels with their positions."""
        return super().get_queryset().select_related("position")


class LevelAmountResource(SheetResource):
    """Pay levels with their amounts from a day on: a row names the level too, and makes it if it is new."""

    labels: ClassVar = {
        "position": _("position code"),
        "code": _("level code"),
        "name": _("level name"),
        "rank": _("rank"),
        "starts_on": _("from"),
        "base_salary": _("base salary"),
        "performance_salary": _("performance salary"),
        "commission_rate": _("commission rate"),
        "authority_limit": _("authority limit"),
    }
    position = column("level__position", PositionCell())
    code = column("level__code", Cell())
    name = column("level__name", Cell())
    rank = column("level__rank", WholeCell())
    starts_on = column("starts_on", DayCell())
    base_salary = column("base_salary", NumberCell(places=2))
    performance_salary = column("performance_salary", NumberCell(places=2))
    commission_rate = column("commission_rate", NumberCell(places=5))
    authority_limit = column("authority_limit", NumberCell(places=2))

    class Meta:
        model = LevelAmount
        fields = (
            "position",
            "code",
            "name",
            "rank",
            "starts_on",
            "base_salary",
            "performance_salary",
            "commission_rate",
            "authority_limit",
        )
        import_id_fields = ("position", "code", "starts_on")
        use_transactions = True
        skip_unchanged = True
        clean_model_instances = True

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.named: dict[tuple[str, str], tuple[list[str], int]] = {}

    def get_queryset(self) -> Any:
        """Return the amounts with their levels."""
        return super().get_queryset().select_related("level__position")

    def init_instance(self, row: Mapping[str, Any] | None = None) -> LevelAmount:
        """Return new amounts of the level the row names, which may be new as well."""
        key = self.key_of(row or {}) if row else None
        level = None
        if key:
            found = Level.objects.filter(position=key["level__position"], code=key["level__code"])
            level = found.select_related("position").first()
        return LevelAmount(level=level or Level())

    def compare_rows(self, row: Mapping[str, Any], *, number: int) -> None:
        """Refuse, besides repeated rows, two names or ranks of one level."""
        super().compare_rows(row, number=number)
        names = ("position", "code", "name", "rank")
        position, code, *said = (text_of(row[self.fields[name].column_name]) for name in names)
        earlier, where = self.named.setdefault((position, code), (said, number))
        if earlier != said:
            words = gettext("Row %(row)s gives this level another name or rank.") % {"row": where}
            raise ValidationError({NON_FIELD_ERRORS: [words]})

    def validate_instance(
        self,
        instance: LevelAmount,
        import_validation_errors: dict[str, Any] | None = None,
        validate_unique: bool = True,  # noqa: FBT001, FBT002
    ) -> None:
        """Check the level and its amounts. Raises ValidationError with every fault of both."""
        errors = dict(import_validation_errors or {})
        try:
            instance.level.full_clean(exclude={name.removeprefix("level__") for name in errors})
        except ValidationError as fault:
            for name, found in fault.error_dict.items():
                errors.setdefault(name if name == NON_FIELD_ERRORS else f"level__{name}", []).extend(found)
        unsaved: set[str] = {"level"} if instance.level.pk is None else set()
        try:
            instance.full_clean(exclude={*errors, *unsaved}, validate_unique=validate_unique)
        except ValidationError as fault:
            errors = fault.update_error_dict(errors)
        if errors:
            raise ValidationError(errors)

    def do_instance_save(self, instance: LevelAmount, is_create: bool) -> None:  # noqa: FBT001
        """Write the level, and its amounts, where they changed: what did not has no history of it."""
        level = instance.level
        if not Level.objects.filter(pk=level.pk, name=level.name, rank=level.rank).exists():
            level.save()
            instance.level = level
        names = ("base_salary", "performance_salary", "commission_rate", "authority_limit")
        same = {name: getattr(instance, name) for name in names}
        if is_create or not LevelAmount.objects.filter(pk=instance.pk, **same).exists():
            instance.save(force_insert=is_create)
