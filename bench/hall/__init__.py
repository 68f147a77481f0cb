"""A full hall: how soon a tap is acknowledged, how soon the board shows it, how fast all join."""
