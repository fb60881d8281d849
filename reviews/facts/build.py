"""Facts of people's month, each with its state and where it comes from. A missing figure is never zero.

Source: scorecard.md, "From the month's records to facts".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from reviews.copies import FactCopy
from reviews.fact_keys import CRITICAL_FAILURES, PER_SHOP, SHOP_REFUNDS, read
from reviews.facts.people import Presence
from reviews.facts.records import Compared, Records, days_worked
from reviews.facts.totals import ADDED, Totals, response, summed
from reviews.matrix.inforce import measures_of
from reviews.models import Target
from reviews.scoring.facts import Fact, Source
from reviews.scoring.plan import GrowthBase, Plan
from reviews.scoring.ways import LineWay, Way
from staff.calendar import add_months

FEWEST_DAYS = 7
CALENDAR = Source.of("calendar")
# What an average is weighed by, as its source says it.
BASE_NAMES = {
    "receptions": ("接待人数", "receptions"),
    "answered": ("有效接待人数", "answered"),
    "inquiries": ("询单人数", "inquiries"),
    "equal": ("天数", "days, each alike"),
}


# What a team has together, by the fact that says it: the field of its people's figures that is added up.
TEAM_FIELDS = {"team_orders": "orders", "team_buyers": "buyers", "team_sales": "sales"}


SHOP_COUNTS = {"shop_buyers": "buyers", "shop_orders": "orders", "shop_visitors": "visitors"}


@dataclass(frozen=True, slots=True)
class Together:
    """One field of a team added up: the sum, the head count behind it (shares of the month), the people."""

    total: Decimal
    heads: Decimal
    people: int


# What the people of one unit and position who get a card have together, by field. Whoever's figure is
# not known is left out of both sides, so that nothing unknown counts as zero.
Team = Mapping[str, Together]


def compared_month(plan: Plan, month: date) -> date:
    """Return the month a plan compares sales with."""
    back = 12 if plan.growth_base is GrowthBase.SAME_MONTH_LAST_YEAR else 1
    return add_months(month, -back)


def keys_of(plan: Plan, ways: Mapping[str, LineWay]) -> frozenset[str]:
    """Return the names of all facts a plan's measures can ask for, as the lines are fed in a shop."""
    used = [measure for _line, measure in measures_of(plan, ways) if measure is not None]
    keys = {key for measure in used for key in measure.inputs}
    keys |= {CRITICAL_FAILURES, "share_part", "share_whole"}
    if "previous_sales" in keys:
        keys |= {"previous_share_part", "previous_share_whole", "shop_sales", "previous_shop_sales"}
    if keys & {"shop_visitors", SHOP_REFUNDS}:
        keys |= {"shop_receptions"}
    return frozenset(keys)


def teams(records: Records, with_card: Iterable[int]) -> dict[tuple[int, int], Team]:
    """Return each team's sums over those of it who get a card."""
    people: dict[tuple[int, int], list[int]] = {}
    for person_id in with_card:
        people.setdefault(records.members[person_id].team, []).append(person_id)
    return {team: _team(records, ids) for team, ids in people.items()}


def _team(records: Records, ids: list[int]) -> Team:
    found = {}
    for name in TEAM_FIELDS.values():
        having = [pid for pid in ids if pid in records.totals and name in records.totals[pid].sums]
        if having:
            total = sum((records.totals[pid].sums[name].value for pid in having), Decimal(0))
            heads = sum((records.presence[pid].share for pid in having), Decimal(0))
            found[name] = Together(total, heads, len(having))
    return found


def facts_of(
    records: Records, person_id: int, plan: Plan, team: Team, ways: Mapping[str, LineWay]
) -> tuple[FactCopy, ...]:
    """Return one person's facts for a plan, by key; what nobody gave stands as the absence it is."""
    keys = keys_of(plan, ways)
    facts: dict[str, Fact] = {}
    totals = records.totals.get(person_id)
    for name in (*ADDED, "consultations"):
        if found := summed(totals, name, records.files):
            facts[name] = found
    facts |= _responses(records, totals)
    facts |= _checked(records, person_id, facts)
    facts |= _net_sales(facts)
    facts |= _targets(records, person_id)
    facts |= _team_facts(team, keys)
    facts |= _attendance(records.presence[person_id])
    facts |= _share(records.presence[person_id], "")
    if "previous_sales" in keys:
        facts |= _growth(records, person_id, plan)
    if "shop_visitors" in keys:
        facts |= _shop_counts(records, person_id, keys)
    if SHOP_REFUNDS in keys:
        facts |= _shop_refunds(records, person_id)
    typed = _typed(records, person_id, plan, ways)
    return _copied(facts | typed, keys | set(typed), totals)


