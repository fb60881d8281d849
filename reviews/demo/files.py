"""The files a shop would hand in, written as the platforms write them, and imported by the importer."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from reviews.demo import cast, work
from reviews.demo.clock import Clock, days_of
from reviews.demo.company import Agent
from reviews.demo.work import Day
from reviews.figures import applying, importing
from reviews.figures.importing import Asked, Upload
from staff.models import Shop, User

SERVICE = (
    "旺旺昵称", "咨询人数", "接待人数", "未回复人数", "有效接待人数", "平均响应时长（秒)", "旺旺回复率",
    "首次响应时长（秒)", "慢响应人数", "旺旺分组",
)  # fmt: skip
RESULTS = (
    "旺旺昵称", "询单最终付款人数", "询单人数", "询单最终付款转化率", "首次响应时长（秒）", "平均响应时长（秒）",
    "客户满意率", "询单最终付款金额", "成功退款金额",
)  # fmt: skip
OWN_DAYS = (
    "日期", "工号", "姓名", "咨询人数", "询单人数", "接待人数", "有效接待人数", "未回复人数", "询单付款人数",
    "销售人数", "订单数", "件数", "销售额", "主推单品销售额", "退款金额", "退款订单数", "首次响应(秒)", "平均响应(秒)",
    "满意人数", "评价人数",
)  # fmt: skip
OWN_ORDERS = ("日期", "工号", "姓名", "销售人数", "订单数", "件数", "主推单品销售额", "退款订单数")
Rows = Iterable[Sequence[Any]]


class Desk:
    """Writes files into a folder and imports them for a shop, as HR would."""

    def __init__(self, folder: Path, *, by: User, clock: Clock, agents: Sequence[Agent]) -> None:
        """Keep what all files need."""
        self.folder, self.by, self.clock, self.agents = folder, by, clock, agents

    def import_month(self, plan: cast.ShopPlan, month: date) -> None:
        """Write and import all files of one shop's month: targets, marks, the shop's days, the agents' days."""
        people = [agent for agent in self.agents if agent.shop is plan]
        paths = [
            self._targets(people, plan, month),
            self._exams(people, plan, month),
            self._shop(plan, month),
        ]
        if month == self.clock.last_month:
            paths += self._workbench(people, plan, month)
            paths.append(self._orders(people, plan, month))
        else:
            paths.append(self._own(people, plan, month))
        shop = Shop.objects.get(name=plan.name)
        uploads = [Upload(path, path.name.partition("_")[2]) for path in paths]
        batch = importing.receive(uploads, shop=shop, by=self.by, asked=Asked())
        found = importing.stage(batch)
        if found.errors:
            said = [issue.code for file in found.files for issue in file.errors]
            raise importing.Refused(f"{plan.name} {month:%Y-%m}: {', '.join(said[:5])}")
        applying.apply(batch, by=self.by, at=self.clock.working(month, 1, 11))

    def _sheet(self, name: str, header: Sequence[str], rows: Rows) -> Path:
        book = Workbook(write_only=True)
        sheet = book.create_sheet("数据信息")
        sheet.append(header)
        for row in rows:
            sheet.append(row)
        path = self.folder / name
        book.save(path)
        return path

    def _targets(self, people: Sequence[Agent], plan: cast.ShopPlan, month: date) -> Path:
        rows = []
        for agent in people:
            target = work.sales_target(agent, month)
            featured = target * 14 // 100 if agent.team.position == cast.PRESALES else None
            rows.append((f"{month:%Y-%m}", agent.staff_no, agent.name, target, featured))
        header = ("月份", "工号", "姓名", "销售目标", "主推单品目标")
        return self._sheet(f"{plan.code}_目标_{month:%Y-%m}.xlsx", header, rows)

    def _exams(self, people: Sequence[Agent], plan: cast.ShopPlan, month: date) -> Path:
        """Everybody sits both exams in the first and the last month, one of the two in between."""
        months = self.clock.months
        place = months.index(month)
        kinds = ["产品知识", "岗位技能"]
        if 0 < place < len(months) - 1:
            kinds = [kinds[place % 2]]
        rows = []
        for agent in people:
            for kind in kinds:
                roll = work.dice("exam", agent.staff_no, month, kind)
                day = month.replace(day=12 + len(kind) + roll.randrange(3))
                if agent.hired_on <= day and (agent.left_on is None or day < agent.left_on):
                    mark = min(work.strength(agent) - 8 + roll.randrange(-6, 7), 100)
                    rows.append((agent.staff_no, agent.name, kind, day, mark, 100))
        header = ("工号", "姓名", "考试", "考试日期", "得分", "满分")
        return self._sheet(f"{plan.code}_考试成绩_{month:%Y-%m}.xlsx", header, rows)

    def _shop(self, plan: cast.ShopPlan, month: date) -> Path:
        path = self.folder / f"{plan.code}_店铺日数据_{month:%Y-%m}.csv"
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            sheet = csv.writer(file)
            sheet.writerow(("统计日期", "访客数", "支付买家数", "支付子订单数", "支付金额", "支付转化率"))
            for day in days_of(month):
                visitors, buyers, orders, sales = work.shop_day(plan, day)
                rate = f"{Decimal(buyers * 100) / visitors:.2f}%"
                sheet.writerow((day, f"{visitors:,}", buyers, orders, _yuan(sales), rate))
        return path

    def _worked(self, people: Sequence[Agent], month: date) -> Iterable[tuple[Agent, date, Day]]:
        missing = month == self.clock.last_month
        for day in days_of(month):
            for agent in people:
                absent = missing and agent.name == cast.WITHOUT_FIGURES
                if work.works(agent, day) and not absent:
                    yield agent, day, work.day_of(agent, day)

    def _own(self, people: Sequence[Agent], plan: cast.ShopPlan, month: date) -> Path:
        rows = [
            (
                day, agent.staff_no, agent.name, one.consulted, one.inquiries, one.receptions, one.answered,
                one.unanswered, one.paid, one.paid, one.orders, one.items, _yuan(one.sales), _yuan(one.featured),
                _yuan(one.refunds), one.refunded, _tenths(one.first), _tenths(one.average), one.satisfied, one.rated,
            )
            for agent, day, one in self._worked(people, month)
        ]  # fmt: skip
        return self._sheet(f"{plan.code}_日数据_{month:%Y-%m}.xlsx", OWN_DAYS, rows)

    def _orders(self, people: Sequence[Agent], plan: cast.ShopPlan, month: date) -> Path:
        """Write what the workbench's two exports do not have."""
        rows = [
            (
                day,
                agent.staff_no,
                agent.name,
                one.paid,
                one.orders,
                one.items,
                _yuan(one.featured),
                one.refunded,
            )
            for agent, day, one in self._worked(people, month)
        ]
        return self._sheet(f"{plan.code}_订单与退款_{month:%Y-%m}.xlsx", OWN_ORDERS, rows)

    def _workbench(self, people: Sequence[Agent], plan: cast.ShopPlan, month: date) -> list[Path]:
        """Write the workbench's two exports of every day; one account in them is nobody's yet."""
        paths = []
        for day in days_of(month):
            on_duty = [(agent, work.day_of(agent, day)) for agent in people if work.works(agent, day)]
            service = [_service_row(agent, one) for agent, one in on_duty]
            results = [_results_row(agent, one) for agent, one in on_duty]
            stamp = f"{day:%Y%m%d}"
            paths.append(self._sheet(f"{plan.code}_客服数据_{stamp}.xlsx", SERVICE, [*service, ("汇总",)]))
            paths.append(self._sheet(f"{plan.code}_客服业绩_{stamp}.xlsx", RESULTS, [*results, ("汇总",)]))
        return paths


def _service_row(agent: Agent, one: Day) -> tuple[Any, ...]:
    replied = _rate(one.receptions - one.unanswered, one.receptions)
    group = "售前" if agent.team.position == cast.PRESALES else "售后"
    times = (_tenths(one.average), replied, _tenths(one.first))
    return (
        agent.account, one.consulted, one.receptions, one.unanswered, one.answered, *times, one.slow, group
    )  # fmt: skip


def _results_row(agent: Agent, one: Day) -> tuple[Any, ...]:
    rates = (_rate(one.paid, one.inquiries), _tenths(one.first), _tenths(one.average))
    money = (f"{_yuan(one.sales):,}", f"{_yuan(one.refunds):,}")
    return (agent.account, one.paid, one.inquiries, *rates, _rate(one.satisfied, one.rated), *money)


def _yuan(fen: int) -> Decimal:
    return Decimal(fen).scaleb(-2)


def _tenths(value: int) -> Decimal:
    return Decimal(value).scaleb(-1)


def _rate(part: int, whole: int) -> str:
    return f"{Decimal(part * 100) / whole:.2f}%"
