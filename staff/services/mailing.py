"""Messages by e-mail, as a digest: claimed with a lease, sent outside any transaction, marked afterwards.

A mail says which kinds of messages wait and has one link; who follows it logs in. The link begins with
SITE_URL, never with the host a request names. Without e-mail (EMAIL_ON) nothing is gathered or sent.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from smtplib import SMTPException
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from staff.messages import HOOKS, words_of
from staff.models import Delivery, Message, Person, User

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=90)
ATTEMPTS = 3
# After the first failure, and after the second.
PAUSES = (timedelta(minutes=10), timedelta(hours=1))
# What was said before is no news any more, e.g. when e-mail is switched on.
FRESH = timedelta(days=3)
AT_A_TIME = 200
DIED = "The worker was killed each time it sent this."


@dataclass(frozen=True, slots=True)
class Claim:
    """One mail that this worker alone sends now."""

    delivery: Delivery
    number: int

    def finish(self, **values: object) -> bool:
        """Write how it ended, if the claim still holds; return whether it did."""
        mine = Delivery.objects.filter(pk=self.delivery.pk, claim=self.number, state=Delivery.State.SENDING)
        return bool(mine.update(lease_until=None, **values))


def queue_digests(at: datetime) -> int:
    """Gather unread messages that no mail holds yet into one mail per person; return how many mails.

    Only for people with an active log-in that has an address. Two at once make one: the people's rows
    are held meanwhile.
    """
    if not settings.EMAIL_ON:
        return 0
    with transaction.atomic():
        waiting = _unsent(at).values("person")
        people = Person.objects.filter(pk__in=waiting).filter(pk__in=_reachable().values("person"))
        held = list(people.select_for_update().order_by("pk").values_list("pk", flat=True))
        gathered: dict[int, list[int]] = {}
        # Read again, now that nobody else gathers for them.
        for person_id, pk in _unsent(at).filter(person__in=held).values_list("person_id", "pk"):
            gathered.setdefault(person_id, []).append(pk)
        made = [Delivery(person_id=person_id, created_at=at) for person_id in sorted(gathered)]
        Delivery.objects.bulk_create(made, batch_size=500)
        through = Delivery.messages.through
        through.objects.bulk_create(
            [through(delivery_id=one.pk, message_id=pk) for one in made for pk in gathered[one.person_id]],
            batch_size=500,
        )
    return len(made)


def _unsent(at: datetime) -> QuerySet[Message]:
    return Message.objects.filter(opened_at__isnull=True, at__gte=at - FRESH, deliveries__isnull=True)


def _reachable() -> QuerySet[User]:
    return User.objects.filter(is_active=True, person__isnull=False).exclude(email="")


def send_due(at: datetime) -> int:
    """Send the mails that wait or whose sender fell silent; return how many were taken over."""
    if not settings.EMAIL_ON:
        return 0
    begun, taken_over = time.monotonic(), 0

    def now() -> datetime:
        # The lease of the last of many mails counts from its own start.
        return at + timedelta(seconds=time.monotonic() - begun)

    due = Delivery.objects.filter(_free(at)).order_by("created_at", "pk")
    for pk in due.values_list("pk", flat=True)[:AT_A_TIME]:
        claim = _claim(pk, now())
        if claim is not None:
            taken_over += _send(claim, now)
    return taken_over


def _free(at: datetime) -> Q:
    paused = Q(state=Delivery.State.WAITING, lease_until__lt=at)
    dead = Q(state=Delivery.State.SENDING, lease_until__lt=at)
    return Q(state=Delivery.State.WAITING, lease_until__isnull=True) | paused | dead


def _claim(pk: int, at: datetime) -> Claim | None:
    """Claim one mail by compare-and-swap, or return None: somebody else has it, or it was tried enough."""
    found = Delivery.objects.filter(_free(at), pk=pk).select_related("person").first()
    if found is None:
        return None
    mine = Delivery.objects.filter(_free(at), pk=pk, claim=found.claim)
    if found.attempts >= ATTEMPTS:
        mine.update(state=Delivery.State.FAILED, lease_until=None, error=found.error or DIED)
        return None
    taken = mine.update(
        state=Delivery.State.SENDING,
        claim=F("claim") + 1,
        attempts=F("attempts") + 1,
        lease_until=at + LEASE,
        sent_at=at,
    )
    found.attempts += 1
    return Claim(found, found.claim + 1) if taken else None


def _send(claim: Claim, now: Callable[[], datetime]) -> bool:
    """Hand one claimed mail to the mail server, outside any transaction, and write how it ended."""
    user = _addressee(claim.delivery.person_id)
    if user is None:
        claim.finish(state=Delivery.State.FAILED, error="No active log-in with an address.")
        return False
    try:
        accepted = compose(claim.delivery, user).send()
    except ValueError as error:
        # An address or header no server could take: trying again changes nothing.
        log.warning("Mail %s cannot be written: %s", claim.delivery.pk, type(error).__name__)
        claim.finish(state=Delivery.State.FAILED, error=_reason(error))
        return False
    except (SMTPException, OSError) as error:
        log.warning("Mail %s was not taken over: %s", claim.delivery.pk, type(error).__name__)
        _try_again(claim, now(), _reason(error))
        return False
    if not accepted:
        _try_again(claim, now(), "The mail server took nothing over.")
        return False
    return _taken_over(claim, now())


def _addressee(person_id: int) -> User | None:
    users = User.objects.filter(person=person_id, is_active=True).exclude(email="")
    return users.order_by("pk").first()


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:400]


def _try_again(claim: Claim, at: datetime, reason: str) -> None:
    tried = claim.delivery.attempts
    if tried >= ATTEMPTS:
        claim.finish(state=Delivery.State.FAILED, error=reason)
        return
    again = Delivery.objects.filter(pk=claim.delivery.pk, claim=claim.number, state=Delivery.State.SENDING)
    again.update(state=Delivery.State.WAITING, lease_until=at + PAUSES[tried - 1], error=reason)


def _taken_over(claim: Claim, at: datetime) -> bool:
    """Mark a mail as taken over and let follow what its kinds registered, in one transaction."""
    with transaction.atomic():
        if not claim.finish(state=Delivery.State.DELIVERED, delivered_at=at, error=""):
            return False
        for message in claim.delivery.messages.order_by("pk"):
            for follow in HOOKS.get(message.kind, ()):
                try:
                    with transaction.atomic():
                        follow(message, at)
                except Exception:
                    # The mail is out, and must not go out again for this.
                    log.exception("What follows mail %s failed.", claim.delivery.pk)
    return True


def compose(delivery: Delivery, user: User) -> EmailMessage:
    """Write the mail in the language of its log-in: fixed sentences and one link."""
    with override(user.language):
        said = _sentences(delivery.messages.order_by("at", "pk"))
        count = len(said)
        subject = ngettext("Keji: %(count)s message", "Keji: %(count)s messages", count) % {"count": count}
        link = settings.SITE_URL + reverse("mailed", args=[delivery.token])
        lines = [
            _("There is news for you in Keji:"),
            "",
            *(f"- {words}" for words in said),
            "",
            _("Log in to read it:"),
            link,
            "",
            _("Mails from Keji hold no points and no amounts. Do not answer this mail."),
            "",
        ]
    return EmailMessage(
        subject,
        "\n".join(lines),
        to=[user.email],
        headers={"Message-ID": _message_id(delivery), "Auto-Submitted": "auto-generated"},
    )


def _sentences(messages: Iterable[Message]) -> list[str]:
    """Return what messages say, each sentence once."""
    return list(dict.fromkeys(words_of(message) for message in messages))


def _message_id(delivery: Delivery) -> str:
    """Name a mail the same at every attempt, so that a mail server can tell a repeated one."""
    digest = hashlib.sha256(delivery.token.encode()).hexdigest()[:32]
    return f"<{digest}@{urlsplit(settings.SITE_URL).hostname}>"


def note_link_opened(delivery: Delivery, *, at: datetime) -> None:
    """Note when the link of a mail was first followed by its reader."""
    Delivery.objects.filter(pk=delivery.pk, opened_at__isnull=True).update(opened_at=at)


def is_on() -> bool:
    """Whether this installation sends mails."""
    return bool(settings.EMAIL_ON)
