"""Plans to JSON-able data and back. Decimals are strings, spelt one way."""

from dataclasses import fields, is_dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, Literal, Union, cast, get_args, get_origin, get_type_hints

from reviews.scoring.plan import SCHEMA, Data, Line, Plan, digest
from reviews.scoring.rules import KINDS, Events, Grades, Linear, Rule, Steps, Tiers
from reviews.scoring.shown import plain


class PlanDataError(ValueError):
    """Data that is no plan; the message names the place."""


def _value_to_data(value: object) -> object:
    match value:
        case Decimal():
            return plain(value)
        case StrEnum():
            return value.value
        case tuple():
            return [_value_to_data(each) for each in value]
        case None | str() | bool() | int():
            return value
        case Steps() | Tiers() | Grades() | Linear() | Events():
            return {"kind": value.kind, **_fields_to_data(value)}
        case _:
            return _fields_to_data(value)


def _fields_to_data(record: object) -> Data:
    return {
        field.name: _value_to_data(getattr(record, field.name))
        for field in fields(cast("Any", record))
        if field.init
    }


def line_to_data(line: Line) -> Data:
    """Return one line as JSON-able data."""
    return _fields_to_data(line)


def rule_to_data(rule: Rule) -> Data:
    """Return one rule as JSON-able data, with its kind."""
    return cast("Data", _value_to_data(rule))


def plan_to_data(plan: Plan) -> Data:
    """Return the whole plan as JSON-able data, with the schema's version."""
    return {"schema": SCHEMA, **_fields_to_data(plan)}


def plan_sha256(plan: Plan) -> str:
    """Return the digest that stands for this plan, whoever stored it."""
    return digest(plan_to_data(plan))


def plan_from_data(data: object) -> Plan:
    """Rebuild a plan from `plan_to_data`; raise PlanDataError naming the place."""
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        raise PlanDataError(f"plan.schema: expected {SCHEMA}")
    rest = {key: value for key, value in data.items() if key != "schema"}
    return cast("Plan", _record(Plan, rest, "plan"))


def line_from_data(data: object) -> Line:
    """Rebuild one line from `line_to_data`."""
    return cast("Line", _record(Line, data, "line"))


def _record(kind: type, data: object, where: str) -> object:
    if not isinstance(data, dict):
        raise PlanDataError(f"{where}: expected an object")
    hints = get_type_hints(kind)
    known = {field.name for field in fields(kind) if field.init}
    if extra := sorted(set(data) - known):
        raise PlanDataError(f"{where}: unknown keys {', '.join(extra)}")
    if absent := sorted(known - set(data)):
        raise PlanDataError(f"{where}: keys that are not there: {', '.join(absent)}")
    return kind(**{name: _value(hints[name], data[name], f"{where}.{name}") for name in known})


def _value(hint: Any, value: object, where: str) -> object:
    if hint == Rule:
        return _rule(value, where)
    if get_origin(hint) in (Union, UnionType):
        if value is None and NoneType in get_args(hint):
            return None
        hint = next(one for one in get_args(hint) if one is not NoneType)
    if get_origin(hint) is tuple:
        if not isinstance(value, list):
            raise PlanDataError(f"{where}: expected a list")
        inner = get_args(hint)[0]
        return tuple(_value(inner, v, f"{where}[{i}]") for i, v in enumerate(value))
    if get_origin(hint) is Literal:
        if value not in get_args(hint):
            raise PlanDataError(f"{where}: expected one of {get_args(hint)}")
        return value
    if is_dataclass(hint):
        return _record(cast("type", hint), value, where)
    return _scalar(hint, value, where)


def _scalar(kind: type, value: object, where: str) -> object:
    if kind is Decimal:
        return _decimal(value, where)
    if issubclass(kind, StrEnum):
        if value not in {one.value for one in kind}:
            raise PlanDataError(f"{where}: expected one of {[*kind]}")
        return kind(value)
    if type(value) is not kind:
        raise PlanDataError(f"{where}: expected {kind.__name__}")
    return value


def _decimal(value: object, where: str) -> Decimal:
    try:
        number = Decimal(value) if isinstance(value, str) else Decimal("NaN")
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise PlanDataError(f"{where}: expected a number as text")
    return number


def _rule(value: object, where: str) -> object:
    kind = value.get("kind") if isinstance(value, dict) else None
    if not isinstance(value, dict) or kind not in KINDS:
        raise PlanDataError(f"{where}.kind: expected one of {', '.join(KINDS)}")
    rest = {key: each for key, each in value.items() if key != "kind"}
    return _record(KINDS[kind], rest, where)
