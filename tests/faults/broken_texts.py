"""Text files whose encoding is another one, or that are damaged: refused, never saved as mojibake."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from random import Random

from tests.faults.makers import Case, case, csv_bytes
from tests.reviews.figures.sheets import RESULTS, SHOP_DAYS, result

UNREAD = ("encoding", "foreign_characters", "no_header", "broken_quotes", "markup")
TRADITIONAL = ("旺旺暱稱", "詢單最終付款人數", "詢單人數", "客戶滿意率", "詢單最終付款金額", "成功退款金額")
WESTERN = ("Größe", "Zürich", "café", "naïve", "piñata", "Ångström")
JAPANESE = ("担当者", "問い合わせ", "売上", "返金", "満足度", "応答")
KOREAN = ("상담원", "문의", "매출", "환불", "만족도", "응답")
RUSSIAN = ("оператор", "запросы", "продажи", "возвраты", "оценка", "ответ")
FOREIGN = {
    "big5": TRADITIONAL,
    "latin-1": WESTERN,
    "cp1252": WESTERN,
    "shift_jis": JAPANESE,
    "euc_jp": JAPANESE,
    "euc_kr": KOREAN,
    "cp949": KOREAN,
    "koi8-r": RUSSIAN,
    "cp1251": RUSSIAN,
}


def broken_texts(chance: Random) -> Iterator[Case]:
    """Yield the cases."""
    for encoding, head in FOREIGN.items():
        for number in range(2):
            make = partial(csv_bytes, head, [*head[:1], number, 2, 3, 4, 5], encoding=encoding)
            yield case(f"IMP-11 {encoding}", f"码{number}_20261001.csv", make, *UNREAD)
    for encoding in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "utf-7"):
        for number in range(2):
            make = partial(csv_bytes, RESULTS, result(f"店:{number}"), encoding=encoding)
            yield case(f"IMP-11 bare {encoding}", f"裸{number}_20261001.csv", make, *UNREAD)
    for number in range(10):
        whole = csv_bytes(RESULTS, result("示例旗舰店:小雅"), encoding="utf-8")
        cut = whole.index("雅".encode()) + 1 + number % 2
        make = partial(bytes.__add__, whole[:cut], b",1" * number)
        yield case("IMP-11 cut character", f"截{number}_20261001.csv", make, *UNREAD)
    for number in range(6):
        lie = chance.choice([b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"]) + csv_bytes(
            RESULTS, result(f"店:{number}"), encoding="gb18030"
        )
        yield case("IMP-11 a mark that lies", f"标{number}_20261001.csv", partial(bytes, lie), *UNREAD)
    for number in range(5):
        mixed = csv_bytes(RESULTS, encoding="gb18030") + csv_bytes(
            result("店" * (2 * number + 1)), encoding="utf-8"
        )
        yield case("IMP-11 two encodings", f"混{number}_20261001.csv", partial(bytes, mixed), *UNREAD)
    yield from _characters()
    yield from _quoting()


def _characters() -> Iterator[Case]:
    for number, bad in enumerate(("\x00", "a\x00b", "\ue000", "\uf8ff", "\U000f0001", "\U0010fffd")):
        for encoding in ("utf-8", "gb18030"):
            make = partial(csv_bytes, RESULTS, result(f"店:{number}{bad}"), encoding=encoding)
            yield case(
                "IMP-11 foreign character",
                f"私{number}{encoding[0]}_20261001.csv",
                make,
                "foreign_characters",
            )
    controls = ("\x01", "\x07", "\x1b[31m", "\u202e", "\u2066", "\x7f")
    for number, bad in enumerate(controls):
        make = partial(csv_bytes, RESULTS, result(f"店:{bad}{number}"))
        yield case(
            "XSS-09 control character",
            f"控{number}_20261001.csv",
            make,
            "unprintable",
            row=2,
            column="旺旺昵称",
        )


def _quoting() -> Iterator[Case]:
    head = csv_bytes(RESULTS)
    for number, row in enumerate((b'"a,1,2\r\n', b'a,"1,2\r\n3', b'"a"b,1,2\r\n', b'"a" ,1\r\n')):
        yield case(
            "IMP-11 broken quotes", f"引{number}_20261001.csv", partial(bytes, head + row), "broken_quotes"
        )
    for number in range(4):
        row = f"2026-10-0{number + 1},14,632,237,260,32643.96,1.62%\r\n".encode()
        make = partial(bytes, csv_bytes(SHOP_DAYS) + row)
        yield case("IMP-11 a comma too many", f"逗{number}.csv", make, "more_cells")
