"""How allauth behaves here: people get their accounts from HR, nobody signs up."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest

from staff.models import User
from staff.services import speak


class AccountAdapter(DefaultAccountAdapter):
    """Close the sign-up page; keep the language that was picked on the log-in page."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return False: accounts come from HR."""
        return False

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Log in, in the language picked before it."""
        super().login(request, user)
        picked = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        if isinstance(user, User) and picked in dict(settings.LANGUAGES):
            speak(user, language=picked)


class PeopleBackend(AuthenticationBackend):
    """Log in by allauth; a request's user comes with its person, which every page names."""

    def get_user(self, user_id: int) -> User | None:
        """Return the user of a session with the person, or None where the account is closed."""
        user = User.objects.select_related("person").filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None
