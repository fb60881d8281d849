"""How measures are computed from facts: exact fractions, absences as states.

Where several figures are absent, "not applicable" wins over "missing": nothing
that could be filled in would make such a line apply.
"""

from decimal import Decimal
from fractions import Fraction

from reviews.fact_keys import FACT_KEYS, fact_key, read
from reviews.scoring.facts import Fact, FactKind, Facts, State
from reviews.scoring.measure import Compute, Direction, Measure, Measured, Unit
from reviews.scoring.shown import grouped, plain

NOT_APPLICABLE, MISSING = State.NOT_APPLICABLE, State.MISSING
Pairs = list[tuple[str, Fact]]
Zero = tuple[State, str]
Settled = tuple[State, str] | None


def written(code: str, fact: Fact) -> str:
    """Write a fact's figure for a calculation: amounts and averages with cents."""
    if fact.value is None:
        return "–"
    exact = Decimal(plain(fact.value))
    exponent = exact.as_tuple().exponent
    places = max(0, -exponent) if isinstance(exponent, int) else 0
    if fact_key(code).kind in (FactKind.AMOUNT, FactKind.RUBRIC):
        places = max(places, 2)
    return grouped(exact, places)


def _settle(pairs: Pairs, zero: dict[str, Zero]) -> Settled:
    """Return the state and reason that stop the calculation, None where none does.

    `zero` names the facts that may not be zero (or less) and what it means.
    """
    stops: list[tuple[State, str]] = []
    for code, fact in pairs:
        if fact.value is None:
            stops.append((fact.state, fact.reason))
        elif code in zero and fact.value <= 0:
            stops.append(zero[code])
    for state in (NOT_APPLICABLE, MISSING):
        for stop in stops:
            if stop[0] is state:
                return stop
    return None


def _pairs(facts: Facts, *codes: str) -> Pairs:
    return [(code, read(facts, code)) for code in codes]


def _exact(fact: Fact) -> Fraction:
    if fact.value is None:
        raise ValueError("a fact without a value cannot be computed with")
    return Fraction(fact.value)


def _stopped(settled: tuple[State, str], pairs: Pairs) -> Measured:
    return Measured(settled[0], None, settled[1], tuple(pairs))


def share_of_month(facts: Facts, prefix: str = "") -> tuple[Fraction, str, Pairs]:
    """Return the worked share of a month, how it is written, and its facts.

    Two facts carry it, so that it stays exact: part and whole, in days or in
    any product of days and hours. Without both the share is 1. Source:
    spec/month.md, "Part of a month".
    """
    codes = (f"{prefix}share_part", f"{prefix}share_whole")
    pairs = _pairs(facts, *codes)
    part, whole = pairs[0][1].value, pairs[1][1].value
    if part is None or whole is None or part <= 0 or whole <= 0 or part == whole:
        return Fraction(1), "", []
    text = " ÷ ".join(written(code, fact) for code, fact in pairs)
    return Fraction(part) / Fraction(whole), text, pairs


def plain_fact(key: str) -> Compute:
    """Return a measure that is one fact as it stands."""

    def compute(facts: Facts, standard: Decimal | None) -> Measured:
        pairs = _pairs(facts, key)
        if stop := _settle(pairs, {}):
            return _stopped(stop, pairs)
        value = _exact(pairs[0][1])
        return Measured(State.PRESENT, value, inputs=tuple(pairs), events=value)

    return compute


def ratio(
    top: str,
    bottom: str,
    *,
    zero: Zero,
    shared: bool = False,
    complement: bool = False,
) -> Compute:
    """Return a measure that is one fact over another, or 1 minus that.

    `zero` says what a denominator of 0 means; `shared` multiplies the
    denominator by the worked share of the month.
    """

    def compute(facts: Facts, standard: Decimal | None) -> Measured:
        pairs = _pairs(facts, top, bottom)
        if stop := _settle(pairs, {bottom: zero}):
            return _stopped(stop, pairs)
        share, text, more = share_of_month(facts) if shared else (Fraction(1), "", [])
        over, under = _exact(pairs[0][1]), _exact(pairs[1][1])
        below = written(*pairs[1])
        working = f"{written(*pairs[0])} ÷ {f'({below} × {text})' if text else below}"
        value = over / (under * share)
        return Measured(
            State.PRESENT,
            1 - value if complement else value,
            inputs=tuple(pairs + more),
            working=f"1 − {working}" if complement else working,
            base=under,
            events=over,
        )

    return compute


