"""Who plays in the demo: two shops, four teams, forty agents and those above them. All invented."""

from __future__ import annotations

from dataclasses import dataclass

PASSWORD = "demo"  # noqa: S105  the demo is for one's own machine: it refuses to load without DEBUG
COMPANY = "青禾家居"
PRESALES, AFTERSALES, LEAD, OFFICE = "presales", "aftersales", "supervisor", "office"


@dataclass(frozen=True, slots=True)
class ShopPlan:
    """A shop, the code of its branch, and how many visitors a day it has."""

    name: str
    code: str
    visitors: int


@dataclass(frozen=True, slots=True)
class TeamPlan:
    """A team: its shop by number, its agents' position, its supervisor, and its agents' names."""

    code: str
    name: str
    shop: int
    position: str
    lead: str
    lead_login: str
    agents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Office:
    """Somebody above the teams: name, log-in, role over the whole company."""

    name: str
    login: str
    role: str


SHOPS = (
    ShopPlan("青禾家居旗舰店", "qinghe", 13_000),
    ShopPlan("木棠家纺专营店", "mutang", 9_000),
)
TEAMS = (
    TeamPlan(
        "presales-1", "售前一组", 0, PRESALES, "赵启航", "supervisor",
        (
            "程思源", "林晚秋", "周以宁", "许知远", "沈若溪", "陆明川", "苏念慈", "何静姝",
            "唐婉清", "罗子衿", "韩雨桐", "冯书瑶", "邓云舒", "曹景行", "彭听雪",
        ),
    ),
    TeamPlan(
        "aftersales-1", "售后一组", 0, AFTERSALES, "方怀瑾", "supervisor2",
        ("袁佳宁", "蒋南乔", "蔡文茵", "余清欢", "杜若蘅", "叶知秋"),
    ),
    TeamPlan(
        "presales-2", "售前二组", 1, PRESALES, "秦朗", "supervisor3",
        (
            "魏子安", "姜沐晴", "谢安然", "邹星河", "石念真", "熊嘉言", "孟清和",
            "白芷若", "江书白", "阎可心", "薛怀远", "雷初夏", "侯景明",
        ),
    ),
    TeamPlan(
        "aftersales-2", "售后二组", 1, AFTERSALES, "梁素心", "supervisor4",
        ("龙语嫣", "万宁静", "段清扬", "钱思齐", "汤月明", "尹若水"),
    ),
)  # fmt: skip
OFFICES = (
    Office("顾清和", "manager", "manager"),
    Office("沈牧之", "director", "director"),
    Office("顾宁", "hr", "hr"),
    Office("叶嘉禾", "hr2", "hr"),
    Office("金铭", "finance", "finance"),
    Office("高远", "office", "general_office"),
    Office("王倩", "trainer", "trainer"),
)
# The log-ins that are printed, with what each can do.
AGENT, AGENT_LOGIN = "何静姝", "agent"  # a card with full, short and extra lines
SHOWN = (
    AGENT_LOGIN, "supervisor", "supervisor3", "manager", "director", "hr", "hr2", "finance", "office", "trainer"
)  # fmt: skip

PROMOTED = (("林晚秋", 3), ("石念真", 4), ("蒋南乔", 5))  # level up from that month of the seven on
DEMOTED = (("彭听雪", 5),)
LEAVER, JOINER, WITHOUT_FIGURES = "侯景明", "薛怀远", "雷初夏"


def staff_no(team: int, place: int) -> str:
    """Return an agent's number: team 1 to 4, place from 1; 00 is the supervisor."""
    return f"{team + 1}{place:02}"
