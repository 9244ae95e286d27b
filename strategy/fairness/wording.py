"""Fairness in plain words, in Chinese and English. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

Language = Literal["zh", "en"]

NAMES: Mapping[str, tuple[str, str]] = {
    "sex": ("性别", "sex"),
    "age": ("年龄", "age"),
    "education": ("教育程度", "education"),
    "marital_status": ("婚姻状况", "marital status"),
    "sex_and_age": ("性别与年龄", "sex and age"),
    "male": ("男", "men"),
    "female": ("女", "women"),
    "graduate_school": ("研究生", "graduate school"),
    "university": ("大学", "university"),
    "high_school": ("高中", "high school"),
    "other": ("其他", "other"),
    "married": ("已婚", "married"),
    "single": ("单身", "single"),
    "small groups": ("人数过少的群体合计", "small groups, pooled"),
    "willingness": ("还款意愿", "willingness"),
    "ability": ("还款能力", "ability"),
    "cure": ("回正", "cure"),
}
"""Chinese, English; whatever is not here is shown as the data have it."""

_SENTENCES: Mapping[str, tuple[str, str]] = {
    "to_people": (
        "按{trait}：{group}交给人工的比例是{against}的{figure}（区间{low}至{high}，下限{limit}）。",
        "By {trait}: the share of {group} sent to people is {figure} of that of {against} "
        "({low} to {high}, limit {limit}).",
    ),
    "unwilling": (
        "按{trait}：{group}被视为还款意愿低的比例是{against}的{figure}（区间{low}至{high}，下限{limit}）。",
        "By {trait}: the share of {group} held to be unwilling is {figure} of that of {against} "
        "({low} to {high}, limit {limit}).",
    ),
    "opportunity": (
        "按{trait}：后来还了款的人中，事先被认为会还的比例，{group}比{against}低{figure}个百分点（区间{low}至{high}，上限{limit}）。",
        "By {trait}: of those who went on to pay, the share that had been believed to is {figure} points lower for "
        "{group} than for {against} ({low} to {high}, limit {limit}).",
    ),
    "calibration": (
        "按{trait}：{group}的{head}，实际比预测高{figure}个百分点（区间{low}至{high}，负数为低，上限±{limit}）。",
        "By {trait}: for {group}, {head} came out {figure} points from what was predicted "
        "({low} to {high}, limit +-{limit}).",
    ),
    "unmeasured": (
        "数据中有性别、年龄等特征，但这个模型没有按群体测过：先运行 amends fairness。",
        "The data have traits, but this model was never measured by group: run `amends fairness` first.",
    ),
}
_VERDICTS: Mapping[str, tuple[str, str]] = {
    "block": (
        "须由第二人说明理由并接受后方可生效。",
        "It takes effect only when a second person accepts it, with a reason.",
    ),
    "warn": ("超出限值，但人数太少，不能排除偶然。", "Past the limit, but too few people to rule out chance."),
    "note": ("在限值之内。", "Within the limit."),
}


def name_of(word: str, language: Language) -> str:
    """A trait, group or head in words. A group of two traits is named word by word."""
    place = 0 if language == "zh" else 1
    if word in NAMES:
        return NAMES[word][place]
    return " ".join(NAMES[part][place] if part in NAMES else part for part in word.split(" "))


def sentence(language: Language, measure: str, level: str, values: Mapping[str, Any]) -> str:
    """The finding and what follows from it."""
    joint = "" if language == "zh" else " "
    return fact(language, measure, values) + joint + _VERDICTS[level][0 if language == "zh" else 1]


def fact(language: Language, measure: str, values: Mapping[str, Any]) -> str:
    """The finding alone."""
    place = 0 if language == "zh" else 1
    words = {name: name_of(str(values[name]), language) for name in ("trait", "group", "against", "head")}
    ratio = measure in ("to_people", "unwilling")
    figures = {
        name: f"{values[name]:.2f}" if ratio else f"{100 * values[name]:.1f}" for name in ("low", "high", "limit")
    }
    figure = f"{values['figure']:.2f}" if ratio else f"{100 * values['figure']:.1f}"
    return _SENTENCES[measure][place].format(**words, **figures, figure=figure)
