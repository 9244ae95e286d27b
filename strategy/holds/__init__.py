"""What forbids contact with one person: holds, consents taken back, wishes. Who places them, and who may lift them."""
