"""Approve the sentences as they stand in the phrase files: `python -m bot.approval`.

Run it once a person has read the changed sentences in both languages. It pins the fingerprint of each sentence; the
guards let no other wording out.
"""

from __future__ import annotations

import json

from bot.phrases import APPROVED, LANGUAGES, fingerprint, templates


def main() -> None:
    pinned = {lang: {key: fingerprint(found) for key, found in templates(lang).items()} for lang in LANGUAGES}
    APPROVED.write_text(json.dumps(pinned, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
