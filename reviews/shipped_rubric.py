"""The rubric that ships: four marked items, three critical ones, with the meaning of each mark.

Source: spec/spot-checks.md, "Rubric". HR's own wording is a new version of it.
"""

from __future__ import annotations

from dataclasses import dataclass

CODE = "chat"
NAME = ("聊天抽查", "Chat spot check")


@dataclass(frozen=True, slots=True)
class ShippedItem:
    """One item; `meanings` runs from 5 down to 0, each (Chinese, English)."""

    code: str
    name: tuple[str, str]
    short: tuple[str, str]
    measure: str = ""
    causes: tuple[str, ...] = ()
    meanings: tuple[tuple[str, str], ...] = ()
    critical: bool = False


CAUSES: dict[str, tuple[str, str]] = {
    "overload": ("同时接待过多", "Too many chats at once"),
    "phrases": ("话术不熟", "Unsure of the phrases"),
    "system": ("系统或网络", "System or network"),
    "mood": ("情绪没有控制好", "Mood not under control"),
    "rushed": ("急于结束", "In a hurry to finish"),
    "knowledge": ("产品知识不足", "Lacks product knowledge"),
    "context": ("没看上文", "Did not read back"),
    "retain": ("没有挽留", "Did not hold the buyer"),
    "upsell": ("没有追加推荐", "Suggested nothing further"),
    "other": ("其他", "Other"),
}

ITEMS = (
    ShippedItem(
        "response_time",
        ("响应时间", "Response time"),
        ("响应", "Response"),
        causes=("overload", "phrases", "system", "other"),
        meanings=(
            ("每次都在 30 秒内回复", "Every reply within 30 s"),
            ("多数 30 秒内回复，有一次超过 60 秒", "Mostly within 30 s, one over 60 s"),
            ("多数在 60 秒内，买家没有催", "Mostly within 60 s, the buyer did not ask again"),
            ("多次超过 60 秒，买家催过一次", "Several over 60 s, the buyer asked again once"),
            ("多次超过 120 秒，买家多次催", "Several over 120 s, the buyer asked again and again"),
            ("没有回复", "No reply"),
        ),
    ),
    ShippedItem(
        "service_attitude",
        ("服务态度", "Service attitude"),
        ("态度", "Attitude"),
        measure="service_attitude",
        causes=("mood", "rushed", "overload", "other"),
        meanings=(
            ("热情有礼，主动替买家着想", "Warm and polite, thinks for the buyer"),
            ("有礼貌，回应完整", "Polite, answers in full"),
            ("礼貌但平淡", "Polite but flat"),
            ("敷衍，用语生硬", "Perfunctory, curt wording"),
            ("不耐烦，或与买家争执", "Impatient, or argues with the buyer"),
            ("态度恶劣", "Hostile"),
        ),
    ),
    ShippedItem(
        "communication",
        ("沟通技巧", "Communication"),
        ("沟通", "Talk"),
        measure="communication",
        causes=("phrases", "knowledge", "context", "other"),
        meanings=(
            ("听懂需求，回答准确，表达清楚", "Understands the need, answers right and clearly"),
            ("回答准确，有一处可以更清楚", "Right answers, one could be clearer"),
            ("答了问题，没有问清需求", "Answers the question without asking for the need"),
            ("答非所问，买家要重复", "Misses the question, the buyer has to repeat it"),
            ("回答有错，误导买家", "Wrong answers that mislead the buyer"),
            ("没有有效沟通", "No real communication"),
        ),
    ),
    ShippedItem(
        "follow_up",
        ("跟进与促成", "Follow-up and closing"),
        ("跟进", "Follow-up"),
        measure="follow_up",
        causes=("retain", "upsell", "phrases", "context", "other"),
        meanings=(
            ("主动推荐和挽留，跟进到有结果", "Suggests, holds the buyer and follows up to a result"),
            ("有推荐也有跟进，少一步", "Suggests and follows up, one step short"),
            ("介绍了活动，没有再跟进", "Tells of the offer, does not follow up"),
            ("买家犹豫时没有挽留", "Does not hold a hesitating buyer"),
            ("只回答问题，没有促成", "Only answers, does not help to decide"),
            ("放走了要买的买家", "Lets a buyer go who wanted to buy"),
        ),
    ),
    ShippedItem("insult", ("辱骂或讽刺买家", "Insults or mocks the buyer"), ("", ""), critical=True),
    ShippedItem("leak", ("泄露买家信息", "Leaks the buyer's data"), ("", ""), critical=True),
    ShippedItem(
        "off_platform", ("引导站外交易", "Leads the buyer off the platform"), ("", ""), critical=True
    ),
)
