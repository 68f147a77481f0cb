"""The dialogue itself: rules, log, views, live copies. Knows nothing of sockets, HTTP or browsers.

To read in this order:

errors      everything that can go wrong on purpose
messages    who speaks, a call, its answer, an audience, a frame
records     the frozen records a dialogue is made of
dialogue    everything that is true of one evening; what a command and an event are
texts       what a text may be
timers      deadlines, which guide people and close nothing
setting     title, goal, what happens with the results, languages
tables      tables and topics
people      joining, language, table
agenda      rounds
cards       posting, editing, withdrawing
cards_shown  what is shown of a card, and to whom
hiding      hiding with a reason, and undo
erasing     that a card or a whole dialogue was erased for the law
options     what can be voted on
ballot_plans  planning a vote
ballots     opening and closing it
voting      dots and agree / disagree / pass
heads       how many people sit there, beside how many voted
tickets     printed tickets: issuing and voiding them
redeeming   tickets on phones: redeeming and freeing them
refusals    when a no may be given, and when the log keeps it
admittance  who may vote, and where more voted than sit there
marks       which marks count
links       personal links of the staff
abilities   the table of contents: all commands, events and what is shown to whom
entries     one accepted command as bytes, sealed to the one before
log         where entries are kept
secret_copies  the installation's secret, kept twice so that damage shows
redis_log   keeps them on disk
redis_line  the one connection that carries questions and answers in order
redis_wire  its bytes: bundles of questions out, answers in
redis_cluster   such a connection to each node of a cluster
cluster_map  which node has which key
copies      waiting until replicas have what was appended
redis_facts  what such a server tells of itself
redis_file  has the storage write its file anew
mending     cuts a torn last entry off a log
writer      decide, append, catch up
views       what each audience may see, and how two views differ
outlet      where frames go out
own_views   what each person with a phone sees alone, and has been told
shared_views  what many see together, in frames at most ten times a second
audiences   who is connected, where they sit, and what that lets them see
rewriting   takes words out of a log
trust       how far the copy can be trusted, and comparing it with the log
waiting     commands and readers that wait for the next turn
rest        between two appends of a crowd the process rests
guests      who said hello and waits to be welcomed
live        the one task that owns a dialogue in this process
hall        all live dialogues of this process, following the log
erasure     erases and sees it through, over crashes
presence    who is here now, as leases
ended       sessions of staff that were ended before their time
devices     where staff are signed in
counts      how often and how long, as plain numbers
protocol_page   writes docs/protocol.md from all of these
protocol_words  what that page says that no class can tell
"""
