"""The organisation tree."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Concat, Substr
from django.utils.translation import gettext as _

from staff.models import Unit


@transaction.atomic
def place_unit(unit: Unit, *, parent: Unit | None) -> Unit:
    """Save a unit under a parent and keep the paths of all units below it.

    Raises ValidationError where the parent is the unit itself or below it.
    """
    if parent is not None and unit.pk and parent.path.startswith(unit.path):
        raise ValidationError(_("A unit cannot belong to itself or to a unit below it."))
    old = unit.path
    unit.parent = parent
    unit.save()
    unit.path = f"{parent.path if parent else '/'}{unit.pk}/"
    Unit.objects.filter(pk=unit.pk).update(path=unit.path)
    if old and old != unit.path:
        Unit.objects.filter(path__startswith=old).exclude(pk=unit.pk).update(
            path=Concat(Value(unit.path), Substr(F("path"), len(old) + 1))
        )
    return unit
