"""The sentences of the protocol page that no class can tell: connecting, hello, frames, reasons."""

BEFORE = """\
# The protocol

This page is generated from the code (`python -m server docs`); a test keeps it current.
Another program can take part in an evening with this page and an ordinary Socket.IO 4 client.

## Connecting

Socket.IO, websocket transport only, default namespace, path `/socket.io/`, with the dialogue's code
as query parameter `code` (so that a proxy can keep one dialogue on one process). Packets are
MessagePack, not JSON: each Engine.IO message is one binary WebSocket message that holds the map
`{type, nsp, data, id?}` with `type` 0 connect, 1 disconnect, 2 event, 3 ack, 4 connect error.
`data` is the auth map for connect, `[name, body]` for an event and `[answer]` for an ack. Binary
attachments (types 5 and 6) are refused. A packet from a client is at most 16 KiB; five malformed
packets end the connection.

A code has 8 symbols of `23456789ABCDEFGHJKLMNPQRSTUVWXYZ`; it is shown as `ABCD-EFGH` and sent
as `ABCDEFGH`.

| who | auth | |
|---|---|---|
| a phone | `{code, token}` | `token`: 32 hexadecimal digits, made once at random on the device |
| staff | `{code, link}` | `link`: the link's id; its cookie must come with the request |

A personal link looks like `https://host/enter#SECRET`. `POST /api/enter` with the JSON body
`{"secret": "SECRET"}` answers `{ok, role, code, link, table, page}` and sets a cookie; send that
cookie with the websocket request. No Origin header is needed outside browsers.

A refused connection gets a connect error whose `data` is `{error, reason}`: `unknown_code`,
`bad_token`, `dialogue_erased`, `not_signed_in`, `unknown_link`, `link_revoked`, `wrong_origin`,
`malformed`; or `unavailable` and `internal`, after which it is worth trying again. Browsers must
come from the server's own origin. A connection that sends no connect packet within 15 seconds ends.
Of more than three connections of one phone, or twenty of one staff link, the oldest is ended.

## hello

First of all, and again whenever its view does not fit, a client sends the event
`hello {epoch, version, protocol, seen}`: what its shared view holds, or null and null; in `seen`
the furthest `{epoch, version, stamp}` it has heard of in any way, such as the ack of a command of
an earlier visit (may be left out or null, and so may the stamp). With it a process that lags behind
catches up first, and lost history is noticed: by a version the log does not have, or by a `stamp`,
which tells one version from another one of its number. The ack is

```
{ok: true, epoch, version, now, reconnect_within, protocol, build, views: [frame, ...]}
```

`protocol` in a hello is the version of this page that a client speaks (1 if it says none), in the
ack the server's. A later server goes on understanding earlier clients; what it adds to answers and
views, they ignore. `build` names the web pages that the server hands out now: a page of another
build offers to be loaded anew, and does so by itself once everything is saved and nobody writes.

`now` is the server's clock in milliseconds since 1970, for timers. `reconnect_within` is a time in
milliseconds: after losing the connection, wait a random part of it before connecting again. It
grows with the hall, and is short for staff, who come back first. After three tries in vain each
further one doubles it, up to 10 seconds, for staff 1.5.
Joining, reloading and reconnecting are all this one step.

## Views and frames

A client holds one or two views, flat maps from key to value: `shared` (what its table, lobby,
board or role sees) and, for phones, `mine`. The only event to clients, `view`, carries a frame,
as do the `views` of a hello:

```
{of: "shared" | "mine", epoch, from, to, stamp, put: {key: value}, drop: [key]}
```

- When a `view` event has another `epoch` than the one held, say hello instead.
- `from` null: the frame is the whole view; replace everything held of that `of`.
- Otherwise apply it only if `epoch` and `from` equal what is held of that `of`: put, drop, and hold
  `to` from then on. If they do not, say hello again.
- An entry `erased:<id>` says that a card was erased for the law: a device that keeps its words, in
  an outbox for instance, drops them. On `dialogue_erased` it drops all it keeps of that dialogue.
- `from` and `to` may be equal (people coming and going do not change the version).
- `stamp` is that of version `to`: a number below 2^32, to be kept for the next hello.
- When a hello answers with another epoch than the one held, history may have lost its end. Take
  the whole views and send again, with their old ids, all commands that were acknowledged. For ten
  seconds after such a loss the server refuses nothing; it answers `unavailable` instead, because
  what a command builds on may just be on its way back from somebody else.

## command

`command {id, name, again, ...fields}`, with an ack. `id` is `<tab>.<counter>`: `tab` 6 to 16
letters and digits made at random per page, `counter` counts up from 1. Send in order, at most 8
unacknowledged. `again` is true when the same command was sent before (else false, or left out): if
it is refused now, the log keeps that, so that an earlier copy that was held up in the network is
refused too. Of several copies only the answer to the last one counts.

The ack comes when the command is on disk: `{ok: true, version, stamp}`. Otherwise it is
`{ok: false, error, reason}`. `refused`, `malformed`, `conflict` and `forgotten` are final: drop the
command and say why. `busy`, `unavailable` and `internal`, or no answer at all, are not: send the
same command with the same id again after a while. A repeated command has one effect and the first
answer.

An authored text (`map language → text`) has the dialogue's first language always, others perhaps.
Languages: `de`, `en`, `ar`. The text of a card: at most 500 code points in NFC, line feeds allowed;
control characters, direction overrides and isolates (U+202A to U+202E, U+2066 to U+2069), lone
surrogates and more than 4 combining marks on one letter are refused.

One phone may send 40 commands at once and 10 a second for long, beside them 200 with `again` and
one a second; beyond that the answer is `busy` with the reason `too_fast`. After 60 cards of one
person in a minute the next one gets `busy` with `cards_too_fast` until the minute is over.
"""

