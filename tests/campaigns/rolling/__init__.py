"""Servers are replaced under open pages, and pages of an older build go on talking to newer ones."""
