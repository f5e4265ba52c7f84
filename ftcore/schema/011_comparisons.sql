-- Randomised comparisons: two ways of writing to people, said beforehand, drawn by lot, read once.
-- A definition is never changed. From `started_utc` on it holds; `fingerprint` is what it was then.
-- `full_utc` is when the planned number was reached, `result_utc` when the time to answer is over for the last of them.
CREATE TABLE comparison (
    agency_id UUID NOT NULL,
    comparison_id UUID NOT NULL,
    name TEXT NOT NULL,
    question TEXT NOT NULL,
    compared TEXT NOT NULL,
    unit TEXT NOT NULL,
    metric TEXT NOT NULL,
    label_a TEXT NOT NULL,
    label_b TEXT NOT NULL,
    body_a TEXT,
    body_b TEXT,
    first_hour_a INTEGER,
    last_hour_a INTEGER,
    first_hour_b INTEGER,
    last_hour_b INTEGER,
    baseline DOUBLE PRECISION NOT NULL,
    effect DOUBLE PRECISION NOT NULL,
    power DOUBLE PRECISION NOT NULL,
    alpha DOUBLE PRECISION NOT NULL,
    reached DOUBLE PRECISION NOT NULL,
    cluster_size DOUBLE PRECISION,
    intra_class DOUBLE PRECISION,
    planned_people INTEGER NOT NULL,
    planned_units INTEGER NOT NULL,
    seed TEXT NOT NULL,
    defined_by TEXT NOT NULL,
    defined_utc TIMESTAMP NOT NULL,
    started_by TEXT,
    started_utc TIMESTAMP,
    fingerprint TEXT,
    full_utc TIMESTAMP,
    result_utc TIMESTAMP,
    stopped_by TEXT,
    stopped_utc TIMESTAMP,
    stop_reason TEXT,
    PRIMARY KEY (agency_id, comparison_id)
);

-- Who got what, written with the conversation. `unit` is a hash of the seed and of what was drawn (a person, a
-- campaign, an offer): one unit, one arm. `place` is its place in the sequence of the draw.
CREATE TABLE comparison_assignment (
    agency_id UUID NOT NULL,
    conversation_id UUID NOT NULL,
    comparison_id UUID NOT NULL,
    unit TEXT NOT NULL,
    place INTEGER NOT NULL,
    arm TEXT NOT NULL,
    assigned_utc TIMESTAMP NOT NULL,
    PRIMARY KEY (agency_id, conversation_id, comparison_id)
);

-- What was counted when the result was drawn, once: a row for each arm, or for each group of people drawn together.
CREATE TABLE comparison_count (
    agency_id UUID NOT NULL,
    comparison_id UUID NOT NULL,
    place INTEGER NOT NULL,
    arm TEXT NOT NULL,
    units INTEGER NOT NULL,
    people INTEGER NOT NULL,
    delivered INTEGER NOT NULL,
    counted INTEGER NOT NULL,
    drawn_utc TIMESTAMP NOT NULL,
    PRIMARY KEY (agency_id, comparison_id, place)
);
