"""Walks HR's page of import profiles as a browser does: upload, look, save."""

from __future__ import annotations

import re

from django.core.files.uploadedfile import SimpleUploadedFile

URL = "/admin/reviews/importprofile/"
SHEET = ("客服子账号", "接待数", "成交额", "首响(秒)", "好评", "备注列")
MEANINGS = ("account", "receptions", "sales", "first_response_seconds", "satisfaction_rate", "")
UNITS = ("text", "count", "money", "seconds", "rate", "text")


def row(account: str = "店:小雅", receptions: object = 139, sales: object = "2,637.68") -> list[object]:
    """Return a row of a sheet that no shipped format knows."""
    return [account, receptions, sales, 20.07, "97.08%", "早班"]


def uploaded(path):
    """Return a file as a browser sends it."""
    return SimpleUploadedFile(path.name, path.read_bytes())


def stage(client, path, **more):
    """Upload a sample; return the address of its columns, or the answer where it was refused."""
    answer = client.post(f"{URL}sample/", {"sample": uploaded(path), **more})
    return answer.url if "/map/" in getattr(answer, "url", "") else answer


def mapping(meanings=MEANINGS, units=UNITS, **more):
    """Return the form of a mapping: one meaning and unit for each column."""
    data = {"kind": "agent_figures", "sheet": 0, "row": 1, "encoding": "", "act": "try"}
    data |= {f"meaning-{index}": meaning for index, meaning in enumerate(meanings)}
    data |= {f"unit-{index}": unit for index, unit in enumerate(units)}
    return data | more


def tried(client, address, **more):
    """Look at how rows are read; return the page and the digest it shows."""
    page = client.post(address, mapping(**more)).content.decode()
    return page, re.search(r'name="tried" value="(\w+)"', page)[1]


def save(client, address, name="自建日报", **more):
    """Look, then save what was looked at."""
    _page, digest = tried(client, address, **more)
    return client.post(address, mapping(**{**more, "act": "save", "name": name, "tried": digest}))
