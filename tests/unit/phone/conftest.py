from collections.abc import Iterator

import pytest

from speech.speak import Speaker


@pytest.fixture(scope="module")
def speaker() -> Iterator[Speaker]:
    with Speaker() as speaker:
        yield speaker
