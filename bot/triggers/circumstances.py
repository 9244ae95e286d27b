"""What stands around the words of a text: what is denied, whose trouble it is and when it was, and the kinds of things.

"My brother died" and "my phone died" share a verb; the kinds of things they name tell them apart in sentences that
nobody has written down.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

# Pieces of a text: words, numbers, Chinese characters, stops, and kinds of things in upper case.
SIGN = re.compile(r"[a-z]+(?:'[a-z]+)?|[A-Z]+|\d+|[\u3400-\u9fff]|[,.!?;]")
STOPS = frozenset(",.!?;")
DENYING = frozenset(
    [
        *"不没别无未非甭勿",
        "not",
        "never",
        "no",
        "without",
        "nobody",
        "nothing",
        "none",
        "neither",
        "nor",
        "hardly",
        "stop",
    ]
)
# How many words a denial reaches, up to the next stop.
REACH = 5
LONGEST_RUN = 4
# In words: in a longer text everything stands with everything.
SHORT = 60
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
KINDS = tuple(
    (re.compile(rf"\b(?:{english})\b|{chinese}"), f" {kind} ")
    for kind, english, chinese in (
        (
            "KIN",
            r"wife|husband|partner|boyfriend|girlfriend|spouse|mother|mum|mom|mam|father|dad|son|daughter|brother"
            r"|sister|parents?|child(?:ren)?|kids?|baby|grand\w+|gran|nan|uncle|aunt\w*|cousin|nephew|niece|fiance\w*"
            r"|in-laws?|missus|hubby|bf|gf|ex",
            "爸爸?|妈妈?|父亲|母亲|爷爷|奶奶|姥姥|姥爷|外公|外婆|老公|丈夫|老婆|妻子|太太|爱人|媳妇|儿子|女儿|孩子|闺女"
            "|哥哥?|弟弟?|姐姐?|妹妹?|岳父|岳母|公公|婆婆|舅舅?|叔叔?|姑姑?|姨妈?|对象|男朋友|女朋友|男友|女友|家里?人"
            "|家属|亲人|老伴|老头子|老太太",
        ),
        (
            "PEOPLE",
            r"friends?|mates?|neighbou?rs?|colleagues?|boss|manager|landlord|flatmate|roommate|classmate|co-?workers?"
            r"|guys?|lads?|bloke|people|someone|somebody",
            "朋友|邻居|同事|同学|老板|经理|房东|室友|老乡|领导|师傅|别人|人家|有人",
        ),
        (
            "NUMBER",
            r"\d+|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|hundred"
            r"|thousand|couple|few|several",
            "[一二三四五六七八九十百千两几0-9]+",
        ),
        (
            "TIME",
            r"(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|today|tonight|tomorrow|yesterday|week|month"
            r"|year|day|weekend|morning|evening|january|february|march|april|june|july|august|september|october"
            r"|november|december|winter|summer|spring|autumn)s?",
            "周[一二三四五六日天]|星期.|今天|今晚|明天|昨天|昨晚|上周|下周|这周|月|年|天",
        ),
        (
            "ILLNESS",
            r"cancer|leuka?emia|lymphoma|melanoma|myeloma|tumou?r|chemo\w*|radiotherapy|dialysis|transplant|icu|stroke"
            r"|parkinson\w*|lupus|sclerosis|hiv|cirrhosis|hepatitis|tb|tuberculosis|sepsis|meningitis|aneurysm|embolism"
            r"|heart attack|heart failure|biopsy|mri|scan|oncolog\w*|metasta\w*|hospice|palliative|ms|als|copd"
            r"|emphysema|epilepsy|diabet\w+",
            "癌|肿瘤|白血病|淋巴瘤|化疗|放疗|透析|移植|重症|中风|脑梗|心梗|偏瘫|尿毒症|肝硬化|帕金森|红斑狼疮|艾滋|恶性"
            "|扩散|晚期|心衰|肺结核|脑出血|支架|搭桥|手术",
        ),
        (
            "LAW",
            r"lawyer|solicitor|attorney|barrister|counsel|legal|court|judge|police|cops?|officer|jail|prison|cell"
            r"|custody|bail|parole|probation|warden|inmate|sentenced?|guilty",
            "律师|法院|法官|警察|派出所|公安|监狱|看守所|拘留|坐牢|判刑|法务|诉讼|起诉",
        ),
        (
            "DEATH",
            r"died|dead|passed away|passed|funeral|buried|burial|cremat\w+|ashes|late|lost (?:him|her|my)|widow\w*"
            r"|coroner|morgue|wake|grave|obituary|mourning|grieving",
            "去世|过世|走了|没了|死了|葬|火化|骨灰|遗|丧|追悼|头七|灵堂|守灵|坟|白事",
        ),
        (
            "THING",
            r"phone|mobile|laptop|computer|battery|wifi|app|tv|car|van|bike|truck|bus|train|plane|fridge|printer|screen"
            r"|washing machine|boiler",
            "手机|电脑|电池|网|屏幕|车|冰箱|电视|洗衣机|打印机|空调",
        ),
        (
            "PLAY",
            r"film|movie|game|book|song|show|series|match|football|joke|joking|kidding|party|holiday|concert|play|novel"
            r"|drama|team",
            "电影|电视剧|游戏|剧|歌|小说|球|玩笑|演|比赛|旅游|度假|聚会",
        ),
        (
            "CREATURE",
            r"dog|cat|puppy|kitten|pet|fish|hamster|plants?|goldfish|rabbit|bird|parrot|horse|chickens?",
            "狗|猫|鱼|花|多肉|仓鼠|兔|鸟|植物|盆栽|鸡|猪|牛",
        ),
        (
            "TRADE",
            r"nurse|doctor|teacher|driver|engineer|chef|cook|cleaner|guard|soldier|plumber|electrician|builder"
            r"|accountant|clerk|i work|works? (?:as|at|for|in)|my job|my shift|shop|office|factory|salary|wages"
            r"|overtime",
            "护士|医生|老师|司机|工程师|厨师|保安|会计|上班|工作|单位|工厂|店|工资|加班|公司",
        ),
    )
)


def denied(said: str) -> Iterator[str]:
    """The words that a denial reaches, alone and with the word before."""
    signs = SIGN.findall(said)
    left = 0
    for place, sign in enumerate(signs):
        if sign in STOPS:
            left = 0
            continue
        if left:
            yield f"n{sign}"
            yield f"n{signs[place - 1]} {sign}"
            left -= 1
        if sign in DENYING:
            left = REACH


def framed(said: str) -> Iterator[str]:
    """Every word with whose it is or when it was: somebody else's, over, of a trade or play, or none of these."""
    frames = [frame for frame, words in FRAMES if words.search(said)]
    words = [sign for sign in SIGN.findall(said) if sign not in STOPS]
    for frame in frames or ["_"]:
        yield f"f{frame}"
        yield from (f"f{frame}{word}" for word in words)


def kinds(said: str) -> Iterator[str]:
    """Runs of words with kinds of things in place of the things, and in a short text each kind with each other word."""
    for words, kind in KINDS:
        said = words.sub(kind, said)
    signs = ["^", *(sign for sign in SIGN.findall(said) if sign not in STOPS and not sign.isdecimal()), "$"]
    places = [place for place, sign in enumerate(signs) if sign.isupper()]
    for start, end in {
        (start, start + size)
        for size in range(1, LONGEST_RUN + 1)
        for place in places
        for start in range(max(0, place - size + 1), min(place, len(signs) - size) + 1)
    }:
        yield f"k{' '.join(signs[start:end])}"
    once = dict.fromkeys(signs)
    for kind in dict.fromkeys(signs[place] for place in places) if len(signs) <= SHORT else ():
        yield from (f"c{kind} {sign}" for sign in once if sign != kind)
