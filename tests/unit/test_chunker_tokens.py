"""The estimate of tokens errs upwards, in every script."""

import json
from pathlib import Path

import pytest

from discord_airflow.queries.tokens import Calibration, dominant_script, estimate_tokens

SAMPLES = json.loads((Path(__file__).parent / "samples" / "token_counts.json").read_text(encoding="utf-8"))
"""Our own sentences in many scripts, with exact counts by the tokenizers of Mistral 7B v0.3 and its successors."""

PROSE = [sample for sample in SAMPLES if sample["name"] not in {"emoji", "links", "ids and numbers", "code"}]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample["name"])
def test_the_first_prompt_of_a_model_is_never_underestimated(sample):
    """Before anything was learned the estimate is above 95 % of the true count, for either tokenizer."""
    assert Calibration().tokens(sample["text"]) >= 0.95 * max(sample["v3"], sample["tekken"])


@pytest.mark.parametrize("tokenizer", ["v3", "tekken"])
def test_after_learning_the_estimate_is_close(tokenizer):
    """With one calibration per script: never 5 % below the truth, and a quarter above it at most on average."""
    learned: dict[str, Calibration] = {}
    for sample in PROSE:
        calibration = learned.setdefault(dominant_script(sample["text"]), Calibration())
        calibration.learn(estimate_tokens(sample["text"]), sample[tokenizer])
    ratios = [learned[dominant_script(sample["text"])].tokens(sample["text"]) / sample[tokenizer] for sample in PROSE]
    assert min(ratios) >= 0.95
    assert sum(ratios) / len(ratios) <= 1.25


def test_the_calibration_follows_the_greatest_of_the_last_twenty():
    """Old ratios are forgotten, absurd ones are bounded, missing counts teach nothing."""
    calibration = Calibration()
    assert calibration.factor == Calibration.START
    calibration.learn(100, 0)
    assert calibration.factor == Calibration.START
    calibration.learn(100, 900)
    assert calibration.factor == Calibration.HIGHEST
    for _ in range(20):
        calibration.learn(100, 80)
    assert calibration.factor == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("hello there", "latin"),
        ("привет", "cyrillic"),
        ("안녕하세요", "hangul"),
        ("123 !?", "latin"),
        ("こんにちは ok", "japanese"),
    ],
)
def test_the_script_is_that_of_most_letters(text, script):
    """Digits and signs have no say."""
    assert dominant_script(text) == script
