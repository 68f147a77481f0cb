"""What counting costs where it is hot, and what one reading of /metrics costs."""