AFTER = """\
Beside these, a refused packet has `malformed` with a sentence for programmers as its reason.
"""

REASONS = {
    "already_created": "The dialogue exists already.",
    "already_erased": "The card was erased already.",
    "already_hidden": "The card is hidden already.",
    "dialogue_full": "The dialogue holds as many people or cards as it can.",
    "empty_text": "There is nothing to read in the text.",
    "forbidden_characters": "The text has characters that could disturb the texts around it.",
    "has_ticket": "This phone holds another ticket already.",
    "kind_not_allowed": "This kind of card is not asked for in this round.",
    "language_not_offered": "The dialogue is not offered in this language.",
    "link_revoked": "The personal link was revoked.",
    "main_language_stays": "The first language cannot change any more.",
    "more_per_option_than_dots": "More dots on one option than there are in all.",
    "needs_reason": "Hiding or erasing a card needs a reason.",
    "needs_ticket": "Only who has redeemed a ticket may vote here.",
    "no_dots_left": "All dots are spent.",
    "no_kind": "A round needs at least one kind of card.",
    "no_language": "At least one language, each once.",
    "no_open_round": "No round is open.",
    "no_options": "There is nothing to vote on.",
    "no_overshoot": "Nowhere have more people voted than were counted.",
    "no_table": "A table must be taken first.",
    "no_tickets": "Not a single ticket was named.",
    "no_tickets_issued": "The ballot needs tickets, and none were printed yet.",
    "no_unused_tickets": "Every ticket of the batch was redeemed or voided.",
    "not_allowed": "This role may not do that.",
    "not_hidden": "The card is not hidden.",
    "not_joined": "Join first.",
    "not_your_card": "Only the author may change the card.",
    "option_gone": "The card was hidden; nothing can be put on it.",
    "organiser_only": "Only the organiser may do that.",
    "other_table": "That belongs to another table.",
    "round_already_open": "The round is open already.",
    "round_closed": "The card's round is closed.",
    "round_not_open": "The round is not open.",
    "round_not_planned": "The round was opened already.",
    "table_in_use": "People sit at the table, or cards were posted there.",
    "ticket_known": "A ticket with this secret was issued already.",
    "ticket_not_redeemed": "The ticket is on no phone.",
    "ticket_used": "The ticket is on another phone.",
    "ticket_void": "The ticket was voided.",
    "too_long": "The text is too long.",
    "too_many_ballots": "No more ballots fit.",
    "too_many_cards": "This phone has posted as many cards as it may.",
    "too_many_links": "No more links fit.",
    "too_many_on_option": "More dots than one option may have.",
    "too_many_options": "More options than a ballot can have.",
    "too_many_rounds": "No more rounds fit.",
    "too_many_tables": "No more tables fit.",
    "too_many_tickets": "No more tickets fit, or more than 500 at once.",
    "too_many_topics": "No more topics fit.",
    "topic_in_use": "A table talks about the topic.",
    "unknown_ballot": "There is no such ballot.",
    "unknown_batch": "There is no such batch of tickets.",
    "unknown_card": "There is no such card; it may have been withdrawn.",
    "unknown_link": "There is no such link.",
    "unknown_option": "There is no such option on the ballot.",
    "unknown_round": "There is no such round.",
    "unknown_table": "There is no such table.",
    "unknown_ticket": "No ticket has this secret.",
    "unknown_topic": "There is no such topic.",
    "voting_already_opened": "The ballot was opened already.",
    "voting_closed": "The vote is closed.",
    "voting_not_closed": "The vote is not closed.",
    "voting_not_open": "The vote is not open yet.",
    "wrong_method": "The ballot is of the other method.",
}
"""What each reason means, for programmers; screens have their own words in each language."""
