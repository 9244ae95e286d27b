"""Whether people of different sex, age, education or marital status are treated alike: measured, never assumed."""