def _typed(records: Records, person_id: int, plan: Plan, ways: Mapping[str, LineWay]) -> dict[str, Fact]:
    """Return the values typed in for the lines that are fed so; one that is not there yet is missing."""
    held = records.typed.get((person_id, plan.code), {})
    facts = {}
    for line, way in ways.items():
        if way.way is Way.MANUAL:
            typed = held.get(line)
            facts[way.key] = (
                Fact.present(typed.value, Source.of("manual", by=typed.by))
                if typed
                else Fact.missing("not_typed")
            )
    return facts


def _copied(facts: Mapping[str, Fact], keys: frozenset[str], totals: Totals | None) -> tuple[FactCopy, ...]:
    per_shop = any(key.partition(".")[0] in PER_SHOP and "." in key for key in facts)
    wanted = {key: fact for key, fact in facts.items() if key in keys or key.partition(".")[0] in keys}
    optional = {"previous_shop_sales", "shop_sales", "shop_receptions"}
    for key in keys - set(wanted) - optional:
        if not (per_shop and key in PER_SHOP) and not key.endswith(("share_part", "share_whole")):
            wanted[key] = read({}, key)
    estimated = {key for key, one in totals.sums.items() if one.estimated} if totals else set()
    return tuple(FactCopy.of(key, fact, estimated=key in estimated) for key, fact in sorted(wanted.items()))


def _checked(records: Records, person_id: int, facts: Mapping[str, Fact]) -> dict[str, Fact]:
    """Return the facts from checks; their response time counts only where the figures have none."""
    found = dict(records.checks.get(person_id, {}))
    if "response_seconds" in facts:
        found.pop("response_seconds", None)
    return found


def _responses(records: Records, totals: Totals | None) -> dict[str, Fact]:
    facts = {}
    for key, name in (
        ("response_seconds", "average_response_seconds"),
        ("first_response_seconds", "first_response_seconds"),
    ):
        found = response(totals, name) if totals else None
        if found is not None:
            source = records.files.source(found.files, "_weighted")
            base_zh, base_en = BASE_NAMES[found.base]
            weighted = Source.of(source.kind, **dict(source.params), base_zh=base_zh, base_en=base_en)
            facts[key] = Fact.present(found.value, weighted)
    return facts


def _net_sales(facts: Mapping[str, Fact]) -> dict[str, Fact]:
    sales, refunds = facts.get("sales"), facts.get("refund_amount")
    if sales is None or refunds is None or sales.value is None or refunds.value is None:
        return {}
    return {"net_sales": Fact.present(sales.value - refunds.value, sales.source)}


def _targets(records: Records, person_id: int) -> dict[str, Fact]:
    facts = {}
    for kind, key in ((Target.Kind.SALES, "sales_target"), (Target.Kind.FEATURED, "featured_target")):
        target = records.targets.get((person_id, records.month, kind))
        if target is None or target.amount is None:
            continue
        day = target.published_at or target.set_at
        source = Source.of("target", at=f"{day:%Y-%m-%d}", version=str(target.version))
        facts[key] = Fact.present(target.amount, source)
    return facts


def _team_facts(team: Team, keys: frozenset[str]) -> dict[str, Fact]:
    facts = {
        key: Fact.present(team[name].total, Source.of("team", count=str(team[name].people)))
        for key, name in TEAM_FIELDS.items()
        if name in team
    }
    compared = next((name for key, name in reversed(TEAM_FIELDS.items()) if key in keys), "orders")
    if found := team.get(compared):
        facts["team_headcount"] = Fact.present(
            found.heads.normalize(), Source.of("team", count=str(found.people))
        )
    return facts


def _attendance(presence: Presence) -> dict[str, Fact]:
    if presence.late_or_absent is None:
        return {}
    source = Source.of("attendance", name=presence.attendance_source)
    return {"late_or_absent": Fact.present(presence.late_or_absent, source)}


