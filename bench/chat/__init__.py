"""What a turn of the chat takes through our whole path, beside Rasa alone in the same run: ``scripts/bench chat``."""
