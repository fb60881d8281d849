"""Every sentence of the scoring core, in Chinese and English, as data."""

from typing import Literal

Lang = Literal["zh", "en"]
Pair = tuple[str, str]

REASONS: dict[str, Pair] = {
    "": ("没有数据", "No figure"),
    "not_imported": ("数据还没有导入", "Figures are not imported yet"),
    "no_target": ("没有设目标", "No target is set"),
    "no_shop_figures": ("缺店铺日数据", "The shop's daily figures are not there"),
    "no_visitors": ("店铺访客数为 0", "The shop has 0 visitors"),
    "no_receptions": ("没有接待数据", "No receptions are recorded"),
    "no_headcount": ("缺全组人数", "The team's head count is not there"),
    "no_check": ("还没有抽查", "No spot check yet"),
    "no_sold_and_unsold_check": (
        "成交和未成交的抽查还不齐",
        "Needs a check of a sold and of an unsold chat",
    ),
    "no_exam": ("没有有效的考试成绩", "No valid exam mark"),
    "no_summary_mark": ("工作总结还没有评分", "The work summary has no mark yet"),
    "no_attendance": ("缺考勤数据", "Attendance is not there"),
    "undecided_event": ("有纠纷还没有认定", "An event is not decided yet"),
    "no_previous_month": ("没有上个月", "No previous month"),
    "new_hire": ("新入职，没有上个月", "New hire, no previous month"),
    "nothing_to_compare": ("对比月销售额为 0", "Sales compared with are 0"),
    "no_comparison_base": ("大促月没有全店对比数据", "No shop figures to compare with"),
    "no_featured_target": ("没有主推目标", "No featured target"),
    "no_orders": ("没有订单", "No orders"),
    "no_sales": ("没有销售额", "No sales"),
    "no_inquiries": ("没有询单", "No inquiries"),
    "no_buyers": ("没有买家", "No buyers"),
    "no_messages": ("没有消息", "No messages"),
    "no_reminders": ("没有催付", "No reminders"),
    "no_ratings": ("没有评价", "No ratings"),
    "no_team_figures": ("全组没有订单", "The team has no orders"),
    "not_for_shop": ("本店没有这项数据", "The shop has no source for this"),
    "not_for_kind": ("这种用工不考核", "Does not apply to this employment kind"),
    "not_typed": ("值未录入", "The value is not typed in yet"),
    "waits_for_file": ("文件还没有交齐", "A file is still expected"),
}

# A source's particulars fill the names in braces; what is absent stays empty.
SOURCES: dict[str, Pair] = {
    "none": ("", ""),
    "input": ("随命令输入", "Given with the command"),
    "text": ("{zh}", "{en}"),
    "import": ("{name}，第 {batch} 批", "{name}, batch {batch}"),
    "imports": ("{name} 等 {count} 个文件，第 {batch} 批", "{name} and others, {count} files, batch {batch}"),
    "import_receptions": (
        "{name}，第 {batch} 批；没有有效接待人数，按接待人数计",
        "{name}, batch {batch}; receptions, as answered ones are not there",
    ),
    "imports_receptions": (
        "{name} 等 {count} 个文件，第 {batch} 批；没有有效接待人数，按接待人数计",
        "{name} and others, {count} files, batch {batch}; receptions, as answered ones are not there",
    ),
    "import_weighted": (
        "{name}，第 {batch} 批；按{base_zh}加权",
        "{name}, batch {batch}; weighted by {base_en}",
    ),
    "imports_weighted": (
        "{name} 等 {count} 个文件，第 {batch} 批；按{base_zh}加权",
        "{name} and others, {count} files, batch {batch}; weighted by {base_en}",
    ),
    "chats": ("抽查聊天中的 {replies} 次回复", "{replies} replies in checked chats"),
    "card": ("{month} 的考核表", "Card of {month}"),
    "opening": ("{month} 的期初数据", "Opening values of {month}"),
    "objection": ("{date} 异议改正", "Corrected after an objection, {date}"),
    "target": ("{at} 公布的目标，第 {version} 版", "Target published {at}, version {version}"),
    "checks": (
        "未成交 {unsold} 次，成交 {sold} 次；抽查人 {by}",
        "{unsold} unsold, {sold} sold; checked by {by}",
    ),
    "exam": ("{day} 的考试", "Exam of {day}"),
    "summary": ("{by} 评分", "Marked by {by}"),
    "events": ("已认定 {count} 起", "{count} decided"),
    "team": ("本组 {count} 人合计", "Sum of the team's {count}"),
    "attendance": ("考勤，{name}", "Attendance, {name}"),
    "manual": ("{by} 录入", "Entered by {by}"),
    "calendar": ("在职与请假记录", "Employment and leave"),
}

