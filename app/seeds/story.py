"""The story of a demonstration year: who plans it, what is taught, when and where."""

from __future__ import annotations

from dataclasses import dataclass

from app.accounts.models import OrganisationKind, Role
from app.seeds.offices import Employee, Sketch
from app.trainings.models import Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One training of the year; `day` counts from today, negative is past.

    `ending` says how far its life has gone: draft, published, held, closed, accepted, cancelled;
    `office` who holds it, by place in the list of organisations. A scene of today runs now.
    """

    title: str
    title_en: str
    course: int
    mode: Mode
    day: int
    ending: str
    office: int = 0
    cluster: str = ""
    venue: int = 0
    places: int = 30
    online_places: int = 0
    parties: int = 8
    hours: tuple[int, ...] = (9,)
    needs_approval: bool = False
    opens_in_days: int | None = None
    is_moved: bool = False


def _staff(suffix: str, roles: tuple[Role, ...]) -> tuple[Employee, ...]:
    names = ("林示例", "陈示例", "黄示例", "李示例", "何示例")
    return tuple(
        Employee(email=f"{role.value}{suffix}@example.com", name=name, role=role)
        for role, name in zip(roles, names, strict=False)
    )


ORGANISERS = (
    Sketch(
        name="示例省市场监督管理局",
        name_en="Example Province Market Regulation Bureau",
        kind=OrganisationKind.PROVINCE_BUREAU,
        programme="{year}年度小微企业质量管理体系公益培训",
        programme_en="Free quality management training for small enterprises {year}",
        employees=_staff("", tuple(Role)),
    ),
    Sketch(
        name="示例市市场监督管理局",
        name_en="Example City Market Regulation Bureau",
        kind=OrganisationKind.CITY_BUREAU,
        programme="{year}年度示例市质量提升行动培训",
        programme_en="Training for better quality in Example City {year}",
        employees=_staff(".city", (Role.ORGANISER, Role.TRAINER)),
    ),
    Sketch(
        name="示例质量认证中心",
        name_en="Example Quality Certification Centre",
        kind=OrganisationKind.CERT_BODY,
        programme="{year}年度认证机构公益培训",
        programme_en="Free training by the certification centre {year}",
        employees=_staff(".centre", (Role.ORGANISER, Role.TRAINER)),
    ),
)

COURSES = (
    ("质量管理体系贯标基础", "Foundations of a quality management system", "GB/T 19001"),
    ("内部审核员实务", "Internal auditing in practice", "GB/T 19011"),
    ("现场质量控制五大工具", "Five core tools of quality control on the shop floor", "IATF 16949"),
    ("质量管理体系认证流程与自查", "Certification step by step, with a self-check", "GB/T 19001"),
    ("首席质量官能力提升", "Skills for chief quality officers", "GB/T 19580"),
    ("智能装备行业质量提升", "Better quality in intelligent equipment", ""),
)

VENUES = (
    (
        "黄埔智能装备产业园报告厅",
        "440100",
        "广州市黄埔区示例大道1号3楼",
        120,
        "地铁示例站B口出，步行约6分钟；地下停车场凭二维码免费",
    ),
    (
        "顺德家电产业园培训中心",
        "440600",
        "佛山市顺德区示例路88号A座",
        80,
        "园区东门进，A座一层大厅集合",
    ),
    ("松山湖企业服务中心", "441900", "东莞市松山湖示例路16号", 100, "公交示例园区站下车"),
    (
        "中山小榄工业园会议室",
        "442000",
        "中山市小榄镇示例街5号",
        60,
        "正门登记后直行，会议室在左手边",
    ),
)  # name, city, address, capacity, directions

SCENES = (
    Scene(
        title="质量管理体系贯标基础（智能装备专场）",
        title_en="Quality management basics for intelligent equipment",
        course=0,
        mode=Mode.ONSITE,
        day=-210,
        ending="accepted",
        venue=0,
        places=60,
        parties=18,
    ),
    Scene(
        title="质量管理体系贯标基础（第一期直播）",
        title_en="Quality management basics, first livestream",
        course=0,
        mode=Mode.LIVESTREAM,
        day=-170,
        ending="closed",
        online_places=300,
        parties=30,
    ),
    Scene(
        title="现场质量控制五大工具（家电集群）",
        title_en="Five core tools for the appliance cluster",
        course=2,
        mode=Mode.ONSITE,
        day=-120,
        ending="closed",
        cluster="home_appliances",
        venue=1,
        places=50,
        parties=15,
        hours=(9, 14),
    ),
    Scene(
        office=1,
        title="内部审核员实务（东莞）",
        title_en="Internal auditing in practice, Dongguan",
        course=1,
        mode=Mode.HYBRID,
        day=-60,
        ending="closed",
        venue=2,
        places=40,
        online_places=100,
        parties=16,
    ),
    Scene(
        title="认证流程与自查（第二期直播）",
        title_en="Certification step by step, second livestream",
        course=3,
        mode=Mode.LIVESTREAM,
        day=-25,
        ending="cancelled",
        online_places=200,
        parties=6,
    ),
    Scene(
        title="首席质量官能力提升",
        title_en="Skills for chief quality officers",
        course=4,
        mode=Mode.HYBRID,
        day=-2,
        ending="held",
        venue=0,
        places=40,
        online_places=100,
        parties=16,
    ),
    Scene(
        title="智能装备行业质量提升沙龙",
        title_en="Quality salon for intelligent equipment",
        course=5,
        mode=Mode.ONSITE,
        day=0,
        ending="running",
        cluster="high_end_equipment",
        venue=0,
        places=45,
        parties=10,
    ),
    Scene(
        office=1,
        title="现场质量控制五大工具（中山小榄）",
        title_en="Five core tools, Xiaolan in Zhongshan",
        course=2,
        mode=Mode.ONSITE,
        day=9,
        ending="published",
        venue=3,
        places=12,
        parties=9,
    ),
    Scene(
        title="质量管理体系贯标基础（混合班）",
        title_en="Quality management basics, on site and online",
        course=0,
        mode=Mode.HYBRID,
        day=16,
        ending="published",
        venue=1,
        places=40,
        online_places=120,
        parties=8,
        hours=(9, 14),
    ),
    Scene(
        office=2,
        title="内部审核员实务（直播，需审核）",
        title_en="Internal auditing, livestream with approval",
        course=1,
        mode=Mode.LIVESTREAM,
        day=23,
        ending="published",
        online_places=150,
        parties=8,
        needs_approval=True,
    ),
    Scene(
        title="认证流程与自查（松山湖）",
        title_en="Certification step by step, Songshan Lake",
        course=3,
        mode=Mode.ONSITE,
        day=33,
        ending="published",
        venue=2,
        places=60,
        parties=0,
        opens_in_days=5,
    ),
    Scene(
        title="首席质量官能力提升（延期）",
        title_en="Skills for chief quality officers, new date",
        course=4,
        mode=Mode.ONSITE,
        day=40,
        ending="published",
        venue=0,
        places=40,
        parties=5,
        is_moved=True,
    ),
    Scene(
        title="智能装备行业质量提升（草稿）",
        title_en="Better quality in intelligent equipment, draft",
        course=5,
        mode=Mode.ONSITE,
        day=55,
        ending="draft",
        venue=0,
        places=50,
        parties=0,
    ),
)

CITIES_OF_GUESTS = (
    "440100",
    "440600",
    "441900",
    "442000",
    "440300",
    "440700",
    "441300",
    "441200",
    "440400",
    "440500",
)

REMARKS = (
    ("流程图和内审检查表可以直接用", "案例再多一些", "希望有专家到厂里看一次"),
    ("讲师讲得很清楚", "时间有点紧", ""),
    ("五大工具的练习", "", "检验记录怎样电子化"),
    ("现场答疑", "会场后排看不清屏幕", "供应商质量管理"),
    ("", "", "内审员培训名额多一些"),
    ("标准条款与我们车间的对应关系", "希望分行业讲", ""),
)  # most useful, to improve, what the enterprise needs
PRAISE = (5, 5, 4, 5, 4, 3, 5, 4, 5, 2)

BODY = """## 培训内容

- 标准要点与常见误区
- 小微企业怎样起步：从一张流程图开始
- 现场答疑与案例练习

## 适合对象

企业负责人、质量负责人、内审员和班组长。**免费参加**，请自带笔记本。

> 参加培训与是否申请认证无关，也不指定认证机构。
"""
