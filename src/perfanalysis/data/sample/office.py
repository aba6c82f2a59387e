"""The work around the evaluation: documents, bodies, steps, requests, what is put right."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta

from perfanalysis.data.sample.calendar import day_in, workday
from perfanalysis.data.sample.catalogue import DISTRICT
from perfanalysis.data.sample.model import District, Project, Row, wan
from perfanalysis.data.sample.money import Money
from perfanalysis.data.sample.planting import Planting
from perfanalysis.data.sample.streams import half_up

BUREAU = f"{DISTRICT}财政局"
# number, title, date, stage; the first one held until the others came
OLD_RULE = ("示财字〔2018〕22号", "预算绩效管理试行办法", date(2018, 9, 12), "all")
RULES = (
    ("示财字〔2020〕1号", "全面实施预算绩效管理的实施意见", date(2020, 1, 15), "all"),
    ("示财绩〔2020〕1号", "预算绩效管理暂行办法", date(2020, 4, 8), "all"),
    ("示财绩〔2020〕2号", "财政局预算绩效管理内部工作规程", date(2020, 4, 20), "internal"),
    ("示财绩〔2020〕3号", "项目支出绩效评价暂行办法", date(2020, 5, 18), "after"),
)
BODIES = (
    ("J01", "预算绩效管理工作领导小组", "统筹全区预算绩效管理工作", date(2018, 9, 12)),
    (
        "J02",
        "财政局绩效评价办公室",
        "组织绩效目标审核、运行监控、绩效评价和结果应用",
        date(2020, 3, 2),
    ),
    ("J03", "财政局预算股", "绩效目标终审和预算安排", None),
    ("J04", "财政局归口业务股室", "归口单位绩效目标初审和日常监控", None),
)
INITIATIVES = (
    ("investment_fund", 2022),
    ("procurement", 2020),
    ("ppp", 2021),
    ("debt", 2020),
    ("government_fund", 2020),
    ("state_capital", 2021),
    ("social_insurance", 2021),
)
UNIT_ITEMS = ("绩效自评表", "资金支付明细账", "部门整体绩效自评报告")
KEY_ITEMS = (
    "立项批复文件",
    "预算批复与调整文件",
    "采购与合同资料",
    "验收与结算资料",
    "项目管理制度",
)


def regulation_rows(year: int) -> list[Row]:
    """Table ``regulations``: what holds in the year, with the work notice of each year so far."""
    documents = [OLD_RULE] if year < 2020 else list(RULES)
    documents += [
        (
            f"示财字〔{notice}〕{14 if notice == 2021 else 8 + notice % 5}号",
            f"关于开展{notice}年预算绩效管理工作的通知",
            date(notice, 3, 5),
            "all",
        )
        for notice in range(2021, year + 1)
    ]
    return [
        {
            "document_id": f"WJ{number:02d}",
            "number": text,
            "title": f"{DISTRICT}{title}" if "关于" not in title else title,
            "issuer": BUREAU,
            "date": day,
            "stage": stage,
        }
        for number, (text, title, day, stage) in enumerate(documents, 1)
    ]


def organisation_rows(year: int) -> list[Row]:
    """Table ``organisation``: the bodies that exist by the end of the year."""
    return [
        {"body_id": key, "name": f"{DISTRICT}{name}", "duty": duty, "founded": founded}
        for key, name, duty, founded in BODIES
        if founded is None or founded.year <= year
    ]


def initiative_rows(district: District, year: int) -> list[Row]:
    """Table ``initiatives``: the seven kinds of money that are brought in step by step."""
    running = district.running(year)
    special = district.roles[year].special
    ordered = sorted(running, key=lambda p: (p.project_id not in special, p.project_id))
    rows: list[Row] = []
    for number, (subject, since) in enumerate(INITIATIVES, 1):
        fitting = [p.project_id for p in ordered if _subject_of(p, subject)]
        status = "planned" if year < since else "pilot" if year < since + 2 else "in_force"
        rows.append(
            {
                "initiative_id": f"CX{number}",
                "subject": subject,
                "status": status,
                "project_id": fitting[0] if fitting and status != "planned" else None,
                "note": None if status == "planned" else "选取代表项目开展绩效评价",
            }
        )
    return rows


def _subject_of(project: Project, subject: str) -> bool:
    if subject == "debt":
        return project.special_kind in ("general_bond", "special_bond")
    return subject in (project.special_kind, project.fund_kind)


def process_rows(
    district: District, year: int, visits: Sequence[Row], surveyed: Collection[str]
) -> list[Row]:
    """Table ``process``: from the notice to the report, in the year after the budget year.

    `surveyed`: ids of the projects that had a public survey.
    """
    work, plan = year + 1, district.plan
    draw = plan.stream("process", year)
    steps: list[Row] = [
        _step(
            "policy_briefing", workday(date(work, 3, 10)), 2 * len(district.units), "政策讲解课件"
        ),
        _step("meeting", workday(date(work, 3, 12)), len(district.units) + 9, "协调会会议纪要"),
    ]
    for unit in district.units:
        notice = _step("notice", workday(date(work, 3, 8)), None, "绩效自评和评价通知书")
        feedback = _step("feedback", day_in(draw, work, 7, 10, 28), None, "评价意见反馈函")
        steps += [step | {"unit_id": unit.unit_id} for step in (notice, feedback)]
    days = {str(row["project_id"]): row["date"] for row in visits}
    for key in sorted(district.roles[year].visited):
        unit_id = next(p.unit.unit_id for p in district.projects if p.project_id == key)
        own = {"project_id": key, "unit_id": unit_id}
        visited = days.get(key, day_in(draw, work, 5))
        visit = _step("visit", visited, draw.integer(3, 6), "现场勘查记录")
        survey = _step("survey", day_in(draw, work, 6), draw.integer(2, 4), "满意度调查方案")
        report = _step("report", day_in(draw, work, 8, 5, 27), draw.integer(3, 5), "综合评价报告")
        taken = [visit, survey, report] if key in surveyed else [visit, report]
        steps += [step | own for step in taken]
    ordered = sorted(steps, key=lambda row: (str(row["date"]), str(row.get("unit_id") or "")))
    return [{"step_id": f"GC{year}{n:04d}"} | row for n, row in enumerate(ordered, 1)]


def _step(kind: str, day: object, participants: int | None, document: str) -> Row:
    return {"kind": kind, "date": day, "participants": participants, "document": document}


def data_request_rows(district: District, year: int, planting: Planting) -> list[Row]:
    """Table ``data_requests``: what was asked for and when it came; some never did."""
    work = year + 1
    asked, due = workday(date(work, 3, 8)), workday(date(work, 3, 29))
    wanted: list[tuple[str, str | None, str]] = [
        (unit.unit_id, None, item) for unit in district.units for item in UNIT_ITEMS
    ]
    owners = {p.project_id: p.unit.unit_id for p in district.projects}
    wanted += [
        (owners[key], key, item)
        for key in sorted(district.roles[year].visited)
        for item in KEY_ITEMS
    ]
    ids = [f"ZL{year}{number:04d}" for number in range(1, len(wanted) + 1)]
    missing = planting.choose("data-not-received", year, ids)
    rows: list[Row] = []
    for key, (unit_id, project_id, item) in zip(ids, wanted, strict=True):
        draw = district.plan.stream("request", key)
        late = draw.integer(1, 12) if draw.chance(0.12) else -draw.integer(0, 15)
        row: Row = {
            "request_id": key,
            "unit_id": unit_id,
            "project_id": project_id,
            "item": item,
            "asked": asked,
            "due": due,
        }
        if key in missing:
            subjects = [key, project_id or unit_id]
            note = f"至今未提供{item}"
            planting.record("data-not-received", year, subjects, "data_requests", note)
        else:
            row["received"] = workday(due + timedelta(days=late))
            row["evidence_id"] = f"DG-{key}"
        rows.append(row)
    return rows


def publication_rows(district: District, year: int, planting: Planting) -> list[Row]:
    """Table ``publication``: what each unit has to publish; some never did."""
    kinds = {
        "budget": ("部门预算", year, 2),
        "targets": ("绩效目标", year, 3),
        "final_account": ("部门决算", year + 1, 9),
        "self_evaluation": ("绩效自评结果", year + 1, 9),
    }
    reported = {
        p.unit.unit_id
        for p in district.projects
        if p.project_id in district.roles[year].visited and p.runs_in(year)
    }
    units = [unit.unit_id for unit in district.units]
    missing = planting.choose("publication-missing", year, units)
    rows: list[Row] = []
    for unit in district.units:
        draw = district.plan.stream("publication", unit.unit_id, year)
        name = unit.name.in_year(year)
        gap = draw.pick(sorted(kinds)) if unit.unit_id in missing else ""
        own = dict(kinds)
        if unit.unit_id in reported:
            own["evaluation_report"] = ("重点项目绩效评价报告", year + 1, 10)
        for kind, (title, when, month) in own.items():
            key = f"GK{year}-{unit.unit_id}-{list(own).index(kind) + 1}"
            row: Row = {
                "publication_id": key,
                "unit_id": unit.unit_id,
                "kind": kind,
                "title": f"{name}{year}年度{title}",
            }
            if kind == gap:
                ids = [unit.unit_id, key]
                planting.record("publication-missing", year, ids, "publication", f"{title}未公开")
            else:
                row["url"] = f"https://example.invalid/{year}/{unit.unit_id}/{kind}"
                row["date"] = day_in(draw, when, month)
            rows.append(row)
    return rows


def rectification_rows(
    district: District,
    year: int,
    money: Mapping[str, Money],
    forms: Mapping[str, Sequence[Row]],
    scores: Sequence[Row],
    planting: Planting,
) -> list[Row]:
    """Table ``rectification``: what the evaluation of the year asked to put right."""
    work, plan, roles = year + 1, district.plan, district.roles[year]
    issues = _issues(district, year, money, forms, scores)
    overdue = planting.choose("rectification-overdue", year, [key for key, _ in issues])
    rows: list[Row] = []
    for number, (key, issue) in enumerate(issues, 1):
        project = next(p for p in district.projects if p.project_id == key)
        draw = plan.stream("rectification", key, year)
        due = day_in(draw, work, 9, 3, 28)
        row: Row = {
            "finding_id": f"ZG{year}{number:03d}",
            "unit_id": project.unit.unit_id,
            "project_id": key,
            "issue": issue,
            "due": due,
            "status": "closed",
        }
        subjects = [str(row["finding_id"]), key]
        if key in overdue:
            row["status"] = "open"
            note = f"期限 {due.isoformat()}，未整改、未答复"
            planting.record("rectification-overdue", year, subjects, "rectification", note)
        elif key not in roles.key and draw.chance(0.12):
            row |= {"status": "in_progress", "due": workday(date(work + 1, 6, 30))}
            row["reply"] = "已制定整改方案，分阶段推进"
            note = "整改期限未到"
            planting.record("decoy:rectification-not-due", year, subjects, "rectification", note)
        else:
            row |= _settled(money[key], project, year, due, draw.integer(0, 20))
        rows.append(row)
    return rows


def _settled(money: Money, project: Project, year: int, due: date, early: int) -> Row:
    unspent = max(0, money.annual - money.executed - money.carried_out)
    recovered = unspent if project.last == year or money.rate < 0.8 else 0
    return {
        "closed": workday(due - timedelta(days=early)),
        "recovered_wan": wan(recovered),
        "adjusted_wan": wan(0 if recovered else max(0, money.annual - money.executed) // 200 * 100),
        "reply": "已按要求整改到位",
    }


def _issues(
    district: District,
    year: int,
    money: Mapping[str, Money],
    forms: Mapping[str, Sequence[Row]],
    scores: Sequence[Row],
) -> list[tuple[str, str]]:
    """One issue a project: slow spending, weak targets, or where the key evaluation took most."""
    roles = district.roles[year]
    issues: dict[str, str] = {}
    for key in sorted(roles.self_evaluated):
        rate = half_up(100 * money[key].rate, 1)
        if rate < 70:
            issues[key] = f"预算执行率{rate:g}%，资金未及时形成支出"
        elif any(row.get("plant") for row in forms[key]) and len(issues) % 2:
            issues[key] = "绩效指标设置不完整或未细化量化"
    for key in sorted(roles.visited):
        own = [row for row in scores if row["project_id"] == key]
        worst = max(own, key=lambda row: float(str(row["points"])) - float(str(row["score"])))
        issues.setdefault(key, f"{worst['indicator']}：{worst['reason'] or '档案资料不完整'}")
    return sorted(issues.items())


__all__ = [
    "data_request_rows",
    "initiative_rows",
    "organisation_rows",
    "process_rows",
    "publication_rows",
    "rectification_rows",
    "regulation_rows",
]
