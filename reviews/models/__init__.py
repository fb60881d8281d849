"""Reviews' tables."""

from reviews.models.cards import Card, CardVersion
from reviews.models.checks import SpotCheck, SpotMark
from reviews.models.drafts import Draft
from reviews.models.events import CardEvent, CardNote, Document, Objection
from reviews.models.figures import AgentFigures, ShopFigures
from reviews.models.imports import ImportBatch, ImportChange, ImportFile, ImportIssue
from reviews.models.plan_use import Acknowledgement, PlanAssignment
from reviews.models.plans import (
    Band,
    Plan,
    PlanLine,
    PlanRule,
    PlanVersion,
    Tier,
    Veto,
)
from reviews.models.records import ServiceEvent, Waiver, WorkSummary
from reviews.models.reviews import CardState, NoCard, Procedure, ProcedureStep, Review
from reviews.models.rubrics import RootCause, Rubric, RubricItem, RubricMark, RubricVersion
from reviews.models.targets import ShopMonth, SourceOrder, Target
from reviews.models.versions import (
    CardFact,
    CardLine,
    CardSegment,
    Comparison,
    OpeningMonth,
)

__all__ = [
    "Acknowledgement",
    "AgentFigures",
    "Band",
    "Card",
    "CardEvent",
    "CardFact",
    "CardLine",
    "CardNote",
    "CardSegment",
    "CardState",
    "CardVersion",
    "Comparison",
    "Document",
    "Draft",
    "ImportBatch",
    "ImportChange",
    "ImportFile",
    "ImportIssue",
    "NoCard",
    "Objection",
    "OpeningMonth",
    "Plan",
    "PlanAssignment",
    "PlanLine",
    "PlanRule",
    "PlanVersion",
    "Procedure",
    "ProcedureStep",
    "Review",
    "RootCause",
    "Rubric",
    "RubricItem",
    "RubricMark",
    "RubricVersion",
    "ServiceEvent",
    "ShopFigures",
    "ShopMonth",
    "SourceOrder",
    "SpotCheck",
    "SpotMark",
    "Target",
    "Tier",
    "Veto",
    "Waiver",
    "WorkSummary",
]
