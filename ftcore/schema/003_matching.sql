-- Preselection: the official referentials, what people wish for, and what was shown to whom was chosen.

-- What kind of item of the ROME a skill is: know-how, behaviour, knowledge, context; NULL is know-how.
ALTER TABLE occupation_skill ADD COLUMN kind TEXT;

-- A commune has several postcodes, and communes share them.
CREATE TABLE commune_postcode (
    postcode TEXT NOT NULL,
    insee TEXT NOT NULL,
    PRIMARY KEY (postcode, insee)
);
INSERT INTO commune_postcode SELECT postcode, insee FROM commune;
ALTER TABLE commune ADD COLUMN population INTEGER;

-- Which referential serves, from where, since when.
CREATE TABLE reference_load (
    name TEXT PRIMARY KEY,
    source TEXT NOT NULL,
    version TEXT NOT NULL,
    loaded_utc TIMESTAMP NOT NULL
);

-- What a person wishes for: NULL is unknown. `working_time` is 'full', 'part' or 'any'.
ALTER TABLE candidate ADD COLUMN contracts TEXT[];
ALTER TABLE candidate ADD COLUMN working_time TEXT;
-- Not in the agency's last complete file any more: kept for the conversations, proposed to nobody.
ALTER TABLE candidate ADD COLUMN left_utc TIMESTAMP;

-- The weights and conditions with which the people of a campaign were found, as JSON.
ALTER TABLE campaign ADD COLUMN criteria TEXT;

-- Who was shown for a campaign, in which place, and who of them was chosen: the base of exposure and fairness.
CREATE TABLE proposal (
    agency_id UUID NOT NULL,
    campaign_id UUID NOT NULL,
    candidate_id UUID NOT NULL,
    place INTEGER NOT NULL,
    chosen BOOLEAN NOT NULL,
    removal TEXT,
    shown_utc TIMESTAMP NOT NULL,
    PRIMARY KEY (agency_id, campaign_id, candidate_id)
);

-- Weights and conditions that somebody keeps under a name.
CREATE TABLE weight_profile (
    agency_id UUID NOT NULL,
    name TEXT NOT NULL,
    criteria TEXT NOT NULL,
    saved_by TEXT NOT NULL,
    saved_utc TIMESTAMP NOT NULL,
    PRIMARY KEY (agency_id, name)
);

-- Each skill of the referential once: its name, the form in which names are compared, its number of occupations.
CREATE TABLE skill (
    name TEXT PRIMARY KEY,
    folded TEXT NOT NULL,
    holders INTEGER NOT NULL
);
