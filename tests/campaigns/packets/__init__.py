"""Fuzzed packets against the real server: four layers, from a seed, while a hall goes on talking.

values      values nobody expects, and what becomes of a good one when it is bent
orders      good commands of every kind, made from their classes
frames      websocket frames as bytes, good ones and broken ones
lives       one attacker's whole life, planned from the seed: how it knocks, what it sends
attacker    lives it, counts answers, notices what should not be
hall        the server under test with its evenings, the healthy phones, and what is left at the end
"""
