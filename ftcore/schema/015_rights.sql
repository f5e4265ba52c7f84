-- What is forgotten, after how long, and the objections that outlive it.

-- When a conversation was cut from its person: what is counted of it stays, nobody is in it.
ALTER TABLE conversation ADD COLUMN forgotten_utc TIMESTAMP;
-- Whether who was shown for a campaign has been cut from the person. NULL is no.
ALTER TABLE proposal ADD COLUMN forgotten BOOLEAN;
-- Whether the words were angry ones, kept when the words went. NULL: the words are still there.
ALTER TABLE reply ADD COLUMN furious BOOLEAN;

-- Objections of people of whom nothing else is known any more: a keyed hash of the number, as the few French mobile
-- numbers could all be tried against a plain one.
CREATE TABLE opt_out_kept (
    number_key TEXT PRIMARY KEY,
    since_utc TIMESTAMP NOT NULL,
    source TEXT NOT NULL
);
-- By which key they are hashed (its mark, not the key), and since when deleted bytes wait to be written over.
CREATE TABLE privacy_mark (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- How long each kind of data is kept, where it is not the program's default. The same for every agency.
CREATE TABLE retention_rule (
    kind TEXT PRIMARY KEY,
    amount INTEGER NOT NULL,
    changed_by TEXT NOT NULL,
    changed_utc TIMESTAMP NOT NULL
);
-- What each purge took away, as JSON by kind. The one of a night has the night's date as its id: one replica does it.
CREATE TABLE purge_run (
    run_id TEXT PRIMARY KEY,
    actor TEXT NOT NULL,
    begun_utc TIMESTAMP NOT NULL,
    ended_utc TIMESTAMP,
    counts TEXT NOT NULL
);
