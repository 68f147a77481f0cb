"""Benchmarks: bounded runs whose results are kept beside them. Not part of the product."""
