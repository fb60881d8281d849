"""What must not change is refused by the models themselves, whoever asks."""

from __future__ import annotations

from typing import Any, ClassVar, Generic, TypeVar

from django.db import models
from django.utils.translation import gettext as _

M = TypeVar("M", bound=models.Model, covariant=True)


class Unchangeable(Exception):
    """A frozen or append-only row was to be changed or deleted; nothing was written."""


def refuse(model: type[models.Model]) -> Unchangeable:
    """Return the refusal for a model's rows."""
    name = model._meta.verbose_name  # noqa: SLF001  Django's documented name
    return Unchangeable(_("%(what)s: this is frozen and cannot be changed or deleted.") % {"what": name})


class AppendOnlyQuerySet(models.QuerySet[M], Generic[M]):
    """Rows that are only added."""

    def update(self, **_values: Any) -> int:
        """Refuse."""
        raise refuse(self.model)

    def delete(self) -> tuple[int, dict[str, int]]:
        """Refuse."""
        raise refuse(self.model)


class AppendOnly(models.Model):
    """A kind of row that is only added; its manager is made from AppendOnlyQuerySet."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add the row; refuse to change it."""
        if not self._state.adding:
            raise refuse(type(self))
        super().save(*args, **kwargs)

    def delete(self, *_args: Any, **_kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refuse."""
        raise refuse(type(self))


class FreezableQuerySet(models.QuerySet[M], Generic[M]):
    """Rows of which the frozen ones neither change nor go."""

    def frozen(self) -> FreezableQuerySet[M]:
        """Return the frozen rows among these."""
        path: str = self.model.FROZEN_PATH  # type: ignore[attr-defined]
        return self.filter(**{f"{path}__isnull": False})

    def update(self, **values: Any) -> int:
        """Change rows, or refuse all if one is frozen."""
        if self.frozen().exists():
            raise refuse(self.model)
        return super().update(**values)

    def delete(self) -> tuple[int, dict[str, int]]:
        """Delete rows, or refuse all if one is frozen."""
        if self.frozen().exists():
            raise refuse(self.model)
        return super().delete()


class Freezable(models.Model):
    """A kind of row that stands still once its version is frozen; its manager is made from FreezableQuerySet.

    `FROZEN_PATH` is the way to the column that says since when.
    """

    FROZEN_PATH: ClassVar[str] = "version__frozen_at"

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the row unless it is frozen."""
        self._refuse_frozen()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete the row unless it is frozen."""
        self._refuse_frozen()
        return super().delete(*args, **kwargs)

    def _refuse_frozen(self) -> None:
        stored = type(self)._base_manager.filter(pk=self.pk, **{f"{self.FROZEN_PATH}__isnull": False})  # noqa: SLF001  Django's documented name
        if not self._state.adding and stored.exists():
            raise refuse(type(self))
