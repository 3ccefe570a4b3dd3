"""Synthetic people, enterprises and codes: plausible to read, belonging to nobody."""

from __future__ import annotations

import random
from dataclasses import dataclass

_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
_GIVEN = "文明建华志伟晓敏海燕国强丽娟春梅俊杰雪婷思远嘉怡子涵雨欣浩然佳宁立新永健"
_JOBS = (
    "质量主管",
    "质量工程师",
    "生产经理",
    "体系专员",
    "总经理",
    "管理者代表",
    "车间主任",
    "检验员",
)
_TRADES = (
    ("智能装备", "C34"),
    ("精密机械", "C35"),
    ("电气科技", "C38"),
    ("电子技术", "C39"),
    ("仪器仪表", "C40"),
    ("家电配件", "C38"),
    ("模具制造", "C35"),
    ("食品加工", "C14"),
    ("新材料", "C26"),
    ("汽车零部件", "C36"),
    ("软件服务", "I"),
    ("包装制品", "C22"),
)
_USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_PHONE_BASE = 19_900_000_000  # numbers of the demo are made, never dialled


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """A made-up enterprise with what it would declare at sign-up."""

    uscc: str
    name: str
    city: str
    industry: str
    employees: int
    revenue_10k_yuan: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Human:
    """A made-up person."""

    name: str
    phone: str
    email: str
    job_title: str


class Cast:
    """Draws companies and people from one source of chance; nobody twice."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self._companies = 0
        self._humans = 0

    def company(self, city: str, city_name: str) -> Company:
        """Make the next enterprise of a city; its name says that it is an example."""
        self._companies += 1
        number = self._companies
        trade, industry = _TRADES[number % len(_TRADES)]
        employees = self.chance.choice((8, 15, 35, 60, 120, 180, 260, 420))
        short = city_name.removesuffix("市")
        return Company(
            uscc=uscc(city, number),
            name=f"{short}示例{trade}{number:03d}有限公司",
            city=city,
            industry=industry,
            employees=employees,
            revenue_10k_yuan=employees * self.chance.randint(8, 40),
        )

    def human(self) -> Human:
        """Make the next person."""
        self._humans += 1
        number = self._humans
        length = self.chance.choice((1, 2, 2))
        given = "".join(self.chance.sample(_GIVEN, length))
        return Human(
            name=self.chance.choice(_SURNAMES) + given,
            phone=f"+86{_PHONE_BASE + number}",
            email=f"demo{number}@example.com",
            job_title=self.chance.choice(_JOBS),
        )


def uscc(division: str, number: int, prefix: str = "91") -> str:
    """Make a valid unified social credit code (GB 32100-2015) with a made-up organisation code."""
    body = f"{number:08d}"
    check = (
        11
        - sum(
            int(digit) * weight
            for digit, weight in zip(body, (3, 7, 9, 10, 5, 8, 4, 2), strict=True)
        )
        % 11
    )
    organisation = body + {10: "X", 11: "0"}.get(check, str(check))
    text = prefix + division + organisation
    total = sum(_USCC.index(char) * pow(3, place, 31) for place, char in enumerate(text))
    return text + _USCC[(31 - total % 31) % 31]
