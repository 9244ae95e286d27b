"""The amount in what people type or a recogniser hears, in both languages; 4325 is due of 12000 owed."""

from decimal import Decimal

import pytest

from bot.amounts import Ambiguous, Amount, parse_amount

DUE, BALANCE = Decimal(4325), Decimal(12000)

# What is said, and the sums it may mean.
CHINESE: list[tuple[str, tuple[str, ...]]] = [
    ("我先还300", ("300",)),
    ("能给2,300元", ("2300",)),
    ("２３００块钱", ("2300",)),
    ("两千三百块", ("2300",)),
    ("两千三", ("2300",)),
    ("三百五吧", ("350",)),
    ("三百零五块", ("305",)),
    ("一万二", ("12000",)),
    ("一萬兩千塊", ("12000",)),
    ("1.5万", ("15000",)),
    ("2千3", ("2300",)),
    ("先还5百", ("500",)),
    ("1万2千", ("12000",)),
    ("3k可以吗", ("3000",)),
    ("1w", ("10000",)),
    ("一千零五十", ("1050",)),
    ("一百二", ("120",)),
    ("大概一千左右", ("1000",)),
    ("最多六百", ("600",)),
    ("壹仟贰佰元整", ("1200",)),
    ("二三零零", ("2300",)),
    ("五十", ("50",)),
    ("我能还八十块", ("80",)),
    ("一百二十三块四毛五分", ("123.45",)),
    ("三百块五", ("300.50",)),
    ("人民币2300.50元", ("2300.50",)),
    ("新台币2300元", ("2300",)),
    ("新臺幣 2300", ("2300",)),
    ("NT$800", ("800",)),
    ("十五号还三百", ("300",)),
    ("12月3日还一千二", ("1200",)),
    ("下个月10号给你500", ("500",)),
    ("三天后转两千过去", ("2000",)),
    ("周五还800", ("800",)),
    ("过两天再还四百块", ("400",)),
    ("2026年12月1日还700", ("700",)),
    ("下午3点前付600", ("600",)),
    ("分3期，每期500", ("500",)),
    ("不是三百，是五百", ("500",)),
    ("三百，不对，五百", ("500",)),
    ("300不行，200可以", ("200",)),
    ("拿不出2300，只有500", ("500",)),
    ("不能超过400", ("400",)),
    ("我一共欠5000，先还600", ("600",)),
    ("能不能先还300", ("300",)),
    ("300行不行", ("300",)),
    ("三百或者五百", ("300", "500")),
    ("三到五百", ("300", "500")),
    ("两三千", ("2000", "3000")),
    ("500-800之间", ("500", "800")),
    ("2,50", ("2.50", "250")),
    ("一半", ("2163",)),
    ("余额的一半", ("6000",)),
    ("三分之一", ("1442",)),
    ("百分之二十", ("865",)),
    ("先还四成", ("1730",)),
    ("最低还款", ("4325",)),
    ("最低300", ("300",)),
    ("全部", ("4325", "12000")),
    ("一次付清", ("4325", "12000")),
    ("全部余额", ("12000",)),
    ("逾期的部分", ("4325",)),
    ("逾期多久了", ()),
    ("余额不够", ()),
    ("已经还了300，再还200", ("200",)),
    ("3个工作日内", ()),
    ("一下子拿不出来", ()),
    ("我一个人带两个孩子", ()),
    ("几百块吧", ()),
    ("三百多块", ()),
    ("全部是多少钱", ()),
    ("我的电话是0912345678", ()),
    ("卡号尾号1234", ()),
    ("我今年35岁", ()),
    ("千万别打电话", ()),
    ("等我两个月", ()),
    ("月薪30000", ()),
    ("还不了300", ()),
    ("下周五", ()),
]
ENGLISH: list[tuple[str, tuple[str, ...]]] = [
    ("I can pay 300", ("300",)),
    ("300.", ("300",)),
    ("$300 tomorrow", ("300",)),
    ("NT$2,300 please", ("2300",)),
    ("2,300.50", ("2300.50",)),
    ("two thousand three hundred", ("2300",)),
    ("two thousand and fifty", ("2050",)),
    ("twenty-three hundred dollars", ("2300",)),
    ("fifteen hundred", ("1500",)),
    ("a hundred bucks", ("100",)),
    ("a grand", ("1000",)),
    ("two and a half thousand", ("2500",)),
    ("half a thousand", ("500",)),
    ("2k", ("2000",)),
    ("2.5k next week", ("2500",)),
    ("2 thousand", ("2000",)),
    ("six hundred and fifty", ("650",)),
    ("three hundred fifty five dollars please", ("355",)),
    ("one fifty", ("150",)),
    ("twenty five", ("25",)),
    ("twenty dollars", ("20",)),
    ("two hundred dollars and fifty cents", ("200.50",)),
    ("1.234,56", ("1234.56",)),
    ("2 300", ("2300",)),
    ("about 400 or so", ("400",)),
    ("300 on the 15th", ("300",)),
    ("on the fifteenth I can do four hundred", ("400",)),
    ("on 27/11 500 USD", ("500",)),
    ("600 in three days", ("600",)),
    ("700 by Nov 27, 2026", ("700",)),
    ("I'll send 250 at 5 pm", ("250",)),
    ("400 in 2 payments", ("400",)),
    ("next month on the 10th, 500", ("500",)),
    ("not 300, 500", ("500",)),
    ("300, no, 500", ("500",)),
    ("I can't pay 2300, only 500", ("500",)),
    ("I can't do more than 300", ("300",)),
    ("300 is too much but 200 works", ("200",)),
    ("I owe 5000 but can pay 350", ("350",)),
    ("300 or 500", ("300", "500")),
    ("between 300 and 500", ("300", "500")),
    ("300 now and 500 on Friday", ("300", "500")),
    ("fifteen", ("15", "50")),
    ("fifty dollars", ("15", "50")),
    ("I can manage seventy", ("17", "70")),
    ("2,50", ("2.50", "250")),
    ("half", ("2163",)),
    ("half of the balance", ("6000",)),
    ("a third of it", ("1442",)),
    ("two thirds", ("2884",)),
    ("20%", ("865",)),
    ("the minimum payment", ("4325",)),
    ("what's overdue", ("4325",)),
    ("the whole balance", ("12000",)),
    ("is it overdue?", ()),
    ("I already paid 2000, I can pay 300", ("300",)),
    ("I am free at 3", ()),
    ("in 3 business days", ()),
    ("one k", ("1000",)),
    ("in full", ("4325", "12000")),
    ("I'll pay it off", ("4325", "12000")),
    ("all of it on Friday", ("4325", "12000")),
    ("zero", ()),
    ("a few hundred", ()),
    ("a couple hundred maybe", ()),
    ("300ish", ("300",)),
    ("one moment please", ()),
    ("I have 2 kids", ()),
    ("my number is 0912345678", ()),
    ("card ending 1234", ()),
    ("I am 45", ()),
    ("half past five", ()),
    ("give me three weeks", ()),
    ("12:30", ()),
    ("how much is the full amount", ()),
    ("I can't pay 300", ()),
    ("my rent is 900", ()),
    ("the first payment", ()),
    ("next Friday", ()),
]


