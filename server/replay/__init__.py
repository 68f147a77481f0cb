"""Replays a real conversation gathered with Polis through the whole product, and checks the counts.

Knows the server only from outside: its command line, its sockets and its downloads. To read in
this order:

recording   the folder: statements and votes of real people, in the order in which they came
counting    the same votes counted independently, and why the source's own columns differ
evening     people join, post their statements and vote, by real sockets
outcome     what the board, the files to take home and our own count say, side by side
spreadsheets  reads the CSV and XLSX files back
account     prints what happened
replaying   the command line
"""
