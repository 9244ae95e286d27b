"""Twilio's own validator and ours accept what the other signs, and nothing that was altered on the way."""

from hypothesis import assume, given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from bot.phone.legs.twilio_signature import Seen, body_hash, is_signed, sign

TOKEN = "a token"
URL = "https://calls.example.org/twilio/status/key?a=1"
NAMES = st.text("abcXYZ09_", min_size=1, max_size=8)
FORMS = st.dictionaries(NAMES, st.text(max_size=12), max_size=6)
URLS = st.builds(
    "{}://calls.example.org{}/twilio/{}".format,
    st.sampled_from(["https", "http", "wss"]),
    st.sampled_from(["", ":443", ":80", ":8443"]),
    st.text("abc123", min_size=1, max_size=8),
)


@given(URLS, FORMS)
def test_what_twilio_signs_is_let_in(url, form):
    signature = RequestValidator(TOKEN).compute_signature(url, form)
    assert is_signed(TOKEN, url, signature, form.items())


@given(URLS.filter(lambda url: not url.startswith("wss")), FORMS)
def test_what_we_sign_twilio_lets_in(url, form):
    assert RequestValidator(TOKEN).validate(url, form, sign(TOKEN, url, form.items()))


@given(FORMS, FORMS)
def test_an_altered_form_is_refused(form, other):
    assume("".join(k + v for k, v in sorted(form.items())) != "".join(k + v for k, v in sorted(other.items())))
    assert not is_signed(TOKEN, URL, sign(TOKEN, URL, form.items()), other.items())


@given(FORMS, st.text(max_size=40))
def test_another_signature_is_refused(form, signature):
    assume(signature != sign(TOKEN, URL, form.items()))
    assert not is_signed(TOKEN, URL, signature, form.items())


def test_another_token_path_or_query_is_refused():
    signature = sign(TOKEN, URL)
    assert is_signed(TOKEN, URL, signature)
    assert not is_signed("another", URL, signature)
    assert not is_signed("", URL, sign("", URL))
    for url in (URL.replace("key", "kez"), URL.replace("a=1", "a=2"), URL.replace("calls", "cells"), URL + "/"):
        assert not is_signed(TOKEN, url, signature)


@given(st.text(max_size=60))
def test_a_json_body_is_vouched_for_by_its_hash_as_twilio_has_it(text):
    body = text.encode()
    url = f"https://calls.example.org/twilio/events?bodySHA256={body_hash(body)}"
    signature = RequestValidator(TOKEN).compute_signature(url, {})
    assert RequestValidator(TOKEN).validate(url, text, signature)
    assert is_signed(TOKEN, url, signature, body=body)
    assert not is_signed(TOKEN, url, signature, body=body + b" ")


def test_a_json_body_without_a_hash_is_refused():
    assert not is_signed(TOKEN, URL, sign(TOKEN, URL), body=b"{}")


def test_a_signature_counts_once_and_old_ones_are_forgotten():
    seen = Seen(most=2)
    assert [seen.first_time(each) for each in ("a", "a", "b", "c", "a")] == [True, False, True, True, True]
