"""Print how to log in to the demo."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from reviews.demo import cast
from staff.access import current_assignments
from staff.models import RoleHolding, User


class Command(BaseCommand):
    """Prints one log-in for each role, with the password, where the demo is loaded."""

    help = "Print one log-in for each role of the demo."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Print a line for each log-in."""
        users = {
            user.username: user
            for user in User.objects.filter(username__in=cast.SHOWN).select_related("person")
        }
        if cast.AGENT_LOGIN not in users:
            return
        people = [user.person_id for user in users.values()]
        roles: dict[int, str] = {}
        for holding in RoleHolding.objects.filter(person__in=people):
            roles[holding.person_id] = holding.role
        today = timezone.localdate()
        placed = current_assignments(today).filter(person__in=people).select_related("unit")
        units = {row.person_id: row.unit.name for row in placed}
        self.stdout.write(f"Log-ins, all with the password {cast.PASSWORD}:")
        for name in cast.SHOWN:
            user = users.get(name)
            if user is not None and user.person is not None:
                role = roles.get(user.person.pk, "agent").replace("_", " ")
                self.stdout.write(f"  {name:<12} {role:<15} {user.person.name}, {units[user.person.pk]}")
