-- How many times an SMS surely did not leave. NULL means never.
ALTER TABLE message ADD COLUMN attempts INTEGER;
-- When a person had another SMS sent in its place, knowing that it may have arrived.
ALTER TABLE message ADD COLUMN resent_utc TIMESTAMP;

-- The next free instant at which an SMS may leave: shared by all senders, so that a stated rate is kept across them.
CREATE TABLE sending_slot (
    name TEXT PRIMARY KEY,
    free_utc TIMESTAMP NOT NULL
);

-- The secrets of the addresses that the gateway posts to. Only a hash is kept.
CREATE TABLE callback_secret (
    agency_id UUID NOT NULL,
    secret_hash TEXT NOT NULL,
    created_utc TIMESTAMP NOT NULL,
    created_by TEXT NOT NULL,
    retired_utc TIMESTAMP,
    PRIMARY KEY (agency_id, secret_hash)
);

-- How far the incoming SMS of a gateway account have been fetched.
CREATE TABLE fetch_mark (
    account TEXT PRIMARY KEY,
    last_id TEXT NOT NULL,
    fetched_utc TIMESTAMP NOT NULL
);
