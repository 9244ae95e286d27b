"""The parts of the assistant that Rasa does not bring: its tokenizer, its classifier and its channel."""
