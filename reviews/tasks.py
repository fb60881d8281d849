"""Reviews' long work: each kind of job calls one service."""

from __future__ import annotations

from reviews.services import figures, month, team_pdf
from staff import jobs
from staff.jobs import StepRun
from staff.models import Job


@jobs.handler(month.RUN)
def run_month(step: StepRun) -> None:
    """Compute and write one step's cards."""
    month.run_step(step)


@jobs.after(month.RUN)
def finish_month(job: Job) -> None:
    """Stamp the review."""
    month.finish_run(job)


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
