"""Faults against real processes, and a checker that shares no code with what it checks.

stream, fold, paper, heads, erasing, plans, rules, effects, plans_kept, shown, exports
                                      the log read a second time: what must be seen, refused, saved
history, tab, air, ghost, organiser    phones, the network between them and the hall, their records
house, zygote                         real processes and a real Valkey, killed and brought back
stage, crowd, planner, schedule       one evening of seconds from one seed
mishaps, people, planning, outside, inside, trouble
                                      everything that goes wrong in it
ending, here, bounds, kills           how soon all is well, who is there, what it cost, who was cut
judge, refusals, own_order, screens, downloads, words, beside
                                      the invariants
bugs, bugs_*                          mistakes put in on purpose
crew, worker, pages, page_lines       many schedules at once, and the result pages
"""
