-- Evaluation: what is assumed and by whom, what agencies outside are compared with, how people found the exchange.

-- Assumptions of the gains, the same for every agency, one row a version; the latest of a name is the one in use.
CREATE TABLE baseline (
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    value DOUBLE PRECISION NOT NULL,
    low DOUBLE PRECISION NOT NULL,
    high DOUBLE PRECISION NOT NULL,
    source TEXT NOT NULL,
    changed_by TEXT NOT NULL,
    changed_utc TIMESTAMP NOT NULL,
    PRIMARY KEY (name, version)
);

-- Which agencies are the pilots, which the controls, since when and by which outcome; one row a version.
-- `pilots` and `controls` are lists of names as JSON: a control agency need not be one of this database.
CREATE TABLE pilot_plan (
    version INTEGER PRIMARY KEY,
    start_month DATE NOT NULL,
    measure TEXT NOT NULL,
    pilots TEXT NOT NULL,
    controls TEXT NOT NULL,
    changed_by TEXT NOT NULL,
    changed_utc TIMESTAMP NOT NULL
);
-- Outcomes of agencies by month, as they were imported.
CREATE TABLE pilot_outcome (
    agency TEXT NOT NULL,
    month DATE NOT NULL,
    numerator DOUBLE PRECISION NOT NULL,
    denominator DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (agency, month)
);

-- What came of reading the shipped labelled set again: the confusion as JSON, with the mark of the model's weights.
CREATE TABLE labelled_run (
    run_id UUID PRIMARY KEY,
    part TEXT NOT NULL,
    weights TEXT NOT NULL,
    messages INTEGER NOT NULL,
    confusion TEXT NOT NULL,
    acted_wrong INTEGER NOT NULL,
    left_to_person INTEGER NOT NULL,
    started_utc TIMESTAMP NOT NULL,
    ended_utc TIMESTAMP NOT NULL
);

-- How long from a proposal to the decision on it, and whether the decision was another one. Nobody's name in it.
CREATE TABLE decision_time (
    agency_id UUID NOT NULL,
    decision_id UUID NOT NULL,
    kind TEXT NOT NULL,
    proposed INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    seconds DOUBLE PRECISION NOT NULL,
    decided_utc TIMESTAMP NOT NULL,
    PRIMARY KEY (agency_id, decision_id)
);

-- Thumbs of counselors on what is no answer of the assistant's. Nobody's name in it.
CREATE TABLE thumb (
    agency_id UUID NOT NULL,
    thumb_id UUID NOT NULL,
    about TEXT NOT NULL,
    up BOOLEAN NOT NULL,
    given_utc TIMESTAMP NOT NULL,
    PRIMARY KEY (agency_id, thumb_id)
);

-- What job seekers answered, 1 to 5, to the one question after an exchange.
CREATE TABLE satisfaction (
    agency_id UUID NOT NULL,
    conversation_id UUID NOT NULL,
    asked_utc TIMESTAMP NOT NULL,
    score INTEGER,
    answered_utc TIMESTAMP,
    PRIMARY KEY (agency_id, conversation_id)
);
-- Whether the agency asks that question. NULL is no.
ALTER TABLE sending_rule ADD COLUMN satisfaction BOOLEAN;
