"""Put a card's words together: head, total, lines, pictures, money, chain and notes."""

from typing import Literal

from django.utils import formats, translation
from django.utils.text import capfirst
from django.utils.translation import gettext, pgettext

from reviews.document_codes import address_of, document_code
from reviews.models import CardState, CardVersion
from reviews.scoring.explain import render_line
from reviews.scoring.shown import fixed, grouped, plain
from reviews.scoring.words import Lang
from reviews.sheet import CardSheet, Comment, Fact, Money, MoneyRow
from reviews.sheets import chain, lines, notes, pictures
from reviews.sheets.rows import Rows, load

Language = Literal["zh-hans", "en"]
LANGS: dict[str, Lang] = {"zh-hans": "zh", "en": "en"}


def sheet_for(
    version: CardVersion, *, language: Language, with_money: bool, paper: bool = False, code: str = ""
) -> CardSheet:
    """One version of a card in words, for a reader who may or may not see its money.

    Whether somebody may is decided by `reviews.access.sees_money`, not here. `paper` leaves out what may
    change without a history entry; `code` is the one given out before, where there is one. At most twelve
    queries; a version whose `card` is loaded with CARD_RELATED saves one.
    """
    with translation.override(language):
        return _sheet(load(version, paper=paper), language, with_money=with_money, code=code)


def _sheet(rows: Rows, language: Language, *, with_money: bool, code: str) -> CardSheet:
    version, card, lang = rows.version, rows.card, LANGS[language]
    parts = lines.segments(rows, lang)
    all_lines = [line for part in parts for group in part.groups for line in group.lines]
    audience = "money" if with_money else "team"
    number = code or document_code(version, seq=card.seq, audience=audience, language=language)
    return CardSheet(
        language=language,
        title=_title(rows),
        place=_place(rows),
        month=formats.date_format(card.month, pgettext("month in a title", "F Y")),
        month_key=f"{card.month:%Y-%m}",
        person=card.person.name,
        person_number=card.person.staff_no,
        card_number=number,
        verify_at=address_of(number),
        facts=_facts(rows),
        state=card.state,
        state_text=_state_text(rows),
        banner=_banner(rows),
        total=pgettext("card", "not yet known") if version.total is None else fixed(version.total),
        total_label=gettext("Total"),
        total_value=version.total,
        total_note=_total_note(rows, lang),
        equation=lines.equation(version, parts),
        bands=pictures.bands(rows, lang),
        segments=parts,
        trend=pictures.trend(rows),
        radar=pictures.radar(rows, lang),
        money=_money(rows) if with_money else None,
        shortfalls=lines.shortfalls(parts, rows),
        comment=_comment(rows),
        objections=chain.objections(rows, all_lines),
        signatures=chain.signatures(rows),
        notes=notes.notes(rows, with_money=with_money),
        late_note=_late_note(rows),
    )


def _title(rows: Rows) -> str:
    if rows.card.review.trial:
        return pgettext("card", "Customer-service monthly scorecard (trial)")
    return pgettext("card", "Customer-service monthly scorecard")


def _state_text(rows: Rows) -> str:
    state = capfirst(str(CardState(rows.card.state).label))
    if rows.aside is None:
        return state
    return pgettext("card", "%(state)s, set aside") % {"state": state}


def _place(rows: Rows) -> str:
    shop = rows.card.review.unit.shop
    if shop is None:
        return rows.card.review.unit.name
    return pgettext("card", "%(shop)s (%(platform)s)") % {
        "shop": shop.name,
        "platform": shop.get_platform_display(),
    }


def _facts(rows: Rows) -> tuple[Fact, ...]:
    card = rows.card
    plan = str(rows.segments[-1].plan_version) if rows.segments else ""
    return (
        Fact(label=pgettext("card", "Name"), value=card.person.name),
        Fact(label=pgettext("card", "Staff number"), value=card.person.staff_no),
        Fact(label=pgettext("card", "Position"), value=card.position.name),
        Fact(label=pgettext("card", "Level"), value=rows.version.level_name or pictures.GAP),
        Fact(
            label=pgettext("card", "Team · assessor"),
            value=f"{card.unit.name} · {card.assessor.name}",
        ),
        Fact(label=pgettext("card", "Plan"), value=plan),
    )


def _banner(rows: Rows) -> str:
    said = []
    if rows.superseded and rows.card.current is not None:
        said.append(
            pgettext("card", "Superseded: version %(number)s of this card is in force.")
            % {"number": rows.card.current.number}
        )
    if rows.card.review.trial:
        said.append(pgettext("card", "Trial month: it brings no pay, level change or reward."))
    return " ".join(said)


def _total_note(rows: Rows, lang: Lang) -> str:
    version = rows.version
    if version.total is None:
        names = [render_line(row.explanation, lang).name for row in rows.lines if row.points is None]
        separator = "、" if lang == "zh" else ", "
        words = {"count": len(names), "names": separator.join(names)}
        return pgettext("card", "Open lines (%(count)s): %(names)s") % words
    before = version.total_before_cap
    if before is None or before == version.total:
        return ""
    return pgettext(
        "card", "Veto, critical failures: %(count)s. The total is capped; before the cap %(total)s."
    ) % {"count": version.critical_failures, "total": fixed(before)}


def _money(rows: Rows) -> Money | None:
    version = rows.version
    if version.base_salary is None or rows.card.review.trial:
        return None
    base, due = version.base_salary, version.performance_pay
    detail = ""
    if version.performance_salary is not None and version.multiplier is not None:
        detail = f"{grouped(version.performance_salary, 2)} × {plain(version.multiplier)}"
    open_text = pgettext("card", "not yet known")
    return Money(
        title=pgettext("card", "Pay of the month (CNY)"),
        rows=(
            MoneyRow(
                label=pgettext("card", "Base salary"), detail=version.level_name, amount=grouped(base, 2)
            ),
            MoneyRow(
                label=pgettext("card", "Performance pay"),
                detail=detail,
                amount=open_text if due is None else grouped(due, 2),
            ),
        ),
        total=MoneyRow(
            label=pgettext("card", "Both together"),
            detail=pgettext("card", "before tax"),
            amount=open_text if due is None else grouped(base + due, 2),
        ),
        note=pgettext("card", "Commission and rewards stand on the pay statement."),
    )


def _comment(rows: Rows) -> Comment | None:
    if not rows.version.comment:
        return None
    return Comment(label=pgettext("card", "Assessor's comment"), text=rows.version.comment)


def _late_note(rows: Rows) -> str:
    if not rows.card.late_figures:
        return ""
    return pgettext("card", "Figures that came late are not counted.")
