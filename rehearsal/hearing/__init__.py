"""What debtors may say on the telephone, as sentences for the offline speech model to learn and be judged by."""
