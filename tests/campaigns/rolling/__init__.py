"""Servers are replaced under open pages, and older pages go on talking to newer servers."""
