"""The way in: what a join costs the server, how a whole hall comes back, what a phone weighs."""
