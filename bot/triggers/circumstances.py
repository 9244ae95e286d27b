"""What stands around the words of a text: what is denied, whose trouble it is and when it was, and the kinds of things.

"My brother died" and "my phone died" share a verb; the kinds of things they name tell them apart in sentences that
nobody has written down.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

STOPS = frozenset(",.!?;")
DENYING = frozenset({*"不没别无未非甭勿", "not", "never", "no", "without", "nobody", "nothing", "none", "neither"})
DENYING |= {"nor", "hardly", "stop"}
# How many words a denial reaches, up to the next stop.
REACH = 5
SOMEBODY_ELSE = re.compile(
    r"\b(?:my|his|her|their|our|the) (?:friend|neighbou?r|colleague|brother|sister|cousin|uncle|aunt|mate|boss|dog|cat"
    r"|boy|kid|son|daughter|girlfriend|wife|husband|mum|mother|dad|father)s?\b"
    "|朋友|邻居|同事|同学|兄弟|姐|妹|弟|哥|表|舅|姨|叔|老板|狗|猫|儿子|女儿|老婆|老公|爸|妈|孩子|他|她|人家|别人"
)
OVER = re.compile(
    r"\b(?:was|were|had|did|used to|ago|last (?:year|month|week)|years|back then|already|fine now|better now|recovered"
    r"|over now)\b"
    "|去年|前年|以前|上次|上个月|小时候|年前|当年|早就|已经|好了|过去|那时|康复|出院|回来了"
)
TRADE_OR_PLAY = re.compile(
    r"\b(?:work(?:s|ed|ing)? (?:at|in|as|for)|job|shop|i am an? |engineer|nurse|driver|teacher|film|movie|game|book"
    r"|song|show|series|match|team|joke|joking|kidding)\b"
    "|上班|工作|做.{0,4}的|开店|电影|电视|游戏|剧|歌|书|球|玩笑|新闻|公司"
)
FRAMES = (("O", SOMEBODY_ELSE), ("P", OVER), ("J", TRADE_OR_PLAY))
# By kind: words, where "*" stands for any ending and "_" for a space; then what is written in Chinese.
KINDS = {
    "KIN": (
        "wife husband partner boyfriend girlfriend spouse mother mum mom mam father dad son daughter brother sister"
        " parent parents child children kid kids baby grand* gran nan uncle aunt* cousin nephew niece fiance* in-law"
        " in-laws missus hubby bf gf ex",
        "爸 爸爸 妈 妈妈 父亲 母亲 爷爷 奶奶 姥姥 姥爷 外公 外婆 老公 丈夫 老婆 妻子 太太 爱人 媳妇 儿子 女儿 孩子 闺女"
        " 哥 哥哥 弟 弟弟 姐 姐姐 妹 妹妹 岳父 岳母 公公 婆婆 舅 舅舅 叔 叔叔 姑 姑姑 姨 姨妈 对象 男朋友 女朋友 男友"
        " 女友 家人 家里人 家属 亲人 老伴 老头子 老太太",
    ),
    "PEOPLE": (
        "friend friends mate mates neighbor neighbors neighbour neighbours colleague colleagues boss manager landlord"
        " flatmate roommate classmate coworker coworkers co-worker co-workers guy guys lad lads bloke people someone"
        " somebody",
        "朋友 邻居 同事 同学 老板 经理 房东 室友 老乡 领导 师傅 别人 人家 有人",
    ),
    "NUMBER": (
        "one two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty hundred thousand"
        " couple few several",
        "一 二 三 四 五 六 七 八 九 十 百 千 两 几",
    ),
    "TIME": (
        "monday tuesday wednesday thursday friday saturday sunday today tonight tomorrow yesterday week month year day"
        " weekend morning evening january february march april june july august september october november december"
        " winter summer spring autumn mondays tuesdays wednesdays thursdays fridays saturdays sundays weeks months"
        " years days weekends mornings evenings",
        "周一 周二 周三 周四 周五 周六 周日 周天 星期一 星期二 星期三 星期四 星期五 星期六 星期日 星期天 今天 今晚 明天"
        " 昨天 昨晚 上周 下周 这周 月 年 天",
    ),
    "ILLNESS": (
        "cancer leukaemia leukemia lymphoma melanoma myeloma tumour tumor chemo* radiotherapy dialysis transplant icu"
        " stroke parkinson* lupus sclerosis hiv cirrhosis hepatitis tb tuberculosis sepsis meningitis aneurysm embolism"
        " heart_attack heart_failure biopsy mri scan oncolog* metasta* hospice palliative ms als copd emphysema"
        " epilepsy diabet*",
        "癌 肿瘤 白血病 淋巴瘤 化疗 放疗 透析 移植 重症 中风 脑梗 心梗 偏瘫 尿毒症 肝硬化 帕金森 红斑狼疮 艾滋 恶性"
        " 扩散 晚期 心衰 肺结核 脑出血 支架 搭桥 手术",
    ),
    "LAW": (
        "lawyer solicitor attorney barrister counsel legal court judge police cop cops officer jail prison cell custody"
        " bail parole probation warden inmate sentence sentenced guilty",
        "律师 法院 法官 警察 派出所 公安 监狱 看守所 拘留 坐牢 判刑 法务 诉讼 起诉",
    ),
    "DEATH": (
        "died dead passed_away passed funeral buried burial cremat* ashes late lost_him lost_her lost_my widow* coroner"
        " morgue wake grave obituary mourning grieving",
        "去世 过世 走了 没了 死了 葬 火化 骨灰 遗 丧 追悼 头七 灵堂 守灵 坟 白事",
    ),
    "THING": (
        "phone mobile laptop computer battery wifi app tv car van bike truck bus train plane fridge printer screen"
        " washing_machine boiler",
        "手机 电脑 电池 网 屏幕 车 冰箱 电视 洗衣机 打印机 空调",
    ),
    "PLAY": (
        "film movie game book song show series match football joke joking kidding party holiday concert play novel"
        " drama team",
        "电影 电视剧 游戏 剧 歌 小说 球 玩笑 演 比赛 旅游 度假 聚会",
    ),
    "CREATURE": (
        "dog cat puppy kitten pet fish hamster plant plants goldfish rabbit bird parrot horse chicken chickens",
        "狗 猫 鱼 花 多肉 仓鼠 兔 鸟 植物 盆栽 鸡 猪 牛",
    ),
    "TRADE": (
        "nurse doctor teacher driver engineer chef cook cleaner guard soldier plumber electrician builder accountant"
        " clerk i_work work_as work_at work_for work_in works_as works_at works_for works_in my_job my_shift shop"
        " office factory salary wages overtime",
        "护士 医生 老师 司机 工程师 厨师 保安 会计 上班 工作 单位 工厂 店 工资 加班 公司",
    ),
}
# What the signs of a kind's words are, and how far a sign may go on in one.
KIND_OF = {
    (tuple(word) if chinese else tuple(word.split("_"))): kind
    for kind, both in KINDS.items()
    for chinese, words in enumerate(both)
    for word in words.split()
    if not word.endswith("*")
}
BEGINNINGS = {word[:-1]: kind for kind, (english, _) in KINDS.items() for word in english.split() if word.endswith("*")}
SHORTEST_BEGINNING = min(map(len, BEGINNINGS))
MOST_SIGNS: dict[str, int] = {}
for _signs in KIND_OF:
    MOST_SIGNS[_signs[0]] = max(len(_signs), MOST_SIGNS.get(_signs[0], 0))


def denied(signs: Sequence[str]) -> list[int]:
    """The places of the signs (words, characters and stops) that a denial reaches."""
    left, reached = 0, []
    for place, sign in enumerate(signs):
        if sign in STOPS:
            left = 0
            continue
        if left:
            reached.append(place)
            left -= 1
        if sign in DENYING:
            left = REACH
    return reached


def frames(said: str) -> list[str]:
    """Whose it is or when it was: somebody else's (O), over (P), of a trade or play (J), or none of these (_)."""
    return [frame for frame, words in FRAMES if words.search(said)] or ["_"]


def kinds(words: Sequence[str]) -> list[str]:
    """`words` with kinds of things, in upper case, in place of the things; numbers in figures are left out."""
    found = []
    place, end = 0, len(words)
    while place < end:
        word = words[place]
        kind, length = None, min(MOST_SIGNS.get(word, 1), end - place)
        while length and not (kind := KIND_OF.get(tuple(words[place : place + length]))):
            length -= 1
        if not length:
            kind, length = beginning(word), 1
        if kind or not word.isdecimal():
            found.append(kind or word)
        place += length
    return found


def beginning(word: str) -> str | None:
    """The kind of a word that begins as one does: "grandson"."""
    for size in range(SHORTEST_BEGINNING, len(word) + 1):
        if kind := BEGINNINGS.get(word[:size]):
            return kind
    return None
