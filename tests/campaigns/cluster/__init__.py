"""A Valkey Cluster loses its primaries one after the other while several dialogues are full."""
