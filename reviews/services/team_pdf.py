"""All cards of a team or branch as one file: long work with a step per card."""

from collections.abc import Collection, Sequence
from datetime import date
from pathlib import Path

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override, pgettext

from reviews import access
from reviews.access import Audience
from reviews.models import Card, CardState, Review
from reviews.pdf import files, merge
from reviews.pdf.documents import card_pdf
from reviews.pdf.render import LANG
from reviews.sheets import CARD_RELATED
from reviews.sheets.build import Language
from staff import jobs, progress
from staff.models import Job, Unit, User

KIND = "team_pdf"
progress.titled(KIND, gettext_lazy("Cards into one file"))


class NothingToPrint(Exception):
    """No card of the team has been submitted, or none that this user may see."""


def cards_to_print(review: Review, unit: Unit, *, by: User, on: date) -> QuerySet[Card]:
    """The submitted cards of a unit and below that a user may see, by team and staff number."""
    visible = Card.objects.visible_to(by, on=on).filter(review=review, unit__path__startswith=unit.path)
    frozen = visible.exclude(state=CardState.DRAFT)
    return frozen.select_related("unit").order_by("unit__path", "person__staff_no")


def start_team_pdf(
    review: Review, unit: Unit, *, by: User, language: Language, only: Collection[int] | None = None
) -> Job:
    """Start printing all cards of a unit into one file, or join the user's job that is under way.

    `only` the cards with these ids, where some were chosen. With amounts only where the user may see those
    of every card. Raises NothingToPrint.
    """
    on = timezone.localdate()
    cards = [card for card in cards_to_print(review, unit, by=by, on=on) if only is None or card.pk in only]
    if not cards:
        raise NothingToPrint(_("No card of this team has been submitted yet."))
    audience: Audience = "money" if all(access.sees_money(by, card, on=on) for card in cards) else "team"
    versions = [card.current_id for card in cards]
    chosen = "" if only is None else f":{files.digest_of(repr(versions).encode())[:12]}"
    return jobs.start(
        KIND,
        key=f"{review.pk}:{unit.pk}:{audience}:{language}:{by.pk}{chosen}",
        steps=[*({"version": pk} for pk in versions), {"merge": versions}],
        payload={"review": review.pk, "unit": unit.pk, "audience": audience, "language": language},
        by=by,
    )


def take_step(step: jobs.StepRun) -> None:
    """Print one card, or put all together; harmless when done twice."""
    if "merge" in step.payload:
        _merge(step)
        return
    for card in _cards([step.payload["version"]]):
        _print(card, step.job)


def _cards(version_ids: Sequence[int]) -> list[Card]:
    """Cards with their current versions, in the order they are printed.

    A card that was returned meanwhile has another current version and drops out.
    """
    rows = Card.objects.filter(current__in=version_ids).exclude(state=CardState.DRAFT)
    return list(rows.select_related("current", *CARD_RELATED).order_by("unit__path", "person__staff_no"))


def _print(card: Card, job: Job) -> bytes:
    version = card.current
    if version is None:
        return b""
    version.card = card
    printed = card_pdf(
        version,
        language=job.payload["language"],
        audience=job.payload["audience"],
        at=timezone.now(),
    )
    return printed.content


def _merge(step: jobs.StepRun) -> None:
    """Read what the other steps printed; print what is not there, as after a killed worker."""
    parts = []
    for card in _cards(step.payload["merge"]):
        parts.append(merge.Part(title=str(card.person), content=_print(card, step.job)))
        step.beat()
    language = step.job.payload["language"]
    review = Review.objects.select_related("unit").get(pk=step.job.payload["review"])
    unit = Unit.objects.get(pk=step.job.payload["unit"])
    with override(language):
        title = pgettext("card", "Scorecards of %(unit)s, %(month)s") % {
            "unit": unit.name,
            "month": f"{review.month:%Y-%m}",
        }
    content = merge.merged(parts, title=title, language=LANG[language])
    name = f"team-{step.job.pk}.pdf"
    files.store(name, content)
    with step.finish():
        result = {"file": name, "sha256": files.digest_of(content), "cards": len(parts)}
        Job.objects.filter(pk=step.job.pk).update(result=result)


def latest_job(review: Review, *, by: User) -> Job | None:
    """The last file of a review's cards that this user asked for."""
    mine = Job.objects.filter(kind=KIND, started_by=by, key__startswith=f"{review.pk}:")
    return mine.order_by("-pk").first()


def finished_file(review: Review, *, by: User) -> Path | None:
    """Where the last finished file of a review's cards stands that this user asked for.

    Nobody else gets it, nor this user once a role has ended that showed them what stands in it.
    """
    mine = Job.objects.filter(kind=KIND, started_by=by, key__startswith=f"{review.pk}:")
    done = mine.filter(state=Job.State.DONE).order_by("-pk").first()
    if done is None:
        return None
    path = files.folder() / str(done.result["file"])
    return path if path.exists() and _still_may(done, by=by) else None


def _still_may(job: Job, *, by: User) -> bool:
    """Whether somebody may still see all that stands in a file made for them: roles end, files stay."""
    on = timezone.localdate()
    printed = [
        pk for payload in job.steps.values_list("payload", flat=True) for pk in payload.get("merge", ())
    ]
    wanted = Card.objects.filter(versions__in=printed).distinct()
    seen = list(Card.objects.visible_to(by, on=on).filter(pk__in=wanted.values("pk")).select_related("unit"))
    if len(seen) != wanted.count():
        return False
    return job.payload["audience"] != "money" or all(access.sees_money(by, card, on=on) for card in seen)
