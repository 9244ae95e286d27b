"""Why an account is where it is: exact shares of the score, sentences for them, and what would move it on."""