def growth(facts: Facts, standard: Decimal | None) -> Measured:
    """Sales against the month compared with, each side per worked share.

    Where the shop's own two figures are given as facts, its growth is taken off
    (the shop-relative base); given as not applicable, so is the line.
    """
    pairs = _pairs(facts, "sales", "previous_sales")
    zero = {"previous_sales": (NOT_APPLICABLE, "nothing_to_compare")}
    shop: Pairs = []
    if "previous_shop_sales" in facts:
        shop = _pairs(facts, "shop_sales", "previous_shop_sales")
        zero["previous_shop_sales"] = (NOT_APPLICABLE, "nothing_to_compare")
    if stop := _settle(pairs + shop, zero):
        return _stopped(stop, pairs + shop)
    now_share, now_text, now_more = share_of_month(facts)
    then_share, then_text, then_more = share_of_month(facts, "previous_")
    now, then = _exact(pairs[0][1]) / now_share, _exact(pairs[1][1]) / then_share
    first = _per_share(written(*pairs[0]), now_text)
    second = _per_share(written(*pairs[1]), then_text)
    value, working = (now - then) / then, f"({first} − {second}) ÷ {second}"
    if shop:
        here, there = (_exact(fact) for _, fact in shop)
        value -= (here - there) / there
        a, b = (written(code, fact) for code, fact in shop)
        working += f" − ({a} − {b}) ÷ {b}"
    inputs = tuple(pairs + shop + now_more + then_more)
    return Measured(State.PRESENT, value, inputs=inputs, working=working)


def _per_share(figure: str, share: str) -> str:
    return f"{figure} ÷ ({share})" if share else figure


def consultations(facts: Facts, standard: Decimal | None) -> Measured:
    """Answered consultations over the line's standard count for a full month."""
    pairs = _pairs(facts, "consultations")
    if stop := _settle(pairs, {}):
        return _stopped(stop, pairs)
    if standard is None or standard <= 0:
        raise ValueError("the line has no standard count to divide by")
    share, text, more = share_of_month(facts)
    value = _exact(pairs[0][1]) / (Fraction(standard) * share)
    below = grouped(Decimal(plain(standard)), 0 if standard % 1 == 0 else 2)
    below = f"({below} × {text})" if text else below
    working = f"{written(*pairs[0])} ÷ {below}"
    return Measured(State.PRESENT, value, "", tuple(pairs + more), working)


def shop_conversion(part: str) -> Compute:
    """Return a shop's paying buyers (or paid orders) over its visitors, both of the month; several shops weighted.

    With several shops the keys stand once per shop (`shop_buyers.1`, …) and the
    value is Σ receptions × buyers ÷ visitors, over Σ receptions. A shop in which
    the person received nobody has no weight and is left out.
    """

    def compute(facts: Facts, standard: Decimal | None) -> Measured:
        numbers = sorted({int(code.rpartition(".")[2]) for code in facts if code.startswith(f"{part}.")})
        if not numbers:
            return ratio(part, "shop_visitors", zero=(MISSING, "no_visitors"))(facts, standard)
        keys = ("shop_receptions", part, "shop_visitors")
        return _weighted([_pairs(facts, *(f"{key}.{n}" for key in keys)) for n in numbers])

    return compute


def _weighted(shops: list[Pairs]) -> Measured:
    """Return Σ receptions × buyers ÷ visitors, over Σ receptions; each shop's three facts in this order."""
    pairs = [pair for shop in shops for pair in shop]
    counted = [shop for shop in shops if shop[0][1].value != 0]
    zero = {shop[2][0]: (MISSING, "no_visitors") for shop in counted}
    stop = _settle([pair for shop in counted for pair in shop], zero)
    if not counted:
        stop = (MISSING, "no_receptions")
    if stop:
        return _stopped(stop, pairs)
    weight = sum((_exact(shop[0][1]) for shop in counted), Fraction(0))
    total = sum(
        (_exact(r) * _exact(b) / _exact(v) for (_, r), (_, b), (_, v) in counted),
        Fraction(0),
    )
    terms = " + ".join(
        " × ".join((written(*shop[0]), f"{written(*shop[1])} ÷ {written(*shop[2])}")) for shop in counted
    )
    receptions = " + ".join(written(*shop[0]) for shop in counted)
    working = f"({terms}) ÷ ({receptions})"
    return Measured(State.PRESENT, total / weight, "", tuple(pairs), working)


