-- The house: reference tables, then operational tables whose primary key leads with agency_id.
-- Plain tables in the subset of SQL that DuckDB and PostgreSQL share. Instants are naive UTC.

CREATE TABLE agency (
    agency_id UUID PRIMARY KEY,
    name TEXT NOT NULL,
    department TEXT NOT NULL,
    demo BOOLEAN NOT NULL
);

-- Reference data: the same for every agency.
CREATE TABLE occupation (
    code TEXT PRIMARY KEY,
    label TEXT NOT NULL
);
CREATE TABLE occupation_title (
    code TEXT NOT NULL,
    title TEXT NOT NULL,
    PRIMARY KEY (code, title)
);
CREATE TABLE occupation_skill (
    code TEXT NOT NULL,
    skill TEXT NOT NULL,
    core BOOLEAN NOT NULL,
    PRIMARY KEY (code, skill)
);
CREATE TABLE occupation_near (
    code TEXT NOT NULL,
    neighbour TEXT NOT NULL,
    degree DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (code, neighbour)
);
CREATE TABLE department (
    code TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    region TEXT NOT NULL,
    lat DOUBLE PRECISION NOT NULL,
    lon DOUBLE PRECISION NOT NULL,
    zone TEXT NOT NULL
);
CREATE TABLE commune (
    insee TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    postcode TEXT NOT NULL,
    department TEXT NOT NULL,
    lat DOUBLE PRECISION,
    lon DOUBLE PRECISION
);

-- Operational data.
CREATE TABLE offer (
    agency_id UUID NOT NULL,
    offer_id UUID NOT NULL,
    source TEXT NOT NULL,
    external_id TEXT,
    title TEXT NOT NULL,
    description TEXT NOT NULL,
    occupation_code TEXT,
    occupation_label TEXT,
    employer TEXT,
    place_name TEXT,
    place_insee TEXT,
    place_department TEXT,
    place_lat DOUBLE PRECISION,
    place_lon DOUBLE PRECISION,
    skills_required TEXT[] NOT NULL,
    skills_desired TEXT[] NOT NULL,
    contract TEXT,
    weekly_hours DOUBLE PRECISION,
    pay_low DOUBLE PRECISION,
    pay_high DOUBLE PRECISION,
    pay_unit TEXT,
    pay_text TEXT,
    experience_years DOUBLE PRECISION,
    licences TEXT[] NOT NULL,
    languages TEXT[] NOT NULL,
    start_date DATE,
    openings INTEGER NOT NULL,
    created_utc TIMESTAMP NOT NULL,
    created_by TEXT NOT NULL,
    PRIMARY KEY (agency_id, offer_id)
);

CREATE TABLE candidate (
    agency_id UUID NOT NULL,
    candidate_id UUID NOT NULL,
    external_id TEXT NOT NULL,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    phone TEXT NOT NULL,
    occupation_code TEXT,
    skills TEXT[] NOT NULL,
    experience_years DOUBLE PRECISION,
    commune TEXT,
    department TEXT,
    lat DOUBLE PRECISION,
    lon DOUBLE PRECISION,
    mobility_km DOUBLE PRECISION,
    available_from DATE,
    licences TEXT[],
    demo BOOLEAN NOT NULL,
    PRIMARY KEY (agency_id, candidate_id)
);

CREATE TABLE campaign (
    agency_id UUID NOT NULL,
    campaign_id UUID NOT NULL,
    offer_id UUID NOT NULL,
    state TEXT NOT NULL,
    pause_reason TEXT,
    launched_utc TIMESTAMP NOT NULL,
    launched_by TEXT NOT NULL,
    considered INTEGER NOT NULL,
    demo BOOLEAN NOT NULL,
    PRIMARY KEY (agency_id, campaign_id)
);

-- One person once per offer: the unique key is what keeps two launches from approaching them twice.
CREATE TABLE conversation (
    agency_id UUID NOT NULL,
    conversation_id UUID NOT NULL,
    campaign_id UUID NOT NULL,
    offer_id UUID NOT NULL,
    candidate_id UUID NOT NULL,
    phone TEXT NOT NULL,
    state TEXT NOT NULL,
    opened_utc TIMESTAMP NOT NULL,
    changed_utc TIMESTAMP NOT NULL,
    verdict TEXT,
    verdict_reason TEXT,
    verdict_by TEXT,
    verdict_utc TIMESTAMP,
    PRIMARY KEY (agency_id, conversation_id),
    UNIQUE (agency_id, offer_id, candidate_id)
);

CREATE TABLE message (
    agency_id UUID NOT NULL,
    message_id UUID NOT NULL,
    conversation_id UUID NOT NULL,
    campaign_id UUID NOT NULL,
    phone TEXT NOT NULL,
    department TEXT,
    body TEXT NOT NULL,
    parts INTEGER NOT NULL,
    automatic BOOLEAN NOT NULL,
    opening BOOLEAN NOT NULL,
    author TEXT,
    state TEXT NOT NULL,
    queued_utc TIMESTAMP NOT NULL,
    not_before_utc TIMESTAMP NOT NULL,
    claimed_utc TIMESTAMP,
    claimed_by TEXT,
    settled_utc TIMESTAMP,
    gateway_id TEXT,
    cost TEXT,
    failure TEXT,
    contradicted BOOLEAN NOT NULL,
    PRIMARY KEY (agency_id, message_id)
);

-- Append-only: everything that was ever learned about a message, repeated reports included.
CREATE TABLE message_event (
    agency_id UUID NOT NULL,
    message_id UUID NOT NULL,
    event_id UUID NOT NULL,
    state TEXT NOT NULL,
    happened_utc TIMESTAMP NOT NULL,
    source TEXT NOT NULL,
    detail TEXT,
    PRIMARY KEY (agency_id, message_id, event_id)
);

CREATE TABLE reply (
    agency_id UUID NOT NULL,
    reply_id UUID NOT NULL,
    conversation_id UUID NOT NULL,
    callback_id TEXT,
    received_utc TIMESTAMP NOT NULL,
    body TEXT NOT NULL,
    reading TEXT NOT NULL,
    rule TEXT NOT NULL,
    corrected TEXT,
    corrected_by TEXT,
    corrected_utc TIMESTAMP,
    PRIMARY KEY (agency_id, reply_id)
);

-- Across agencies: a STOP counts everywhere, and a callback does not know whom it is for.
CREATE TABLE opt_out (
    phone TEXT PRIMARY KEY,
    since_utc TIMESTAMP NOT NULL,
    source TEXT NOT NULL,
    reason TEXT NOT NULL
);
CREATE TABLE callback (
    callback_id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    form TEXT NOT NULL,
    received_utc TIMESTAMP NOT NULL,
    handled_utc TIMESTAMP,
    outcome TEXT
);
-- Launches take turns here, so that the rules that count messages see what the others wrote.
CREATE TABLE launch_turn (
    name TEXT PRIMARY KEY,
    turns BIGINT NOT NULL
);
INSERT INTO launch_turn VALUES ('launch', 0);

CREATE TABLE journal (
    agency_id UUID NOT NULL,
    entry_id UUID NOT NULL,
    happened_utc TIMESTAMP NOT NULL,
    actor TEXT NOT NULL,
    act TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (agency_id, entry_id)
);

-- The built-in sandbox's own ledger: what its phones received and wrote.
CREATE TABLE sandbox_sms (
    sms_id TEXT PRIMARY KEY,
    phone TEXT NOT NULL,
    outgoing BOOLEAN NOT NULL,
    body TEXT NOT NULL,
    happened_utc TIMESTAMP NOT NULL
);
