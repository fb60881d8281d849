"""A company of two branches, each with its shop, its HR and one of every object of issue 3, and all who may knock."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from reviews.models import (
    FigureExcuse,
    HourLeader,
    ImportBatch,
    ImportProfile,
    LineSource,
    Promotion,
    RefundReason,
    ShopFigures,
    ShopMonth,
    Snapshot,
    SourceOrder,
    Target,
    TargetNode,
)
from reviews.year_targets.saving import start_plan
from staff.models import AccountHolder, ApiToken, PlatformAccount, User
from staff.services import issue_token
from tests import factories
from tests.reviews import month_data

WHO = (
    "nobody", "agent", "supervisor", "supervisor_x", "manager", "finance", "general_office",
    "branch_hr", "other_hr", "hr", "root",
)  # fmt: skip
MODULES = (
    "rewards.views",
    "reviews.views.hours",
    "reviews.views.typed",
    "reviews.api.figures",
    "staff.admin.tokens",
)
MODELS = (
    "importbatch", "importprofile", "figureexcuse", "linesource", "sourceorder", "snapshot", "promotion",
    "refundreason", "targetnode", "target", "agentfigures", "shopfigures", "shopmonth", "apitoken",
)  # fmt: skip
# The payloads of XSS-01 to XSS-12 that a name can hold; each page shows them as text.
NASTY = "<script>alert(1)</script>\"><img src=x>{{7*7}}'"
FORMULA = '=HYPERLINK("http://x.example","y")'


def knockable() -> dict[str, str]:
    """Return the addresses of issue 3 by name: of the pages' modules, and every page of its models."""
    found: dict[str, str] = {}

    def walk(resolver: URLResolver, place: str, space: str) -> None:
        for one in resolver.url_patterns:
            here = place + str(one.pattern)
            if isinstance(one, URLResolver):
                walk(one, here, f"{one.namespace}:" if one.namespace else space)
            elif isinstance(one, URLPattern) and one.name and one.callback:
                ours = one.callback.__module__ in (*MODULES, "reviews.admin.plan_sheet")
                parts = here.split("/")
                ours = ours or (len(parts) > 3 and parts[0] == "admin" and parts[2] in MODELS)
                if ours:
                    found[f"{space}{one.name}"] = here

    walk(get_resolver(), "", "")
    return found


def belongings(shop, *, unit, hr, agent, name) -> SimpleNamespace:
    """One of every object that belongs to a shop."""
    by = hr.users.get()
    file = month_data.import_file(shop, name=f"{name}.xlsx")
    ImportBatch.objects.filter(pk=file.batch_id).update(by=by)
    waiting = ImportBatch.objects.create(shop=shop, state="staged", by=by)
    account = factories.account(f"{name}:小雅", shop=shop, holder=agent)
    day = date(2026, 10, 3)
    figures = month_data.day_figures(account, day, file=file, sales=Decimal("31.00"))
    own = ShopFigures.objects.create(
        batch=file.batch, file=file, row=1, shop=shop, source="shop_days", first_day=day, last_day=day,
        current=True, visitors=5,
    )  # fmt: skip
    plan = factories.published_plan().plan
    token = ApiToken(name=name, shop=shop, scope="write", expires_at=timezone.now() + timedelta(days=9))
    secret = issue_token(token, by=by, at=timezone.now())
    root, _saved = start_plan(
        unit=unit, year=2027, amount=Decimal(1200000), key="equal", by=by,
        at=datetime(2026, 11, 20, tzinfo=UTC), on=date(2026, 11, 20), equal_if_missing=True,
    )  # fmt: skip
    snapshot = Snapshot.objects.create(
        batch=file.batch, file=file, row=2, shop=shop, source="own_daily", account=account,
        account_name=account.name, day=day, taken_at=datetime(2026, 10, 3, 4, tzinfo=UTC), current=True,
    )  # fmt: skip
    return SimpleNamespace(
        shop=shop, account=account, file=file, waiting=waiting, token=token, secret=secret, agent=agent,
        importbatch=file.batch, agentfigures=figures, shopfigures=own, targetnode=root, snapshot=snapshot,
        figureexcuse=FigureExcuse.objects.create(shop=shop, source="shop_days", day=day, reason=name, by=by),
        linesource=LineSource.objects.create(
            shop=shop, plan=plan, line="inquiry_conversion", starts_on=date(2026, 12, 1), way="not_applicable",
            reason=name, set_by=by,
        ),
        sourceorder=SourceOrder.objects.create(shop=shop, source="own_daily", rank=1),
        promotion=Promotion.objects.create(
            shop=shop, name=name, first_day=date(2026, 11, 1), last_day=date(2026, 11, 11), window_days=3
        ),
        shopmonth=ShopMonth.objects.create(shop=shop, month=date(2026, 10, 1)),
        apitoken=token,
        target=month_data.target(agent),
    )  # fmt: skip


