"""Races for what there is only once, over real sockets: the last dot of a phone, the last ticket.

race        one hall, its phones with three sockets each, and the rounds
outcome     what came of it, and the result page
"""
