"""Payments, contracts, budget lines and accounts of the made-up projects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from perfanalysis.data.sample.calendar import day_in, workday
from perfanalysis.data.sample.catalogue import catalogue
from perfanalysis.data.sample.model import District, Project, Row, wan
from perfanalysis.data.sample.money import Money
from perfanalysis.data.sample.planting import Planting
from perfanalysis.data.sample.streams import spread

# What the approved budget holds, by style: scope, purpose, share, kind of company.
LINES: dict[str, tuple[tuple[str, str, float, str], ...]] = {
    "monthly": (
        ("人员劳务费", "支付服务人员劳务费", 0.72, "人力资源服务有限公司"),
        ("运行维护费", "设施设备运行维护", 0.28, "物业服务有限公司"),
    ),
    "quarterly": (
        ("补助及养护资金", "按季度拨付补助和养护资金", 0.88, "综合服务有限公司"),
        ("工作经费", "检查考核与资料印制", 0.12, "图文制作有限公司"),
    ),
    "works": (
        ("工程施工费", "工程施工进度款", 0.86, "建设工程有限公司"),
        ("工程监理费", "工程监理", 0.05, "工程监理有限公司"),
        ("勘察设计费", "勘察设计", 0.09, "建筑设计有限公司"),
    ),
    "purchase": (
        ("设备购置费", "设备采购合同款", 0.93, "设备科技有限公司"),
        ("安装培训费", "安装调试与培训", 0.07, "技术服务有限公司"),
    ),
    "summer": (
        ("物资购置费", "汛期和活动物资购置", 0.6, "物资供应有限公司"),
        ("作业劳务费", "值守和现场作业劳务", 0.4, "人力资源服务有限公司"),
    ),
    "winter": (
        ("慰问帮扶资金", "节日慰问与困难帮扶", 0.85, "综合服务有限公司"),
        ("工作经费", "走访与资料印制", 0.15, "图文制作有限公司"),
    ),
    "service": (
        ("委托服务费", "委托服务合同款", 0.8, "咨询服务有限公司"),
        ("会议资料费", "会议培训与资料印制", 0.2, "图文制作有限公司"),
    ),
}
CONTRACTED = ("works", "purchase", "service")


@dataclass
class Payment:
    """One payment before it has a number; the amount in yuan."""

    date: date
    project_id: str
    amount: int
    payee: str
    purpose: str
    line: str
    contract: str | None
    account: str
    plants: list[str] = field(default_factory=list)


@dataclass
class Spent:
    """Everything that was paid in a year, and what it was paid on."""

    payments: dict[str, list[Payment]]
    contracts: list[Row]
    lines: list[Row]
    accounts: list[Row]
    dedicated: Mapping[str, str]


def spend(
    district: District,
    year: int,
    money: Mapping[str, Money],
    rushed: Sequence[str],
    planting: Planting,
) -> Spent:
    """Pay out what each project executed; the payments add up to it exactly."""
    running = district.running(year)
    dedicated = {p.project_id: f"ZH-{p.project_id}" for p in running if _earmarked(p)}
    large = [
        p.project_id
        for p in running
        if p.style in CONTRACTED
        and money[p.project_id].executed > 150_000
        and not p.template.share
        and p.project_id not in rushed
    ]
    ahead = planting.choose("payment-ahead-of-work", year, large)
    over = planting.choose("payment-over-contract", year, large)
    spent = Spent({}, [], [], _account_rows(district, dedicated), dedicated)
    for project in running:
        key = project.project_id
        case = _Case(district, project, year, money[key], dedicated.get(key), spent)
        if key in rushed:
            case.rush()
        else:
            case.ordinary(ahead=key in ahead, over=key in over)
        for kind, chosen in (("payment-ahead-of-work", ahead), ("payment-over-contract", over)):
            if key in chosen:
                contracts = sorted({p.contract for p in spent.payments[key] if p.contract})
                planting.record(kind, year, [key, *contracts], "payments", case.note(kind))
    return spent


def rush_candidates(district: District, year: int, money: Mapping[str, Money]) -> list[str]:
    """Projects whose money goes out evenly and could be held back until December."""
    return [
        p.project_id
        for p in district.running(year)
        if p.style in ("monthly", "quarterly", "service")
        and money[p.project_id].executed > 200_000
        and money[p.project_id].rate > 0.75
    ]


def _earmarked(project: Project) -> bool:
    return bool(project.template.share) or (
        project.special_kind in ("special_bond", "general_bond")
        or project.fund_kind in ("government_fund", "social_insurance")
    )


def _account_rows(district: District, dedicated: Mapping[str, str]) -> list[Row]:
    rows: list[Row] = [
        {"account_id": f"ZH-{unit.unit_id}", "unit_id": unit.unit_id, "kind": "shared"}
        for unit in district.units
    ]
    units = {p.project_id: p.unit.unit_id for p in district.projects}
    return rows + [
        {"account_id": account, "unit_id": units[key], "project_id": key, "kind": "dedicated"}
        for key, account in dedicated.items()
    ]


class _Case:
    """The spending of one project in one year."""

    def __init__(
        self,
        district: District,
        project: Project,
        year: int,
        money: Money,
        account: str | None,
        spent: Spent,
    ) -> None:
        self._project, self._year, self._money, self._spent = project, year, money, spent
        self._draw = district.plan.stream("payments", project.project_id, year)
        self._account = account or f"ZH-{project.unit.unit_id}"
        self._late = project.unit.lateness
        self._lines = LINES[project.style]
        self._payees = self._companies(district)
        self._payments: list[Payment] = []
        spent.payments[project.project_id] = self._payments
        self._write_lines()

    def _companies(self, district: District) -> list[str]:
        lasting = district.plan.stream("payees", self._project.project_id)
        return [lasting.pick(catalogue().companies) + kind for _, _, _, kind in self._lines]

    def _write_lines(self) -> None:
        key = self._project.project_id
        amounts = spread(self._money.annual // 100, [share for _, _, share, _ in self._lines])
        self._spent.lines.extend(
            {
                "line_id": f"MX{key[1:]}-{number}",
                "project_id": key,
                "scope": scope,
                "purpose": purpose,
                "amount_wan": wan(100 * amount),
            }
            for number, ((scope, purpose, _, _), amount) in enumerate(
                zip(self._lines, amounts, strict=True), 1
            )
        )

    def ordinary(self, *, ahead: bool, over: bool) -> None:
        """Pay as the style of the project has it."""
        parts = spread(self._money.executed, [share for _, _, share, _ in self._lines])
        if self._project.style in CONTRACTED:
            self._contract(parts[0], ahead=ahead, over=over)
        else:
            self._by_months(0, parts[0], self._profile())
        for number, part in enumerate(parts[1:], 1):
            count = 1 if part < 60_000 else self._draw.integer(2, 4)
            months = sorted(self._draw.shuffled(self._months())[:count])
            self._by_months(
                number, part, [(month, self._draw.between(0.6, 1.4)) for month in months]
            )

    def rush(self) -> None:
        """Hold most of the money back and pay it in the last days of December."""
        held = int(self._money.executed * self._draw.between(0.62, 0.85))
        early = self._money.executed - held
        months = sorted(self._draw.shuffled([3, 4, 5, 6, 7, 8, 9, 10])[: self._draw.integer(2, 4)])
        self._by_months(0, early, [(month, self._draw.between(0.6, 1.4)) for month in months])
        count = self._draw.integer(3, 5)
        shares = [self._draw.between(0.7, 1.3) for _ in range(count)]
        for number, amount in enumerate(spread(held, shares)):
            day = workday(date(self._year, 12, self._draw.integer(20, 31)))
            self._pay(number % len(self._lines), amount, day)

    def _months(self) -> list[int]:
        if self._project.style == "summer":
            return [5, 6, 7, 8, 9]
        return [3, 5, 6, 8, 9, 10, 11, 12]

    def _profile(self) -> list[tuple[int, float]]:
        """Months and shares of the main line."""
        draw, style = self._draw, self._project.style
        if style == "summer":
            return [(month, draw.between(0.6, 1.4)) for month in (5, 6, 7, 8, 9)]
        if style == "winter":
            return [(1, draw.between(0.7, 1.0)), (11, 0.5), (12, draw.between(1.4, 2.2))]
        if style == "quarterly":
            if draw.chance(0.5):
                return [(month, 1.0) for month in (3, 6, 9, 12)]
            return [(m, s + self._late * m / 12) for m, s in ((4, 0.8), (7, 0.9), (10, 1), (12, 1))]
        if self._money.executed < 120_000:
            return [(month, draw.between(0.7, 1.3)) for month in (3, 6, 9, 12)]
        late = 0.2 + 1.6 * self._late
        return [(m, draw.between(0.8, 1.2) + late * (m >= 11)) for m in range(1, 13)]

    def _by_months(self, line: int, amount: int, profile: Sequence[tuple[int, float]]) -> None:
        amounts = spread(amount, [share for _, share in profile])
        for (month, _), part in zip(profile, amounts, strict=True):
            self._pay(line, part, day_in(self._draw, self._year, month))

    def _pay(
        self, line: int, amount: int, day: date, contract: str | None = None, turn: int = 1
    ) -> None:
        if amount <= 0:
            return
        purpose = self._lines[line][1]
        key = self._project.project_id
        text = f"{purpose}（{day.month}月）" if contract is None else f"{purpose}（第{turn}期）"
        name = f"MX{key[1:]}-{line + 1}"
        self._payments.append(
            Payment(day, key, amount, self._payees[line], text, name, contract, self._account)
        )

    def _contract(self, amount: int, *, ahead: bool, over: bool) -> None:
        """One contract a year: an advance, progress payments, the rest after acceptance."""
        if amount <= 0:
            return
        draw, style = self._draw, self._project.style
        number = f"HT{self._year}-{self._project.project_id[1:]}"
        lump = not ahead and not over and draw.chance(0.45 if style == "purchase" else 0.15)
        finished = (self._project.last == self._year or style != "works") and not ahead
        signed = self._signed(amount, finished, over)
        if lump:
            self._lump(number, amount, signed)
            return
        start = draw.integer(2, 4 + int(3 * self._late))
        rate = draw.pick((0.1, 0.2, 0.3, 0.3))
        steps = draw.integer(1, 3) if amount > 300_000 else 1
        last = draw.between(0.16, 0.3) + 0.1 * self._late
        weights = [draw.between(0.75, 1.25) for _ in range(steps)]
        middle = [(1 - rate - last) * weight / sum(weights) for weight in weights]
        amounts = spread(amount, [rate, *middle, last])
        months = self._spaced(start, len(amounts))
        paid, done = 0, 0
        signed_first = int(signed / 1.1) // 1000 * 1000 if self._supplement(ahead, over) else signed
        for turn, (part, month) in enumerate(zip(amounts, months, strict=True)):
            ends = turn == len(amounts) - 1
            day = day_in(draw, self._year, month, 8, 27)
            paid += part
            if turn:
                done = self._done(paid, amounts[0], done, signed, ahead, finished and ends)
            now = signed if ends else signed_first
            accepted = workday(day - timedelta(days=5)) if finished and ends else None
            self._measured(number, day, now, min(done, now), amounts[0], accepted)
            self._pay(0, part, day, number, turn + 1)

    def _supplement(self, ahead: bool, over: bool) -> bool:
        return self._project.style == "works" and not ahead and not over and self._draw.chance(0.35)

    def _spaced(self, start: int, count: int) -> list[int]:
        """Months from the start to the end of the year, later where the unit pays late."""
        end = 12 if self._late > 0.35 or count > 4 else 11
        return [start + (end - start) * turn // max(1, count - 1) for turn in range(count)]

    def _signed(self, amount: int, finished: bool, over: bool) -> int:
        if over:
            share = self._draw.between(1.06, 1.22)
        else:
            share = 0.97 if finished else self._draw.between(0.55, 0.85)
        return max(1000, int(amount / share) // 1000 * 1000 + (0 if over else 1000))

    def _done(
        self, paid: int, advance: int, before: int, signed: int, ahead: bool, complete: bool
    ) -> int:
        if complete:
            return signed
        if ahead:
            return max(before, int((paid - advance) * self._draw.between(0.35, 0.6)) // 1000 * 1000)
        return max(before, min(signed, int(paid / 0.85) // 1000 * 1000 + 1000))

    def _lump(self, number: str, amount: int, signed: int) -> None:
        """Everything in one payment, after acceptance."""
        month = self._draw.pick((10, 11, 12, 12))
        day = day_in(self._draw, self._year, month, 14, 28)
        earlier = day_in(self._draw, self._year, month - self._draw.integer(3, 5), 8, 27)
        part = int(signed * self._draw.between(0.3, 0.6)) // 1000 * 1000
        self._measured(number, earlier, signed, part, 0, None)
        self._measured(number, day, signed, signed, 0, workday(day - timedelta(days=6)))
        self._pay(0, amount, day, number)

    def _measured(
        self, number: str, day: date, signed: int, done: int, advance: int, accepted: date | None
    ) -> None:
        self._spent.contracts.append(
            {
                "contract_id": number,
                "project_id": self._project.project_id,
                "date": workday(day - timedelta(days=3)),
                "contractor": self._payees[0],
                "signed_wan": wan(signed),
                "work_done_wan": wan(done),
                "advance_wan": wan(advance),
                "retention_rate": 0.03,
                "acceptance_date": accepted,
            }
        )

    def note(self, kind: str) -> str:
        """What was planted, in words."""
        if kind == "payment-over-contract":
            return "累计付款超过合同金额，且无补充合同"
        return "累计付款（扣除预付款后）超过已核实完成工程量"


__all__ = ["CONTRACTED", "Payment", "Spent", "rush_candidates", "spend"]
