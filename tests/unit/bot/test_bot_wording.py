import pytest

from bot.wording import normalise, simplified


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ＮＴ＄２，３００", "nt$2,300"),
        ("這個禮拜還錢", "这个礼拜还钱"),
        ("下週五，三萬塊！", "下周五,三万块!"),
        ("I’M HERE", "i'm here"),
        ("帳單著火了，妳說什麼？", "账单着火了,你说什么?"),
        # Simplified already, and a digit read aloud.
        ("像骗子么 幺二零", "像骗子么 幺二零"),
        # What hides words from a library must not hide them from us.
        ("\x00我想死\ud800了", " 我想死 了"),
    ],
)
def test_one_form_for_every_character(text: str, said: str) -> None:
    assert simplified(text) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("I can't pay", "i can not pay"),
        ("I cannot pay", "i can not pay"),
        ("I cant, dont and won't", "i can not, do not and will not"),
        ("I'm", "i am"),
        ("im", "i am"),
        ("ive paid", "i have paid"),
        ("What's due? It's late", "what is due? it is late"),
        ("pls help, can u wait", "please help, can you wait"),
        ("I'm gonna pay", "i am going to pay"),
        # A contraction is a whole word, never a piece of one.
        ("five for him", "five for him"),
        ("drive time", "drive time"),
        ("plus two", "plus two"),
        ("uh, um, tomorrow", "tomorrow"),
        ("呃 我 明天 还", "我明天还"),
        ("  two\t spaces \n here ", "two spaces here"),
        ("还 300 块", "还 300 块"),
    ],
)
def test_one_wording_for_what_means_the_same(text: str, said: str) -> None:
    assert normalise(text) == said
