"""Columns that say who a buyer is: what stands in them is shown to nobody and leaves in no file.

Source: data.md, "Import rules": buyers' names, phones, addresses and payment accounts are not stored.
"""

from __future__ import annotations

from collections.abc import Mapping

from reviews.figures.cells import header_key

MASK = "***"
OF_BUYERS = (
    "买家会员",
    "会员名",
    "买家昵称",
    "买家旺旺",
    "买家姓名",
    "买家账号",
    "支付宝账号",
    "支付宝帐号",
    "收货人",
    "收货地址",
    "收件人",
    "收件地址",
    "详细地址",
    "联系电话",
    "联系手机",
    "联系方式",
    "手机号",
    "电话",
    "买家留言",
    "买家备注",
    "发票抬头",
    "身份证",
)
QUOTING = ("text", "who", "account")


def is_of_buyers(header: str) -> bool:
    """Say whether a column, by its header, holds what tells a buyer."""
    key = header_key(header)
    return any(word in key for word in OF_BUYERS)


def masked_params(column: str, params: Mapping[str, object]) -> Mapping[str, object]:
    """Return what fills a message's sentence, without the cell's words where the column is the buyers'."""
    if not is_of_buyers(column):
        return params
    return {key: MASK if key in QUOTING else value for key, value in params.items()}
