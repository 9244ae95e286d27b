"""What is done about each account on one day, when people's hours and the bot's contacts are not enough for all."""
