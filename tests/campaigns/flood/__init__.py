"""Thousands of sockets that only stand in the door, from the hall's own address, while it fills."""
