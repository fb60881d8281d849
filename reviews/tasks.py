"""Reviews' long work: each kind of job calls one service."""

from __future__ import annotations

from datetime import datetime

from celery import shared_task
from django.utils import timezone

from reviews.services import (
    attribution,
    figures,
    mailed,
    month,
    refresh,
    reminders,
    silence,
    succession,
    team_pdf,
)
from staff import jobs
from staff.jobs import StepRun
from staff.messages import on_delivered
from staff.models import Job, Message


@jobs.handler(month.RUN)
def run_month(step: StepRun) -> None:
    """Compute and write one step's cards."""
    month.run_step(step)


@jobs.after(month.RUN)
def finish_month(job: Job) -> None:
    """Stamp the review, and take up figures that changed while the run read."""
    month.finish_run(job)
    refresh.catch_up(job)


@jobs.handler(refresh.KIND)
def refresh_month(step: StepRun) -> None:
    """Compute and write one step's cards again after figures have changed."""
    month.run_step(step)


@jobs.after(refresh.KIND)
def refreshed_month(job: Job) -> None:
    """Take up figures that changed while it read."""
    refresh.catch_up(job)


@jobs.handler(month.RECOMPUTE)
def recompute_card(step: StepRun) -> None:
    """Compute a card again that came back to draft."""
    month.recompute_step(step)


@jobs.handler(team_pdf.KIND)
def print_team(step: StepRun) -> None:
    """Print one card of a team, or put all together."""
    team_pdf.take_step(step)


@jobs.handler(figures.READ)
def read_files(step: StepRun) -> None:
    """Read and stage a batch of imported files."""
    figures.read_step(step)


@jobs.handler(attribution.KIND)
def attribute_orders(step: StepRun) -> None:
    """Attribute the orders of a few days."""
    attribution.step(step)


@jobs.after(attribution.KIND)
def store_computed(job: Job) -> None:
    """Store the figures that orders and chats come to."""
    attribution.finish(job)


@shared_task
def forget_buyers() -> None:
    """Forget buyers that attribution no longer needs."""
    attribution.forget_buyers(on=timezone.localdate())


@shared_task
def clear_imports() -> None:
    """Give up old uploads and remove their files."""
    attribution.clear_imports(at=timezone.now())


@shared_task
def settle_successions() -> None:
    """Let cards follow the roles that pass on today."""
    succession.settle(at=timezone.now())


@shared_task
def confirm_by_silence() -> None:
    """Confirm the cards whose agents let their time pass."""
    silence.confirm_silent(timezone.now())


@shared_task
def remind() -> None:
    """Remind of what is due, on working days."""
    reminders.remind_due(timezone.now())


@on_delivered("card_answered")
@on_delivered("card_published")
def card_mailed(message: Message, at: datetime) -> None:
    """Record a card's delivery by e-mail."""
    mailed.record_mailed(message, at=at)
