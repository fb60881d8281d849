"""The demo's spot checks, summaries and events, written through the services by those who would write them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from reviews import records
from reviews.checks import CheckGiven, MarkGiven, save_check
from reviews.demo import cast, work
from reviews.demo.clock import Clock
from reviews.demo.company import Agent
from reviews.models import ServiceEvent
from staff.calendar import last_day_of
from staff.models import Person, User

EARLIER_CHECKS, LAST_CHECKS = 2, 5
ITEMS = ("response_time", "service_attitude", "communication", "follow_up")
CAUSES = {
    "response_time": "overload",
    "service_attitude": "rushed",
    "communication": "phrases",
    "follow_up": "retain",
}
PRODUCTS = ("四件套 1.8 米", "蚕丝被", "乳胶枕", "遮光窗帘", "床笠 1.5 米", "毛巾礼盒")
BUYERS = ("小雨转晴8", "木木夕3", "tb20481", "云朵面包", "阿橙1990", "听风的人")
TALKS = (
    (
        "在吗？{product}有货吗",
        "亲在的，{product}现货，今天拍下明天发出。",
        "能便宜点吗",
        "今天满 400 减 40，可以一起带一件。",
    ),
    (
        "{product}会缩水吗",
        "亲，面料做过预缩，水洗在 3 % 以内。",
        "我再看看",
        "好的亲，尺寸我先帮您留着，今晚八点前都有活动价。",
    ),
    (
        "什么时候发货",
        "亲，今天 16 点前付款当天发出。",
        "地址可以改吗",
        "可以的，您把新地址发我，我来备注。",
    ),
)
NOTES = (
    "买家犹豫时可以留住尺寸和优惠，再约一个时间。",
    "问清用途再推荐，少让买家重复。",
    "忙的时候先回一句在，再查。",
)
SUMMARY = (
    "本月接待稳定，主推单品按计划推荐。\n做得好的：大促话术提前准备，晚班回复没有断档。\n"
    "不足：高峰时同时接待过多，响应变慢。\n下月：提前整理常见问题，争取响应再快五秒。"
)
EVENTS = (
    ("dispute", "买家说发错颜色，聊天里确认的是灰色。", "service", "yes"),
    ("complaint", "买家投诉等了两天没有物流。", "logistics", "no"),
    ("negative", "差评：说客服没有讲清尺寸。", "service", "yes"),
    ("praise", "买家好评点名感谢。", "service", "yes"),
    ("dispute", "买家说面料和描述不一样。", "goods", "no"),
)


class Room:
    """The supervisors' and agents' desk work of the demo."""

    def __init__(self, *, clock: Clock, agents: Sequence[Agent]) -> None:
        """Read people and log-ins once."""
        self.clock, self.agents = clock, agents
        self.people: Mapping[str, Person] = {row.name: row for row in Person.objects.all()}
        self.users: Mapping[str, User] = {
            row.person.name: row for row in User.objects.select_related("person") if row.person
        }

    def fill(self, month: date) -> None:
        """Write one month's checks, summaries and events."""
        last = month == self.clock.last_month
        for agent in self.agents:
            days = [day for day in _days(month) if work.works(agent, day)]
            sells = agent.team.position == cast.PRESALES
            if not days or not (sells or last):
                continue
            count = LAST_CHECKS if last else EARLIER_CHECKS
            if agent.name in {cast.LEAVER, cast.WITHOUT_FIGURES} and last:
                count = EARLIER_CHECKS
            for number in range(count):
                self._check(agent, days[(3 + number * 3) % len(days)], number)
            self._summary(agent, month)
        self._events(month)

    def _check(self, agent: Agent, day: date, number: int) -> None:
        roll = work.dice("check", agent.staff_no, day, number)
        marks = {code: _mark(code, roll.randrange(100) + (work.strength(agent) - 95) // 2) for code in ITEMS}
        product, buyer = roll.choice(PRODUCTS), roll.choice(BUYERS)
        given = CheckGiven(
            chat_on=day,
            sold=number % 2 == 0,
            buyer=buyer,
            product=product,
            text=_talk(roll.choice(TALKS), buyer, agent, day, product, slow=roll.randrange(10) > 6),
            note=roll.choice(NOTES) if any(mark.halves < 10 for mark in marks.values()) else "",
            marks=marks,
        )
        save_check(
            person=self.people[agent.name],
            given=given,
            by=self.users[agent.team.lead],
            at=self.clock.at(day + timedelta(days=1), 17, number),
            form_key=uuid.UUID(int=roll.getrandbits(128), version=4),
        )

    def _summary(self, agent: Agent, month: date) -> None:
        roll = work.dice("summary", agent.staff_no, month)
        person = self.people[agent.name]
        handed = records.hand_in_summary(
            person=person,
            month=month,
            text=SUMMARY,
            by=self.users[agent.name],
            at=self.clock.at(_last_day(agent, month), 19, roll.randrange(60)),
        )
        # One waits for its mark, so that the last month's board has something to do.
        if month == self.clock.last_month and agent.name == cast.TEAMS[2].agents[0]:
            return
        records.mark_summary(
            handed,
            halves=min(10, 7 + roll.randrange(4)),
            comment="写得具体，下月按计划做。",
            by=self.users[agent.team.lead],
            at=self.clock.working(month, 1, 14, roll.randrange(60)),
        )

    def _events(self, month: date) -> None:
        """Two or three events a month; one of the last month waits for its decision."""
        sellers = [agent for agent in self.agents if agent.team.position == cast.PRESALES]
        roll = work.dice("events", month)
        for number, (kind, account, cause, by_service) in enumerate(roll.sample(EVENTS, 3)):
            agent = sellers[roll.randrange(12)]
            event = self._event(agent, month.replace(day=8 + number * 5), kind, account, cause)
            records.decide_event(
                event,
                by_service=by_service,
                reason="已核对聊天记录。",
                by=self.users[agent.team.lead],
                at=self.clock.working(month, 1, 16),
            )
        if month == self.clock.last_month:
            waiting = next(agent for agent in self.agents if agent.name == cast.TEAMS[2].agents[2])
            self._event(waiting, month.replace(day=22), "dispute", EVENTS[0][1], "")

    def _event(self, agent: Agent, day: date, kind: str, account: str, cause: str) -> ServiceEvent:
        roll = work.dice("event", agent.staff_no, day)
        return records.record_event(
            person=self.people[agent.name],
            kind=kind,
            day=day,
            account=account,
            cause=cause,
            order=str(roll.randrange(10**18, 10**19)),
            by=self.users[agent.team.lead],
            at=self.clock.at(day + timedelta(days=1), 10),
            form_key=uuid.UUID(int=roll.getrandbits(128), version=4),
        )


def _last_day(agent: Agent, month: date) -> date:
    """Return the last day of a month on which somebody is still there."""
    last = last_day_of(month)
    return min(last, agent.left_on - timedelta(days=1)) if agent.left_on else last


def _days(month: date) -> list[date]:
    return [month + timedelta(days=n) for n in range(last_day_of(month).day - 1)]


def _mark(code: str, luck: int) -> MarkGiven:
    """Return a mark: mostly full, sometimes half a mark to two marks less."""
    if luck > 45:
        return MarkGiven()
    halves = 9 if luck > 30 else 8 if luck > 12 else 6
    return MarkGiven(halves, (CAUSES[code],))


def _talk(lines: Sequence[str], buyer: str, agent: Agent, day: date, product: str, *, slow: bool) -> str:
    """Return a chat as it is copied from the workbench, with times."""
    second, parts = 36_130, []
    for number, line in enumerate(lines):
        who = agent.account if number % 2 else buyer
        clock = f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
        parts.append(f"{who} {day:%Y-%m-%d} {clock}\n{line.format(product=product)}")
        second += (72 if slow and number == 2 else 19 + number * 7) if number % 2 == 0 else 95
    return "\n".join(parts)
