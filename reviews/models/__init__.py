"""Reviews' tables."""

from reviews.models.api_imports import ApiImport
from reviews.models.cards import Card, CardVersion
from reviews.models.checks import SpotCheck, SpotMark
from reviews.models.completeness import FigureExcuse
from reviews.models.deliveries import CardDelivery, Evidence
from reviews.models.drafts import Draft
from reviews.models.events import CardEvent, CardNote, Document, Objection
from reviews.models.figures import AgentFigures, ShopFigures
from reviews.models.hand_overs import HandOver, HandOverExport, HandOverLine, Succession
from reviews.models.imports import ImportBatch, ImportChange, ImportFile, ImportIssue
from reviews.models.intraday import HourLeader, Snapshot
from reviews.models.line_sources import LineSource, ManualValue
from reviews.models.orders import Chat, Promotion, RefundReason, ShopOrder, ShopRefund
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
from reviews.models.profiles import ImportProfile, ProfileColumn
from reviews.models.records import ServiceEvent, Waiver, WorkSummary
from reviews.models.reviews import BranchSetting, CardState, NoCard, Procedure, ProcedureStep, Review
from reviews.models.rubrics import RootCause, Rubric, RubricItem, RubricMark, RubricVersion
from reviews.models.targets import ShopMonth, SourceOrder, Target, TargetNode
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
    "ApiImport",
    "Band",
    "BranchSetting",
    "Card",
    "CardDelivery",
    "CardEvent",
    "CardFact",
    "CardLine",
    "CardNote",
    "CardSegment",
    "CardState",
    "CardVersion",
    "Chat",
    "Comparison",
    "Document",
    "Draft",
    "Evidence",
    "FigureExcuse",
    "HandOver",
    "HandOverExport",
    "HandOverLine",
    "HourLeader",
    "ImportBatch",
    "ImportChange",
    "ImportFile",
    "ImportIssue",
    "ImportProfile",
    "LineSource",
    "ManualValue",
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
    "ProfileColumn",
    "Promotion",
    "RefundReason",
    "Review",
    "RootCause",
    "Rubric",
    "RubricItem",
    "RubricMark",
    "RubricVersion",
    "ServiceEvent",
    "ShopFigures",
    "ShopMonth",
    "ShopOrder",
    "ShopRefund",
    "Snapshot",
    "SourceOrder",
    "SpotCheck",
    "SpotMark",
    "Succession",
    "Target",
    "TargetNode",
    "Tier",
    "Veto",
    "Waiver",
    "WorkSummary",
]