def _share(presence: Presence, prefix: str) -> dict[str, Fact]:
    if presence.part == presence.whole:
        return {}
    return {
        f"{prefix}share_part": Fact.present(presence.part.normalize(), CALENDAR),
        f"{prefix}share_whole": Fact.present(presence.whole.normalize(), CALENDAR),
    }


def _growth(records: Records, person_id: int, plan: Plan) -> dict[str, Fact]:
    other = records.compared[compared_month(plan, records.month)]
    before = previous_sales(records, other, person_id)
    facts = {"previous_sales": before}
    if person_id in other.presence and before.value is not None:
        facts |= _share(other.presence[person_id], "previous_")
    shops = records.shops_of(person_id)
    promoted = any(shop in records.promoted for shop in shops)
    if promoted or plan.growth_base is GrowthBase.SHOP_RELATIVE:
        facts |= _shop_growth(records, other, shops, promoted=promoted)
    return facts


def previous_sales(records: Records, other: Compared, person_id: int) -> Fact:
    """Return the sales compared with: from the frozen card, the figures, or the month taken over.

    Not applicable only for those who were not employed then or worked fewer than 7 days.
    """
    if person_id in other.frozen:
        return Fact.present(other.frozen[person_id], Source.of("card", month=f"{other.month:%Y-%m}"))
    if person_id in other.opening:
        return Fact.present(other.opening[person_id], Source.of("opening", month=f"{other.month:%Y-%m}"))
    presence = other.presence.get(person_id)
    if presence is None:
        return Fact.not_applicable("new_hire")
    totals = other.totals.get(person_id)
    if days_worked(presence, totals) < FEWEST_DAYS or not presence.part:
        return Fact.not_applicable("no_previous_month")
    return summed(totals, "sales", records.files) or Fact.missing("not_imported")


def _shop_growth(records: Records, other: Compared, shops: list[int], *, promoted: bool) -> dict[str, Fact]:
    facts = {}
    for key, group in (("shop_sales", records.shops), ("previous_shop_sales", other.shops)):
        having = [
            group[shop].sums["sales"] for shop in shops if shop in group and "sales" in group[shop].sums
        ]
        if len(having) == len(shops) and having:
            files = {file_id for one in having for file_id in one.files}
            total = sum((one.value for one in having), Decimal(0))
            facts[key] = Fact.present(total, records.files.source(files))
        elif promoted:
            facts[key] = Fact.not_applicable("no_comparison_base")
        else:
            facts[key] = Fact.missing("no_shop_figures")
    return facts


def _shop_counts(records: Records, person_id: int, keys: frozenset[str]) -> dict[str, Fact]:
    """Return the shop's buyers (or orders) and visitors; of several shops each its own, weighed by the own receptions."""
    shops = records.shops_of(person_id)
    facts: dict[str, Fact] = {}
    for number, shop in enumerate(shops, start=1):
        suffix = f".{number}" if len(shops) > 1 else ""
        totals = records.shops.get(shop)
        for key, name in SHOP_COUNTS.items():
            if key in keys:
                counted = summed(totals, name, records.files)
                facts[f"{key}{suffix}"] = counted or Fact.missing("no_shop_figures")
        if suffix:
            facts[f"shop_receptions{suffix}"] = _own_receptions(records, person_id, shop)
    return facts


def _shop_refunds(records: Records, person_id: int) -> dict[str, Fact]:
    """Return orders and refunded orders of all agents of the person's shops, as `_shop_counts` does."""
    shops = records.shops_of(person_id)
    facts: dict[str, Fact] = {}
    for number, shop in enumerate(shops, start=1):
        suffix = f".{number}" if len(shops) > 1 else ""
        totals = records.shop_refunds.get(shop)
        for key, name in (("shop_agents_orders", "orders"), (SHOP_REFUNDS, "refunded_orders")):
            facts[f"{key}{suffix}"] = summed(totals, name, records.files) or Fact.missing("no_shop_figures")
        if suffix:
            facts[f"shop_receptions{suffix}"] = _own_receptions(records, person_id, shop)
    return facts


def _own_receptions(records: Records, person_id: int, shop: int) -> Fact:
    own = records.totals[person_id].receptions_in(shop)
    if own is None:
        return Fact.missing("no_receptions")
    return Fact.present(own.value, records.files.source(own.files))
