"""Running a month: everybody's card is computed and drafts are written; submitted cards never move.

Run twice it changes nothing; killed and started again it ends with the same cards. Source: month.md.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reviews import copies
from reviews.facts.copying import Computation, Computed, compute
from reviews.facts.people import Member, members
from reviews.models import (
    BranchSetting,
    Card,
    CardFact,
    CardSegment,
    CardState,
    CardVersion,
    NoCard,
    Procedure,
    Review,
)
from reviews.procedures import load_procedures, roles_of
from staff import jobs
from staff.calendar import first_of_next, last_day_of
from staff.jobs import StepRun
from staff.models import Job, Shop, Unit, User
from staff.progress import titled

PEOPLE_A_STEP = 50
RUN, RECOMPUTE = "run_month", "recompute_card"
titled(RUN, gettext_lazy("Computing the month's cards"))
titled(RECOMPUTE, gettext_lazy("Computing a card again"))


def people_of(review: Review, *, below: Unit | None = None) -> dict[int, Member]:
    """Return the people of a review's month by person id, only those of a unit below it if one is given."""
    people = members(review.unit, review.month)
    if below is None:
        return people
    return {pid: one for pid, one in people.items() if one.home.unit.path.startswith(below.path)}


def branch_of(unit: Unit) -> Unit:
    """Return the unit whose monthly review a unit belongs to.

    The nearest one upwards that has a review of its own; where nobody above has one the unit itself.
    Raises ValidationError where only units below have one: they are run one by one.
    """
    above = {one.pk: one for one in Unit.objects.filter(pk__in=unit.ancestor_ids())}
    for unit_id in unit.ancestor_ids():
        if above[unit_id].reviewed:
            return above[unit_id]
    below = Unit.objects.below(unit).filter(reviewed=True)
    if names := [one.name for one in below]:
        raise ValidationError(
            _("%(unit)s has no monthly review of its own. Run one of these: %(names)s.")
            % {"unit": unit.name, "names": "、".join(names)}
        )
    return unit


def unit_of_shop(shop: Shop) -> Unit:
    """Return the topmost unit of a shop, or raise ValidationError where it has none."""
    units = sorted(Unit.objects.filter(shop=shop), key=lambda unit: (unit.path.count("/"), unit.pk))
    if not units:
        raise ValidationError(_("No unit belongs to the shop %(shop)s.") % {"shop": shop.name})
    return units[0]


def review_for(unit: Unit, month: date, *, trial: bool = False) -> Review:
    """Return the review of a unit's branch and month, making it as the branch is set up if it is new.

    A branch without a setting runs by the full procedure. `trial` counts only for a new one.
    """
    branch = branch_of(unit)
    setting = BranchSetting.objects.select_related("procedure").filter(unit=branch).first()
    if setting is None:
        procedure = Procedure.objects.filter(code="full").first() or load_procedures()["full"]
    else:
        procedure = setting.procedure
    pay_on = pay_date(month, setting.pay_day) if setting and setting.pay_day else None
    review, _made = Review.objects.select_related("unit", "procedure").get_or_create(
        unit=branch, month=month, defaults={"procedure": procedure, "pay_on": pay_on, "trial": trial}
    )
    return review


def pay_date(month: date, pay_day: int) -> date:
    """Return the day of the following month on which a month's pay is due; its last one where it is shorter."""
    following = first_of_next(month)
    return following.replace(day=min(pay_day, last_day_of(following).day))


def start_run(review: Review, *, by: User | None, at: datetime, only: Unit | None = None) -> Job:
    """Start computing a review's month as a job, or join the one that runs; `only` a unit below it.

    `at` is the moment the run speaks of: whose roles hold, whether a summary is overdue. The job's
    steps are whole teams of about 50 people.
    """
    payload = {"review": review.pk, "at": at.isoformat(), "whole": only is None}
    key = str(review.pk) if only is None else f"{review.pk}:{only.pk}"
    return jobs.start(RUN, key=key, steps=_steps(review, only), by=by, payload=payload)


def start_again(review: Review, *, kind: str, key: str, by: User | None, at: datetime) -> Job:
    """Start a job of another kind that computes a review's cards in the same steps; nobody is dropped by it."""
    payload = {"review": review.pk, "at": at.isoformat(), "whole": False}
    return jobs.start(kind, key=key, steps=_steps(review, None), by=by, payload=payload)


