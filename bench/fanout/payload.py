"""The view every server publishes: one new card, about 120 bytes on the wire."""

import json

VIEW = {
    "of": "shared",
    "epoch": 1,
    "from": 41,
    "to": 42,
    "put": {"seats:3": {"number": 3, "joined": 17}, "people": {"joined": 212, "without_table": 4}},
    "drop": [],
}
AS_JSON = json.dumps(VIEW)
