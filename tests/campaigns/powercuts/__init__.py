"""The power goes in the middle of a burst: what was acknowledged is on disk, exactly once.

forked      the product's server as a fork of a process that has everything imported, on a bad disk
evening     phones that post without end, power cuts, and what the files hold after each
"""
