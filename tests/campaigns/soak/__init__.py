"""An evening that goes on for an hour, with a fault a minute, looked at for what grows."""
