"""What is taken out of a text before it is kept. All numbers are made up or published for testing."""

import pytest

from bot.redaction import holds_secret, passes_luhn, redact


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("my card is 4111 1111 1111 1111", "my card is [card number]"),
        ("4111-1111-1111-1111 ok", "[card number] ok"),
        ("４１１１１１１１１１１１１１１１", "[card number]"),
        ("卡号4111111111111111，好", "卡号[card number]，好"),
        ("34 4111111111111111", "[card number]"),
        ("11010519491231002X", "[identity number]"),
        ("身份证110105 19491231 002x。", "身份证[identity number]。"),
        ("A123456789", "[identity number]"),
        ("my ssn is 219-09-9999.", "my ssn is [identity number]."),
        ("the code is 482913", "the code is [secret]"),
        ("验证码：482913", "验证码：[secret]"),
        ("密码是 1234", "密码是 [secret]"),
        ("my PIN was 12 34", "my PIN was [secret]"),
        ("4111111111111111pin 1234", "[card number]pin [secret]"),
        ("cvv 123", "cvv [secret]"),
        ("one-time code = 99 88 77", "one-time code = [secret]"),
    ],
)
def test_secrets_are_taken_out(text: str, redacted: str) -> None:
    assert redact(text) == redacted
    assert holds_secret(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I can pay NT$2,300 on 2026-11-27",
        "下个月10号还3000",
        "call 0912345678",
        "4111 1111 1112",
        "219-09-99991",
        "BA123456789",
        "zip code, no number",
        "I pinned 1234 posters",
        "[card number] was taken out",
    ],
)
def test_other_numbers_stay(text: str) -> None:
    assert redact(text) == text
    assert not holds_secret(text)


def test_the_card_check_follows_its_standard() -> None:
    assert passes_luhn("4111111111111111")
    assert not passes_luhn("4111111111111112")