def _steps(review: Review, only: Unit | None) -> list[dict[str, list[int]]]:
    people = people_of(review, below=only)
    steps = [
        {"people": chunk, "units": sorted({people[person].home.unit_id for person in chunk})}
        for chunk in _chunks(people)
    ]
    return steps or [{"people": [], "units": []}]


def _chunks(people: Mapping[int, Member]) -> list[list[int]]:
    """Return the people in steps of about 50; a team stays together, for it is computed together."""
    units: dict[int, list[int]] = {}
    for person_id, one in people.items():
        units.setdefault(one.home.unit_id, []).append(person_id)
    chunks: list[list[int]] = [[]]
    for ids in units.values():
        if chunks[-1] and len(chunks[-1]) + len(ids) > PEOPLE_A_STEP:
            chunks.append([])
        chunks[-1] += ids
    return [chunk for chunk in chunks if chunk]


def run_step(step: StepRun) -> None:
    """Compute one step's people without holding any lock, then write cards and step in one transaction."""
    review = Review.objects.select_related("unit", "procedure").get(pk=step.job.payload["review"])
    at = datetime.fromisoformat(step.job.payload["at"])
    people = members(review.unit, review.month, unit_ids=step.payload["units"])
    computation = _computed(review, people, step.payload["people"], at=at)
    with step.finish():
        _write(review, computation, at=at)


def computed_now(review: Review, person_ids: Collection[int], *, at: datetime) -> Computation:
    """Return what some people's cards would come to from current facts; nothing is written."""
    return _computed(review, people_of(review), person_ids, at=at)


def _computed(
    review: Review, people: Mapping[int, Member], wanted: Collection[int], *, at: datetime
) -> Computation:
    teams = {people[person].team for person in wanted if person in people}
    with_teams = {person: one for person, one in people.items() if one.team in teams}
    return compute(with_teams, wanted, review.month, roles=roles_of(review.procedure), at=at)


def finish_run(job: Job) -> None:
    """Once all steps are done: forget who has left the branch, and stamp the review. Harmless twice."""
    if not job.payload.get("whole"):
        return
    review = Review.objects.select_related("unit").get(pk=job.payload["review"])
    people = members(review.unit, review.month)
    with transaction.atomic():
        NoCard.objects.filter(review=review).exclude(person__in=people).delete()
        _drop_untouched(Card.objects.filter(review=review).exclude(person__in=people))
        Review.objects.filter(pk=review.pk).update(computed_at=datetime.fromisoformat(job.payload["at"]))


def recompute_step(step: StepRun) -> None:
    """Compute one card again that came back to draft; harmless if it has moved on."""
    card = Card.objects.select_related("review__unit", "review__procedure").get(pk=step.payload["card"])
    at = datetime.fromisoformat(step.job.payload["at"])
    computation = _computed(card.review, people_of(card.review), [card.person_id], at=at)
    with step.finish():
        _write(card.review, computation, at=at)


def _write(review: Review, computation: Computation, *, at: datetime) -> None:
    """Write what was computed over what stands: only drafts move, and only where something differs."""
    ids = computation.person_ids()
    rows = Card.objects.select_for_update(of=("self",)).filter(person__in=ids, month=review.month)
    standing = {card.person_id: card for card in rows.select_related("current", "review")}
    new: list[Computed] = []
    drafts: list[tuple[Card, Computed]] = []
    frozen: list[tuple[Card, Computed]] = []
    elsewhere: list[tuple[Card, Computed]] = []
    for one in computation.cards:
        card = standing.get(one.member.person_id)
        if card is None:
            new.append(one)
        elif card.state == CardState.DRAFT:
            drafts.append((card, one))
        else:
            (frozen if card.review_id == review.pk else elsewhere).append((card, one))
    _create(review, new, at=at)
    _rewrite(review, drafts, at=at)
    _note_late_figures(frozen)
    _write_no_cards(review, computation, [card.person_id for card, _one in elsewhere])
    without = [one.member.person_id for one in computation.without]
    _drop_untouched(Card.objects.filter(person__in=without, month=review.month, review=review))


