"""Small changes to Rasa's own components, for Chinese and English in one model."""

from __future__ import annotations

from typing import Any

import jieba
import numpy as np
import skops.io
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.fallback_classifier import FallbackClassifier
from rasa.nlu.classifiers.logistic_regression_classifier import LogisticRegressionClassifier
from rasa.nlu.tokenizers.jieba_tokenizer import JiebaTokenizer
from rasa.nlu.tokenizers.tokenizer import Token
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.pipeline import make_pipeline

# What a model file may hold besides scikit-learn's own types and NumPy arrays: the idf weights.
TRUSTED = ["scipy.sparse._csr.csr_matrix"]
# The space that the featurizer of pieces puts around a word is a piece that every text has.
PADDING = 1


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=True)
class MixedTokenizer(JiebaTokenizer):
    """Words of Chinese, English, and both in one sentence."""

    def __init__(self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource) -> None:
        super().__init__(config, model_storage, resource)
        # jieba reads its dictionary on first use, about a second: here, and not while the first debtor waits.
        jieba.initialize()

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """jieba also returns the spaces of an English sentence; they are not words."""
        return [token for token in super().tokenize(message, attribute) if token.text.strip()]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class WeightedRegression(LogisticRegressionClassifier):
    """Rasa's logistic regression over tf-idf weights; `C` sets its penalty (larger is weaker).

    Sentences are short and features many: raw counts let long sentences shout, and the fixed 1.0 of the original holds
    back both accuracy and confidence. README.md has the measured difference.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {**LogisticRegressionClassifier.get_default_config(), "C": 10.0}

    def __init__(self, config: dict[str, Any], name: str, model_storage: ModelStorage, resource: Resource) -> None:
        super().__init__(config, name, model_storage, resource)
        self.clf = make_pipeline(TfidfTransformer(sublinear_tf=True), self.clf.set_params(C=self.config["C"]))

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **_: Any,
    ) -> WeightedRegression:
        """Unlike the original, which falls back to an untrained classifier, this fails when the file cannot be read."""
        component = cls(config, execution_context.node_name, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            component.clf = skops.io.load(folder / f"{resource.name}.skops", trusted=TRUSTED)
        regression = component.clf[-1]
        # The product with a sentence wants the weights by feature; as they are stored, each message copies all 20 MB.
        regression.coef_ = np.asfortranarray(regression.coef_)
        return component


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class DoubtThatMatters(FallbackClassifier):
    """Rasa's fallback, and two changes of it.

    Two close readings are no reason for it where both lead to the same act, and `one_act` lists such intents: "I can
    pay 3000 on Friday" may be a promise or a part payment, the next step is one. And a text of which no piece is known
    is no reading at all: what the regressions say of an empty sentence is how often each intent was taught.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {**FallbackClassifier.get_default_config(), "one_act": []}

    def _should_fallback(self, message: Message) -> bool:
        _, sentence = message.get_sparse_features(TEXT)
        known = sentence.features.nnz if sentence is not None else 0
        return known <= PADDING or super()._should_fallback(message)

    def _nlu_prediction_ambiguous(self, message: Message) -> tuple[bool, float | None]:
        best = message.data.get("intent_ranking", [])[:2]
        if all(intent["name"] in self.component_config["one_act"] for intent in best):
            return False, None
        return super()._nlu_prediction_ambiguous(message)
