"""Which kinds of words a sentence holds: money, weekdays, courts, links that fail, in either language.

A classifier over words and pieces of words knows only what it was taught: "crop" next to "rotted" says nothing to it.
The kinds in kinds.yml are a small dictionary that both languages share; what they mean together is learnt from
data/nlu.
"""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.featurizers.sparse_featurizer.sparse_featurizer import SparseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix

KINDS = Path(__file__).with_name("kinds.yml")
HAN = re.compile("[\u4e00-\u9fff]")


def _pattern(words: list[str]) -> re.Pattern[str]:
    """Any of `words`: Chinese anywhere, English between word boundaries, where a final `*` stands for any ending."""
    alternatives = []
    for word in sorted(words, key=len, reverse=True):
        if HAN.search(word) or not word[0].isalpha():
            alternatives.append(re.escape(word))
        else:
            alternatives.append(rf"\b{re.escape(word.removesuffix('*'))}" + (r"\w*" if word.endswith("*") else r"\b"))
    return re.compile("|".join(alternatives))


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class KindsFeaturizer(SparseFeaturizer, GraphComponent):
    """One feature for each kind of word, and one for each two kinds in the same sentence."""

    def __init__(self, config: dict[str, Any], name: str) -> None:
        super().__init__(name, config)
        kinds = yaml.safe_load(KINDS.read_text(encoding="utf-8"))
        self._patterns = [re.compile(r"\d"), *map(_pattern, kinds.values())]
        singles = [(kind,) for kind in range(len(self._patterns))]
        pairs = combinations(range(len(self._patterns)), 2)
        self._columns = {kinds: column for column, kinds in enumerate([*singles, *pairs])}

    @classmethod
    def required_components(cls) -> list[type]:
        return [Tokenizer]

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,  # noqa: ARG003  Rasa passes it by name
        resource: Resource,  # noqa: ARG003
        execution_context: ExecutionContext,
    ) -> KindsFeaturizer:
        return cls(config, execution_context.node_name)

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Nothing to set."""

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            text = message.get(TEXT)
            if text is None:
                continue
            tokens = csr_matrix((len(message.get(TOKENS_NAMES[TEXT], ())), len(self._columns)))
            self.add_features_to_message(tokens, self._sentence(text), TEXT, message)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data

    def _sentence(self, text: str) -> csr_matrix:
        text = text.lower().replace("’", "'")
        found = [kind for kind, pattern in enumerate(self._patterns) if pattern.search(text)]
        columns = [self._columns[kinds] for size in (1, 2) for kinds in combinations(found, size)]
        row = np.zeros(len(columns), dtype=int)
        return csr_matrix((np.ones(len(columns)), (row, columns)), shape=(1, len(self._columns)))
