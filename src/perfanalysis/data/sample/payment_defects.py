"""Single payments that should not be as they are, and the honest ones that look alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from perfanalysis.data.sample.calendar import workday
from perfanalysis.data.sample.model import District, Row, wan
from perfanalysis.data.sample.planting import Planting
from perfanalysis.data.sample.spending import Payment, Spent
from perfanalysis.data.sample.streams import Stream, spread

PURPOSES = ("公务接待费", "职工福利发放", "公务用车维修费", "外出考察费", "偿还以前年度欠款")
PAYEES = (
    "示例云栈酒店",
    "示例山水旅行社",
    "示例锦礼商贸行",
    "示例汇车汽车维修厂",
    "示例悦享餐饮店",
)
LIMITS = (50_000, 100_000, 200_000, 300_000, 500_000)
Edit = Callable[[list[Payment], Stream, int], str | None]


def plant_payments(
    district: District, year: int, spent: Spent, rushed: list[str], planting: Planting
) -> list[Row]:
    """Spoil some payments, number all of them and put what was done on the list.

    Returns
    -------
    list of dict
        Table ``payments``, by date.
    """
    notes: list[tuple[str, str, str]] = []
    projects = sorted(key for key, payments in spent.payments.items() if payments)
    for kind, (fits, edit) in _EDITS.items():
        for key in planting.choose(kind, year, [k for k in projects if fits(spent.payments[k])]):
            draw = district.plan.stream("payment-defect", kind, key, year)
            note = edit(spent.payments[key], draw, year)
            if note is not None:
                notes.append((kind, key, note))
    notes += _mixed_accounts(district, year, spent, planting)
    ordered = sorted(
        (payment for payments in spent.payments.values() for payment in payments),
        key=lambda p: (p.date, p.project_id, p.line, p.amount),
    )
    ids = {id(payment): f"ZF{year}{number:05d}" for number, payment in enumerate(ordered, 1)}
    for kind, key, note in notes:
        spoilt = [ids[id(p)] for p in spent.payments[key] if kind in p.plants]
        planting.record(kind, year, [key, *spoilt], "payments", note)
    for key in rushed:
        late = [p for p in spent.payments[key] if (p.date.month, p.date.day) >= (12, 15)]
        note = f"12月中旬以后支付 {wan(sum(p.amount for p in late))} 万元"
        planting.record("rush-spending", year, [key, *(ids[id(p)] for p in late)], "payments", note)
    return [_row(ids[id(payment)], payment) for payment in ordered]


def _row(key: str, payment: Payment) -> Row:
    return {
        "payment_id": key,
        "date": payment.date,
        "project_id": payment.project_id,
        "amount_wan": wan(payment.amount),
        "payee": payment.payee,
        "purpose": payment.purpose,
        "budget_line": payment.line,
        "contract_id": payment.contract,
        "account": payment.account,
    }


def _limit(payment: Payment) -> tuple[int, int] | None:
    """A round limit and a number of pieces that stay just under it."""
    for limit in reversed(LIMITS):
        for pieces in (3, 4, 5):
            if 0.94 * limit < payment.amount / pieces < 0.985 * limit:
                return limit, pieces
    return None


def _splittable(payments: list[Payment]) -> bool:
    return any(_limit(p) and not p.contract and p.date.month < 10 for p in payments)


def _split(payments: list[Payment], draw: Stream, year: int) -> str:
    """One payment cut into several just under a limit, to one payee within a few days."""
    whole = next(p for p in payments if _limit(p) and not p.contract and p.date.month < 10)
    limit, pieces = _limit(whole) or (0, 1)
    room = min(0.03, 1 - whole.amount / pieces / limit)
    shares = [1 + room * draw.between(-0.9, 0.4) for _ in range(pieces)]
    for turn, amount in enumerate(spread(whole.amount, shares)):
        day = workday(whole.date - timedelta(days=turn))
        payments.append(_like(whole, amount, day, "payment-split"))
    payments.remove(whole)
    return f"{wan(whole.amount)} 万元拆成 {pieces} 笔，每笔略低于 {limit // 10000} 万元"


def _like(payment: Payment, amount: int, day: date, kind: str) -> Payment:
    return Payment(
        day,
        payment.project_id,
        amount,
        payment.payee,
        payment.purpose,
        payment.line,
        payment.contract,
        payment.account,
        [*payment.plants, kind],
    )


def _twice(payments: list[Payment], draw: Stream, year: int) -> str:
    """The same amount to the same payee for the same purpose, days apart."""
    whole = next(p for p in payments if p.amount % 2 == 0 and not p.contract)
    again = workday(whole.date + timedelta(days=draw.integer(1, 6)))
    if again.year != year:
        again = whole.date
    half = whole.amount // 2
    payments += [_like(whole, half, day, "payment-duplicate") for day in (whole.date, again)]
    payments.remove(whole)
    return f"同一收款人、同一用途两次支付 {wan(half)} 万元"


def _rounded(payments: list[Payment], draw: Stream, year: int) -> str:
    """A large round sum without a contract; what is left goes onto another payment."""
    free = sorted((p for p in payments if not p.contract), key=lambda p: (-p.amount, p.date))
    step = 100_000 if free[0].amount > 200_000 else 50_000
    rest = free[0].amount % step
    free[0].amount -= rest
    free[1].amount += rest
    free[0].purpose = draw.pick(("预拨专项经费", "预付服务费", "拨付工作经费"))
    free[0].plants.append("payment-round")
    return f"无合同支付整数金额 {wan(free[0].amount)} 万元"


def _after_year(payments: list[Payment], draw: Stream, year: int) -> str:
    last = max(payments, key=lambda p: (p.date, p.amount))
    last.date = workday(date(year + 1, 1, draw.integer(5, 26)))
    last.plants.append("payment-after-year")
    return f"支付日期 {last.date.isoformat()} 在预算年度之后"


def _payee(payments: list[Payment], draw: Stream, year: int) -> str:
    payment = draw.pick([p for p in payments if not p.contract])
    payment.payee = draw.pick(PAYEES)
    payment.plants.append("payee-out-of-scope")
    return f"收款人与项目内容无关：{payment.payee}"


def _purpose(payments: list[Payment], draw: Stream, year: int) -> str:
    payment = draw.pick([p for p in payments if not p.contract])
    payment.purpose = draw.pick(PURPOSES)
    payment.plants.append("purpose-out-of-scope")
    return f"用途不在批复范围：{payment.purpose}"


def _free(count: int, least: int) -> Callable[[list[Payment]], bool]:
    def fits(payments: list[Payment]) -> bool:
        free = [p for p in payments if not p.contract]
        return len(free) >= count and max(p.amount for p in free) >= least

    return fits


_EDITS: dict[str, tuple[Callable[[list[Payment]], bool], Edit]] = {
    "payment-split": (_splittable, _split),
    "payment-duplicate": (
        lambda payments: any(p.amount % 2 == 0 and not p.contract for p in payments),
        _twice,
    ),
    "payment-round": (_free(2, 160_000), _rounded),
    "payment-after-year": (lambda payments: len(payments) > 1, _after_year),
    "payee-out-of-scope": (_free(2, 5_000), _payee),
    "purpose-out-of-scope": (_free(2, 5_000), _purpose),
}


def _mixed_accounts(
    district: District, year: int, spent: Spent, planting: Planting
) -> list[tuple[str, str, str]]:
    """Earmarked projects paid from the unit's shared account."""
    units: Mapping[str, str] = {p.project_id: p.unit.unit_id for p in district.projects}
    fitting = [key for key in sorted(spent.dedicated) if len(spent.payments[key]) > 1]
    notes = []
    for key in planting.choose("account-mixed", year, fitting):
        for payment in spent.payments[key][:2]:
            payment.account = f"ZH-{units[key]}"
            payment.plants.append("account-mixed")
        notes.append(("account-mixed", key, f"有专户 {spent.dedicated[key]}，却从共用账户支付"))
    return notes


__all__ = ["plant_payments"]