def refunds_against_shop(facts: Facts, standard: Decimal | None) -> Measured:
    """Return the own refund rate minus that of all the shop's agents; below 0 is better than the shop.

    With several shops the keys stand once per shop (`shop_agents_orders.1`, …) and the shops' rates are weighed
    by the own receptions; a shop in which the person received nobody has no weight.
    Source: spec/data.md, "Refunds".
    """
    own = _pairs(facts, "refunded_orders", "orders")
    numbers = sorted(
        {int(code.rpartition(".")[2]) for code in facts if code.startswith("shop_agents_orders.")}
    )
    suffixes = [f".{number}" for number in numbers] or [""]
    shops = [_pairs(facts, f"shop_refunded_orders{s}", f"shop_agents_orders{s}") for s in suffixes]
    weights = [_pairs(facts, f"shop_receptions{s}")[0] for s in suffixes] if numbers else []
    pairs = own + [pair for shop in shops for pair in shop] + weights
    counted = [n for n in range(len(shops)) if not weights or weights[n][1].value != 0]
    needed = own + [pair for n in counted for pair in (*shops[n], *weights[n : n + 1])]
    zero = {shop[1][0]: (MISSING, "no_shop_figures") for shop in shops}
    stop = _settle(needed, {"orders": (NOT_APPLICABLE, "no_orders"), **zero})
    if stop or not counted:
        return _stopped(stop or (MISSING, "no_receptions"), pairs)
    rates = [_exact(shops[n][0][1]) / _exact(shops[n][1][1]) for n in counted]
    texts = [" ÷ ".join(written(*pair) for pair in shops[n]) for n in counted]
    value, working = rates[0], texts[0]
    if weights:
        heads = [_exact(weights[n][1]) for n in counted]
        value = sum((rate * head for rate, head in zip(rates, heads, strict=True)), Fraction(0)) / sum(heads)
        names = [written(*weights[n]) for n in counted]
        terms = " + ".join(f"{name} × {text}" for name, text in zip(names, texts, strict=True))
        working = f"({terms}) ÷ ({' + '.join(names)})"
    mine = _exact(own[0][1]) / _exact(own[1][1])
    return Measured(
        State.PRESENT,
        mine - value,
        inputs=tuple(pairs),
        working=f"{written(*own[0])} ÷ {written(*own[1])} − {working}",
    )


def equal_share(code: str, names: str, own: str, team: str) -> Measure:
    """Register a measure that is the own count over an equal share of the team's."""
    name_zh, name_en = names.split(" | ")

    def compute(facts: Facts, standard: Decimal | None) -> Measured:
        pairs = _pairs(facts, own, team, "team_headcount")
        zero = {
            team: (NOT_APPLICABLE, "no_team_figures"),
            "team_headcount": (MISSING, "no_headcount"),
        }
        if stop := _settle(pairs, zero):
            return _stopped(stop, pairs)
        mine, all_of_them, heads = (_exact(fact) for _, fact in pairs)
        texts = [written(key, fact) for key, fact in pairs]
        working = f"{texts[0]} ÷ ({texts[1]} ÷ {texts[2]})"
        value = mine * heads / all_of_them
        return Measured(State.PRESENT, value, "", tuple(pairs), working)

    own_key, team_key = FACT_KEYS[own], FACT_KEYS[team]
    return Measure(
        code,
        name_zh,
        name_en,
        Unit.RATIO,
        Direction.HIGHER,
        (own, team, "team_headcount"),
        f"{own_key.name_zh} ÷ ({team_key.name_zh} ÷ 全组人数)",
        f"{own_key.name_en} ÷ ({team_key.name_en} ÷ head count)",
        f"{team_key.name_zh}为 0：不适用。缺任何一个数据：缺数据。",
        f"{team_key.name_en} of 0: not applicable. Any figure not there: missing.",
        "spec/scorecard.md",
        compute,
    )