@pytest.mark.parametrize(("text", "sums"), CHINESE)
def test_amounts_in_chinese(text: str, sums: tuple[str, ...]) -> None:
    assert read(text, "zh") == sums


@pytest.mark.parametrize(("text", "sums"), ENGLISH)
def test_amounts_in_english(text: str, sums: tuple[str, ...]) -> None:
    assert read(text, "en") == sums


def read(text: str, lang: str, due: Decimal = DUE, balance: Decimal = BALANCE) -> tuple[str, ...]:
    amount = parse_amount(text, lang, due, balance)
    if isinstance(amount, Ambiguous):
        assert len(amount.options) > 1
        return tuple(str(option) for option in amount.options)
    return (str(amount.value),) if isinstance(amount, Amount) else ()


def test_all_of_it_is_plain_when_everything_owed_is_due() -> None:
    assert read("in full", "en", DUE, DUE) == ("4325",)
    assert read("全部还清", "zh", DUE, DUE) == ("4325",)


def test_a_share_has_cents_only_when_the_debt_has() -> None:
    assert read("half", "en", Decimal("100.25")) == ("50.13",)
    assert read("一半", "zh", Decimal("101.00")) == ("51",)


def test_sounds_alike_is_not_asked_when_only_one_is_possible() -> None:
    assert read("fifty", "en", Decimal(20), Decimal(40)) == ("15",)


def test_what_was_typed_needs_no_ear() -> None:
    assert parse_amount("fifty", "en", DUE, BALANCE, heard=False) == Amount(Decimal(50))
    assert parse_amount("fifty", "en", DUE, BALANCE) == Ambiguous((Decimal(15), Decimal(50)))


def test_a_number_repeated_figure_by_figure_is_what_was_meant() -> None:
    assert read("fifteen, one five", "en") == ("15",)
    assert read("fifty, that is five zero", "en") == ("50",)