def _create(review: Review, computed: Sequence[Computed], *, at: datetime) -> None:
    cards = Card.objects.bulk_create(
        [Card(review=review, month=review.month, **_columns(one)) for one in computed]
    )
    versions = CardVersion.objects.bulk_create(
        [
            CardVersion(card=card, number=1, **copies.columns(one.copy, at=at))
            for card, one in zip(cards, computed, strict=True)
        ]
    )
    for card, version in zip(cards, versions, strict=True):
        card.current = version
    Card.objects.bulk_update(cards, ["current"], batch_size=200)
    copies.write_parts((version, one.copy) for version, one in zip(versions, computed, strict=True))


def _columns(one: Computed) -> dict[str, Any]:
    home = one.member.home
    return {
        "person_id": one.member.person_id,
        "unit_id": home.unit_id,
        "position_id": home.position_id,
        "assessor_id": one.eyes.assessor_id,
        "approver_id": one.eyes.approver_id,
        "decider_id": one.eyes.decider_id,
    }


def _rewrite(review: Review, drafts: Sequence[tuple[Card, Computed]], *, at: datetime) -> None:
    changed = []
    for card, one in drafts:
        columns = {**_columns(one), "review_id": review.pk, "late_figures": []}
        if any(getattr(card, name) != value for name, value in columns.items()):
            Card.objects.filter(pk=card.pk).update(**columns)
        version = card.current
        if version is None:
            continue
        # The comment is the assessor's, not the run's: it stays.
        copy = replace(one.copy, comment=version.comment)
        if copy.sha256() != version.sha256:
            changed.append((version, copy))
    ids = [version.pk for version, _copy in changed]
    CardSegment.objects.filter(version__in=ids).delete()
    for version, copy in changed:
        CardVersion.objects.filter(pk=version.pk).update(**copies.columns(copy, at=at))
    copies.write_parts(changed)


def _note_late_figures(frozen: Sequence[tuple[Card, Computed]]) -> None:
    """List on submitted cards which figures have changed since; they are not counted."""
    ids = [card.current_id for card, _one in frozen]
    held: dict[int, list[copies.FactCopy]] = {}
    for row in CardFact.objects.filter(segment__version__in=ids).select_related("segment"):
        fact = copies.FactCopy(row.key, row.state, row.value, row.reason, row.source)
        held.setdefault(row.segment.version_id, []).append(fact)
    for card, one in frozen:
        differing = late_of(held.get(card.current_id or 0, ()), one.copy.segments[-1].facts)
        late = [{"key": now.key, "counted": counted.value, "now": now.value} for counted, now in differing]
        if late != card.late_figures:
            Card.objects.filter(pk=card.pk).update(late_figures=late)


def late_of(
    counted: Iterable[copies.FactCopy], now: Iterable[copies.FactCopy]
) -> list[tuple[copies.FactCopy, copies.FactCopy]]:
    """Return the imported figures that differ, as they were counted and as they are now.

    One that no file holds any more counts too; one that an objection corrected stands as it was decided.
    """
    held = {fact.key: fact for fact in counted if fact.source.get("kind") != "objection"}
    return [
        (held[fact.key], fact)
        for fact in now
        if fact.key in held
        and held[fact.key].value != fact.value
        and (_is_figure(fact) or _is_figure(held[fact.key]))
    ]


def _is_figure(fact: copies.FactCopy) -> bool:
    return str(fact.source.get("kind", "")).startswith("import")


def _write_no_cards(review: Review, computation: Computation, elsewhere: Sequence[int]) -> None:
    now: dict[int, tuple[str, dict[str, Any]]] = {
        one.member.person_id: (one.reason, dict(one.params)) for one in computation.without
    }
    now |= {person_id: (NoCard.Reason.ELSEWHERE, {}) for person_id in elsewhere}
    ids = computation.person_ids()
    rows = NoCard.objects.filter(review=review, person__in=ids)
    before = {row.person_id: (row.reason, row.params) for row in rows}
    if before == now:
        return
    rows.delete()
    NoCard.objects.bulk_create(
        NoCard(review=review, person_id=person_id, reason=reason, params=params)
        for person_id, (reason, params) in now.items()
    )


def _drop_untouched(cards: Any) -> None:
    """Delete drafts nobody has ever acted on, of people who get no card any more."""
    ids = list(cards.filter(state=CardState.DRAFT, seq=0).values_list("pk", flat=True))
    if ids:
        Card.objects.filter(pk__in=ids).update(current=None)
        CardVersion.objects.filter(card__in=ids).delete()
        Card.objects.filter(pk__in=ids).delete()
