-- What an agency has decided about its sending. NULL means the program's default.
CREATE TABLE sending_rule (
    agency_id UUID PRIMARY KEY,
    first_hour INTEGER,
    last_hour INTEGER,
    daily_messages INTEGER,
    daily_cost DOUBLE PRECISION,
    campaign_messages INTEGER,
    campaign_cost DOUBLE PRECISION,
    stopped_utc TIMESTAMP,
    stopped_by TEXT,
    stopped_reason TEXT
);

-- The wordings of an agency, one row a version; the latest of a kind is the one in use.
CREATE TABLE sms_template (
    agency_id UUID NOT NULL,
    kind TEXT NOT NULL,
    version INTEGER NOT NULL,
    body TEXT NOT NULL,
    written_by TEXT NOT NULL,
    written_utc TIMESTAMP NOT NULL,
    PRIMARY KEY (agency_id, kind, version)
);

-- Which wording a message was written from, as "opening 3"; version 0 is the program's own.
ALTER TABLE message ADD COLUMN template TEXT;
