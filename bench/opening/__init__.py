"""How long a large evening takes to open, and what the other dialogues feel of it."""
