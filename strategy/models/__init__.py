"""The models on disk: which there are, which one scores, who decided so, and a card that says what each is."""