STEPS: dict[str, Pair] = {
    "start": ("起始为满权重", "Start from the full weight"),
    "nothing": ("在标准内，不加不减", "Within the standard: nothing on or off"),
    "steps_off": ("{worse} {gap}，满 {size} {count} 次", "{gap} {worse}, {count} × {size}"),
    "steps_on": ("{better} {gap}，满 {size} {count} 次", "{gap} {better}, {count} × {size}"),
    "once": ("达到 {mark}", "Reached {mark}"),
    "once_low": ("不超过 {mark}", "{mark} or less"),
    "tier_below": ("低于 {threshold}", "Below {threshold}"),
    "tier_at_most": ("不超过 {threshold}", "{threshold} or less"),
    "tier_at_least": ("达到 {threshold}", "{threshold} or more"),
    "tier_above": ("超过 {threshold}", "Above {threshold}"),
    "grade": ("达到 {mark} 一档，得权重的 {percent} %", "{mark} reached: {percent} % of the weight"),
    "grade_low": (
        "不超过 {mark} 一档，得权重的 {percent} %",
        "{mark} or less: {percent} % of the weight",
    ),
    "grade_none": ("未达各档，得权重的 {percent} %", "No mark reached: {percent} % of the weight"),
    "linear_from_zero": ("{weight} × {value} ÷ {best}", "{weight} × {value} ÷ {best}"),
    "linear": (
        "{weight} × ({value} − {worst}) ÷ ({best} − {worst})",
        "{weight} × ({value} − {worst}) ÷ ({best} − {worst})",
    ),
    "linear_full": ("好于 {best}，得满权重", "Better than {best}: full weight"),
    "linear_none": ("差于 {worst}，得 0 分", "Worse than {worst}: no points"),
    "events": ("{count} 次，每次 {each} 分", "{count} events, {each} each"),
    "at_least_zero": ("最少 0 分", "At least 0"),
    "at_most": ("最多 {amount} 分", "At most {amount}"),
    "spread": (
        "不适用 {gone} 分，按 100 ÷ {rest} 折算",
        "{gone} points do not apply: × 100 ÷ {rest}",
    ),
}  # fmt: skip

# What feeds a line in the shop instead of the plan's own measure.
WAYS: dict[str, Pair] = {
    "measure": ("本店按{name}计算（{reason}）", "This shop counts {name} ({reason})"),
    "manual": ("本店按录入值计算（{reason}）", "This shop types the value in ({reason})"),
    "not_applicable": ("本店不适用（{reason}）", "Does not apply in this shop ({reason})"),
}

NOTES: dict[str, Pair] = {
    "not_for_shop_spread": (
        "本店不适用，权重由其他项分担：{reason}。",
        "Does not apply in this shop, its weight goes to the other lines: {reason}.",
    ),
    "not_for_shop_full": (
        "本店不适用，按满分：{reason}。",
        "Does not apply in this shop, full weight: {reason}.",
    ),
    "not_applicable_full": ("不适用，按满分：{reason}。", "Not applicable, full weight: {reason}."),
    "not_applicable_spread": (
        "不适用，权重由其他项分担：{reason}。",
        "Not applicable, its weight goes to the other lines: {reason}.",
    ),
    "missing": ("缺数据：{reason}。", "Missing: {reason}."),
    "waived": ("已豁免，按满分：{reason}。", "Waived, full weight: {reason}."),
}  # fmt: skip

STATUSES: dict[str, Pair] = {
    "scored": ("已计分", "Scored"),
    "not_applicable": ("不适用", "Not applicable"),
    "missing": ("缺数据", "Missing"),
    "waived": ("已豁免", "Waived"),
}

RULES: dict[str, Pair] = {
    "standard": ("标准 {standard}", "Standard {standard}"),
    "off": ("每{worse}满 {size}减 {points}", "every full {size} {worse} costs {points}"),
    "on": ("每{better}满 {size}加 {points}", "every full {size} {better} earns {points}"),
    "bonus_limit": ("，最多加 {points}", ", at most {points}"),
    "once": ("{mark}加 {points}", "{mark} earns {points}"),
    "plus": ("{mark}加 {points}", "{mark} earns {points}"),
    "minus": ("{mark}减 {points}", "{mark} costs {points}"),
    "even": ("{mark}不加不减", "{mark} changes nothing"),
    "grades": ("按权重计：", "Share of the weight: "),
    "grade": ("{mark}得 {percent} %", "{mark} gives {percent} %"),
    "otherwise": ("其余得 {percent} %", "otherwise {percent} %"),
    "linear": (
        "从 {worst}到 {best}按比例计分，{best}得满权重",
        "In proportion from {worst} to {best}; {best} gives the full weight",
    ),
    "event_off": ("每{counter}减 {points}", "each one costs {points}"),
    "event_on": ("每{counter}加 {points}", "each one earns {points}"),
    "small": ("样本不足 {count} 时：", "With fewer than {count} cases: "),
}

THRESHOLDS: dict[str, Pair] = {
    "<": ("低于 {value}", "below {value}"),
    "<=": ("不超过 {value}", "{value} or less"),
    ">=": ("达到 {value}", "{value} or more"),
    ">": ("超过 {value}", "above {value}"),
}

UNITS: dict[str, Pair] = {
    "ratio": ("{n} %", "{n} %"),
    "cny": ("{n} 元", "CNY {n}"),
    "count": ("{n} {counter}", "{n} {counter}"),
    "seconds": ("{n} 秒", "{n} s"),
    "rubric": ("{n}", "{n}"),
    "mark_5": ("{n}", "{n}"),
    "mark_100": ("{n} 分", "{n}"),
    "number": ("{n}", "{n}"),
    "gap": ("{n} 个百分点", "{n} percentage points"),
}

VERDICTS: dict[str, Pair] = {
    "short": ("少 {n}", "{n} short"),
    "extra": ("多 {n}", "{n} extra"),
    "full": ("满分", "Full"),
    "spread": ("权重已分担", "Weight given to others"),
}


def say(pair: Pair, lang: Lang, **names: str) -> str:
    """Return the sentence of a language with its names filled in."""
    text = pair[0] if lang == "zh" else pair[1]
    return text.format_map(_Blank(names))


def spaced(text: str) -> str:
    """Part a Chinese text that ends in a letter, digit or sign from what follows."""
    return f"{text} " if text[-1:].isascii() else text


class _Blank(dict[str, str]):
    """Leaves a name that was not given empty."""

    def __missing__(self, key: str) -> str:
        return ""
