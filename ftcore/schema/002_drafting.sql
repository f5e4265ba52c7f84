-- Drafting: what an offer says in more detail, and the assistant's conversations.

-- Columns without a default: DuckDB and PostgreSQL write an empty list differently, and NULL reads as empty.
ALTER TABLE offer ADD COLUMN tasks TEXT[];
ALTER TABLE offer ADD COLUMN diplomas TEXT[];
ALTER TABLE offer ADD COLUMN prerequisites TEXT;
ALTER TABLE offer ADD COLUMN traces TEXT;
ALTER TABLE offer ADD COLUMN contract_end DATE;
ALTER TABLE offer ADD COLUMN schedule TEXT;

CREATE TABLE chat (
    agency_id UUID NOT NULL,
    chat_id UUID NOT NULL,
    person_id TEXT NOT NULL,
    title TEXT NOT NULL,
    task TEXT NOT NULL,
    created_utc TIMESTAMP NOT NULL,
    changed_utc TIMESTAMP NOT NULL,
    PRIMARY KEY (agency_id, chat_id)
);

-- A turn that was edited or regenerated is superseded, not removed: usefulness is measured on what was shown.
CREATE TABLE chat_turn (
    agency_id UUID NOT NULL,
    chat_id UUID NOT NULL,
    turn_id UUID NOT NULL,
    position INTEGER NOT NULL,
    role TEXT NOT NULL,
    label TEXT,
    body TEXT NOT NULL,
    outcome TEXT NOT NULL,
    prompt TEXT,
    model TEXT,
    superseded BOOLEAN NOT NULL,
    created_utc TIMESTAMP NOT NULL,
    rating TEXT,
    rating_reason TEXT,
    PRIMARY KEY (agency_id, chat_id, turn_id)
);

-- How far an accepted text was from the proposal: no person in it, it is never a ranking of counselors.
CREATE TABLE chat_acceptance (
    agency_id UUID NOT NULL,
    acceptance_id UUID NOT NULL,
    chat_id UUID NOT NULL,
    turn_id UUID NOT NULL,
    task TEXT NOT NULL,
    prompt TEXT,
    model TEXT,
    body TEXT NOT NULL,
    distance INTEGER NOT NULL,
    length INTEGER NOT NULL,
    accepted_utc TIMESTAMP NOT NULL,
    PRIMARY KEY (agency_id, acceptance_id)
);

-- Prompts that a team lead published for the agency, beside those of the program.
CREATE TABLE prompt (
    agency_id UUID NOT NULL,
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    content TEXT NOT NULL,
    published_by TEXT NOT NULL,
    published_utc TIMESTAMP NOT NULL,
    withdrawn BOOLEAN NOT NULL,
    PRIMARY KEY (agency_id, name, version)
);

-- What each request to a model took. No text of anybody in it.
CREATE TABLE model_use (
    agency_id UUID NOT NULL,
    use_id UUID NOT NULL,
    task TEXT NOT NULL,
    prompt TEXT NOT NULL,
    model TEXT NOT NULL,
    outcome TEXT NOT NULL,
    tokens_in INTEGER NOT NULL,
    tokens_out INTEGER NOT NULL,
    first_ms INTEGER,
    latency_ms INTEGER NOT NULL,
    energy_wh DOUBLE PRECISION NOT NULL,
    happened_utc TIMESTAMP NOT NULL,
    PRIMARY KEY (agency_id, use_id)
);

-- One row an agency and day: two requests at once must not both slip under the cap.
CREATE TABLE model_day (
    agency_id UUID NOT NULL,
    day DATE NOT NULL,
    tokens BIGINT NOT NULL,
    PRIMARY KEY (agency_id, day)
);
