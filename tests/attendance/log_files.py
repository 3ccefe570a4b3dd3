"""Files as meeting platforms export them, made by the test."""

from __future__ import annotations

import csv
import io

import openpyxl

TENCENT = ["用户昵称", "手机号", "入会时间", "退会时间", "参会时长"]
LIVE = ["姓名", "所属企业", "进入时间", "观看时长"]


def xlsx(*rows, above=()) -> bytes:
    """Make a workbook of one sheet; `above` stands over the headings."""
    book = openpyxl.Workbook()
    for row in (*above, *rows):
        book.active.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def gb18030(*rows) -> bytes:
    """Make a csv as Chinese Windows writes it."""
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode("gb18030")
