"""What has the form of a credential is found, and shown nowhere; every place in the text stays what it was.

The texts below are put together here, so that no scanner takes this file for a leak.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envspec.diagnostics import Diagnostic, Edit, Fix, Source, Span
from envspec.diagnostics.credentials import FORMS, credentials, masked, without_credentials
from envspec.diagnostics.render import FORMATS, render

MIXED = "q7Zt0Lk2Xw9Rb4Vn6Mc1Hs8Jd3Fg5Py"
CREDENTIALS = {
    "an AWS access key": "AKIA" + "Q3EGWXTZ7MPLS2VB",
    "a GitHub token": "ghp_" + MIXED + "abcdefgh",
    "a GitLab token": "glpat-" + MIXED,
    "a Hugging Face token": "hf_" + MIXED + "ab",
    "a PyPI token": "pypi-" + "AgEI" + MIXED * 2,
    "an npm token": "npm_" + MIXED + "abcde",
    "a Slack token": "xoxb-" + MIXED,
    "an OpenAI or Anthropic key": "sk-" + "ant-" + MIXED + "ab",
    "a Google API key": "AIza" + MIXED + "abcd",
    "a Stripe key": "sk_" + "live_" + MIXED,
    "an Azure storage key": "AccountKey=" + MIXED * 2 + "==",
    "a private key": "-----BEGIN RSA " + "PRIVATE KEY-----\\n" + MIXED,
    "a JSON web token": "eyJ" + MIXED + ".eyJ" + MIXED + "." + MIXED,
    "a password in a URL": "scott:" + "tiger42zebra",
}


def test_every_form_has_an_example_here() -> None:
    assert set(CREDENTIALS) == {what for what, _, _ in FORMS}
    assert all(sign in form.replace("\\", "") for _, sign, form in FORMS)


@pytest.mark.parametrize(("what", "text"), CREDENTIALS.items(), ids=list(CREDENTIALS))
def test_it_is_found_and_masked(what: str, text: str) -> None:
    around = f'A = "postgresql://{text}@h/x"' if "URL" in what else f'A = "{text}"  # é'
    found = list(credentials(around))
    assert [(one.what, around[one.start : one.end]) for one in found] == [(what, text)]
    assert masked(around) == around.replace(text, "*" * len(text))


@given(st.text(st.characters(), max_size=40), st.integers(0, 40), st.integers(0, 40))
def test_masking_moves_nothing(text: str, start: int, length: int) -> None:
    shown = masked(text, [(start, start + length)])
    assert len(shown) == len(text)
    for at in range(len(text) + 1):
        for encoding in ("utf-8", "utf-16-le"):
            before = text[:at].encode(encoding, "surrogatepass")
            assert len(shown[:at].encode(encoding, "surrogatepass")) == len(before)
    assert not set(shown[start : start + length]) - set('\r\n"*\u00b7\u2022\U0001f512')


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("code", ["W0312", "W0313", "E0306", "E0203"])
def test_no_format_shows_it(format_: str, code: str) -> None:
    """By its form in any finding's lines, by the place in those about secrets."""
    secret = CREDENTIALS["a GitHub token"]
    text = f'e {{ A = "{secret}", B = "correct horse" }}\n'
    source = Source.of("a.envspec", text)
    finding = Diagnostic(code, "it is wrong", Span("a.envspec", text.index('"corr'), text.index(" }")))
    report = render(format_, [finding], {"a.envspec": source})
    assert "it is wrong" in report
    assert secret not in report
    assert ("correct horse" in report) == (code == "E0203" and format_ in {"full", "junit"})


def test_what_a_finding_says_itself_shows_none() -> None:
    secret = CREDENTIALS["a GitLab token"]
    span = Span("a", 0, 1)
    fixes = (Fix("quote it", (Edit(span, f'"{secret}"'),)), Fix("take it away", (Edit(span, ""),)))
    finding = Diagnostic(
        "E0210", f"`{secret}` is not a word", span, help=f"not {secret}", notes=(secret,), fixes=fixes
    )
    shown = without_credentials(finding)
    assert secret not in repr(shown)
    assert [fix.title for fix in shown.fixes] == ["take it away"]
    assert without_credentials(shown) is shown
