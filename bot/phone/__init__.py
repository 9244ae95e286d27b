"""The bot on the telephone: a call leg carries the sound, `speech` hears and speaks, the session decides.

The only room that imports pipecat. It logs what people say, through loguru: it is silenced before it is imported.
"""

from loguru import logger

logger.disable("pipecat")
