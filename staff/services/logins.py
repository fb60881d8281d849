"""Log-ins: HR makes them, their owners choose the language."""

from __future__ import annotations

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from staff.models import Person, User

# Without 0 O 1 l I, which are mistaken for each other on paper.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
FIRST_PASSWORD_LENGTH = 12


def speak(user: User, *, language: str) -> None:
    """Keep the language a user chose; unchanged, nothing is written."""
    if user.language != language:
        user.language = language
        user.save(update_fields=["language"])


@transaction.atomic
def make_login(person: Person, *, username: str) -> tuple[User, str]:
    """Make a log-in for a person and return it with its first password, which is stored nowhere in clear.

    Raises ValidationError where the name is taken or the person was made anonymous.
    """
    if person.anonymised_at is not None:
        raise ValidationError(_("This person was made anonymous and gets no log-in."))
    user = User(username=username.strip(), person=person)
    password = new_password()
    user.set_password(password)
    user.full_clean(exclude=["password"])
    user.save()
    return user, password


def renew_password(user: User) -> str:
    """Give a log-in a new first password and return it; the old one and all sessions end."""
    password = new_password()
    validate_password(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])
    return password


def new_password() -> str:
    """Return a random first password in groups of four."""
    letters = get_random_string(FIRST_PASSWORD_LENGTH, LETTERS)
    return "-".join(letters[start : start + 4] for start in range(0, FIRST_PASSWORD_LENGTH, 4))
