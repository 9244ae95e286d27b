"""One spelling for what people type or a recogniser hears, so that patterns need not know every variant."""

from __future__ import annotations

import re
import unicodedata

# Traditional characters, each followed by the simplified one: the common ones of everyday talk about money and life.
_PAIRS = (
    "萬万億亿兩两塊块號号點点週周個个這这還还錢钱給给們们說说話话對对應应誰谁幫帮讓让請请電电機机轉转題题辦办當当過过來来時时間间後后發发現现從从開开關关會会沒没無无實实際际記记錄录錯错誤误帳账賬账單单額额費费區区"
    "體体罰罚歲岁殺杀樓楼醫医術术藥药傷伤療疗護护憂忧鬱郁癡痴聾聋聽听見见聲声聯联繫系騷骚擾扰視视訴诉訟讼師师託托產产務务償偿貸贷盜盗騙骗詐诈證证據据編编碼码簽签連连絡络絕绝離离喪丧禮礼軍军隊队職职業业災灾燒烧濟济"
    "車车駛驶結结壞坏終终備备續续執执殘残礙碍腦脑裡里裏里員员獄狱監监銷销戶户頭头親亲媽妈爺爷孫孙兒儿嗎吗買买賣卖長长門门問问東东樂乐學学習习寫写讀读書书認认識识國国語语簡简難难為为爲为麼么樣样覺觉總总該该準准緊紧"
    "張张氣气檢检測测試试驗验煩烦斷断網网廣广廳厅戰战負负責责賠赔補补貼贴繳缴領领舊旧極极歸归靜静減减協协調调緩缓飯饭僅仅罵骂嚇吓報报營营運运飛飞進进達达遠远遲迟內内條条須须頁页項项預预顧顾類类險险養养齊齐邊边變变"
    "並并嚴严傳传傾倾價价優优兇凶冊册凍冻創创動动勞劳勢势勝胜匯汇參参啞哑嗚呜嚨咙園园圓圆場场塵尘墜坠壓压婦妇嬰婴孃娘導导專专尋寻屍尸層层嶺岭幣币帶带幾几庫库廠厂彈弹徵征憐怜懷怀懶懒戀恋拋抛掛挂採采換换擔担擇择擊击"
    "斃毙暈晕暫暂棄弃權权歐欧毀毁氾泛決决沖冲淚泪滅灭滾滚漲涨澆浇獨独獲获異异癥症眾众睏困礦矿種种稱称穩稳窮穷籌筹約约紅红級级紐纽納纳紙纸細细組组經经綁绑維维線线緒绪緣缘縣县罷罢義义臉脸臨临舉举蘭兰處处衛卫衝冲製制"
    "複复訂订訊讯討讨訓训訪访設设許许評评詢询詳详誠诚誕诞誘诱諒谅論论謝谢譯译議议贊赞趕赶跡迹蹤踪躍跃軌轨軟软較较載载輕轻輩辈輸输辭辞農农遊游選选遺遗郵邮鄉乡釋释針针鈔钞銀银鋪铺錶表鍋锅鎮镇鎖锁鐘钟鐵铁鑰钥閃闪閉闭"
    "閒闲閱阅陣阵陰阴陸陆階阶隨随隱隐雖虽雙双雜杂雞鸡霧雾靈灵韓韩響响頂顶順顺頓顿頸颈頻频顆颗顏颜願愿顫颤風风飄飘飲饮餘余館馆駕驾騎骑驚惊鬆松鬥斗魚鱼鳥鸟麗丽麥麦黃黄黨党齡龄龍龙龐庞歡欢賓宾廈厦餓饿廢废遞递診诊讚赞"
    "貴贵資资質质購购"
)
_TO_SIMPLIFIED = str.maketrans(_PAIRS[::2], _PAIRS[1::2])

_PUNCTUATION = str.maketrans(
    {"’": "'", "‘": "'", "`": "'", "´": "'", "，": ",", "。": ".", "！": "!", "？": "?", "、": ","}
)

_CONTRACTIONS = tuple(
    (re.compile(rf"\b(?:{short})\b"), full)
    for short, full in (
        (r"(can)(?:'t|t)", "can not"),
        (r"cannot", "can not"),
        (r"(won't|wont)", "will not"),
        (r"ain'?t", "is not"),
        (r"(do|does|did|is|are|was|were|has|have|had|would|could|should|must)n'?t", r"\1 not"),
        (r"i'?m|im", "i am"),
        (r"i've|ive", "i have"),
        (r"i'd", "i would"),
        (r"i'll", "i will"),
        (r"(you|we|they)'re", r"\1 are"),
        (r"youre", "you are"),
        (r"(you|we|they)'(?:ve)", r"\1 have"),
        (r"(you|he|she|we|they|it|that|this)'ll", r"\1 will"),
        (r"(he|she|it|that|this|there|what|who|where|how|here)'s", r"\1 is"),
        (r"thats", "that is"),
        (r"theres", "there is"),
        (r"whats", "what is"),
        (r"hes", "he is"),
        (r"shes", "she is"),
        (r"wanna", "want to"),
        (r"gonna", "going to"),
        (r"gotta", "got to"),
        (r"lemme", "let me"),
        (r"u", "you"),
        (r"ppl", "people"),
        (r"pls|plz", "please"),
    )
)
# Sounds that carry no meaning. In Chinese only between other characters, where they cannot be part of a word.
_FILLERS = re.compile(r"\b(?:u+h+|u+m+|e+r+m*|h+m+|you know)\b,?|[呃嗯唉哎](?=[^呀哟])")
_HAN_GAP = re.compile(r"(?<=[\u4e00-\u9fff])[ \t]+(?=[\u4e00-\u9fff])")
_SPACES = re.compile(r"\s+")


def simplified(text: str) -> str:
    """Full-width forms as ordinary ones, traditional characters as simplified ones, lower case."""
    return unicodedata.normalize("NFKC", text).translate(_TO_SIMPLIFIED).translate(_PUNCTUATION).lower()


def normalise(text: str) -> str:
    """Lower case, one form per character, contractions written out, fillers dropped, single spaces."""
    said = simplified(text)
    for short, full in _CONTRACTIONS:
        said = short.sub(full, said)
    said = _FILLERS.sub(" ", said)
    return _SPACES.sub(" ", _HAN_GAP.sub("", said)).strip()