def grown(company) -> SimpleNamespace:
    """Let the company of the staff tests have a second shop, its people, and belongings of both."""
    c = company
    far = factories.shop("远方专卖店")
    c.other.shop = far
    c.other.save()
    c.branch_hr = factories.person("蒋欣", staff_no="branch_hr")
    factories.role(c.branch_hr, "hr", c.branch)
    c.other_hr = factories.person("郑芳", staff_no="other_hr")
    factories.role(c.other_hr, "hr", c.other)
    far_team = factories.unit("far-team", parent=c.other)
    c.supervisor_x = factories.person("周强", staff_no="supervisor_x")
    factories.role(c.supervisor_x, "supervisor", far_team)
    c.root_user = User.objects.create_superuser("root", password="x")
    c.own = belongings(c.shop, unit=c.branch, hr=c.branch_hr, agent=c.agent, name="本店之物")
    c.foreign = belongings(far, unit=c.other, hr=c.other_hr, agent=c.stranger, name="远方之物")
    c.profile = ImportProfile.objects.create(name="总部日报", made_by=c.hr.users.get())
    c.profile.columns.create(order=1, header="客服", meaning="account", unit="text", required=True)
    c.reason = RefundReason.objects.create(text="不想要了", nature="unavoidable")
    c.version = factories.published_plan()
    return c


def client_of(company, who: str, **more) -> Client:
    """Return a browser of somebody, in Chinese."""
    client = Client(**more)
    if who == "root":
        client.force_login(company.root_user)
    elif who != "nobody":
        client.force_login(getattr(company, who).users.get())
    return client


MISSING = 987654321


def address(company, name: str, *, missing: bool = False) -> str:
    """Return an address about the first branch's object of its kind, or about one that was never there."""
    own = company.own
    model = next((one for one in MODELS if f"_{one}_" in name), "")
    company_wide = {"importprofile": company.profile, "refundreason": company.reason}
    pk = (
        MISSING
        if missing
        else getattr(company_wide.get(model) or getattr(own, model, own.importbatch), "pk", 0)
    )
    route = knockable()[name]
    values: dict[str, object] = {}
    if "<path:object_id>" in route:
        values = {"object_id": pk}
    elif name.endswith(("_simple_history",)):
        return "/" + route.replace("^([^/]+)", str(pk)).replace("([^/]+)", "1").replace("$", "")
    if "<int:pk>" in route:
        values["pk"] = own.shop.pk if name == "hours_of" and not missing else pk
    if name.endswith("plan_sheet_import"):
        values["pk"] = MISSING if missing else company.version.plan_id
    if name.endswith("_plan_sheet"):
        values["public_id"] = uuid.uuid4() if missing else company.version.public_id
    if "<int:batch>" in route:
        values["batch"] = MISSING if missing else own.importbatch.pk
    if "<int:file>" in route:
        values["file"] = MISSING if missing else own.file.pk
    if "<slug:code>" in route:
        values["code"] = "nothing" if missing else "own_daily"
    if "<uuid:name>" in route:
        values["name"] = uuid.uuid4()
    return reverse(name, kwargs=values)


def knock(client: Client, method: str, path: str, data=None, **more):
    """Ask, and take back whatever was written, so that each knock meets the same house."""
    with transaction.atomic():
        answer = getattr(client, method.lower())(path, data, **more)
        answer.render() if hasattr(answer, "render") and not answer.is_rendered else None
        transaction.set_rollback(True)
    return answer


def written() -> list[list[object]]:
    """Return what stands in the tables that forged forms aim at."""
    models = (AccountHolder, PlatformAccount, ApiToken, LineSource, FigureExcuse, SourceOrder, Promotion)
    models = (*models, HourLeader, TargetNode, Target, ImportProfile, RefundReason, ImportBatch)
    return [list(model._default_manager.order_by("pk").values()) for model in models]


def tried(client: Client, method: str, path: str, data=None):
    """Ask as `knock` does; return the answer and whether anything was written on the way."""
    before = written()
    with transaction.atomic():
        answer = getattr(client, method)(path, data)
        changed = written() != before
        transaction.set_rollback(True)
    return answer, changed
