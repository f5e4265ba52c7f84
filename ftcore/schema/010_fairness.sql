-- What fairness is measured by: kept apart from what the ranking reads, and as coarse as the measure allows.

-- Declared in the agency's file, never guessed; NULL is unknown. The year of birth, not the day; of the day since
-- which somebody is out of work, the month (its first day).
CREATE TABLE candidate_trait (
    agency_id UUID NOT NULL,
    candidate_id UUID NOT NULL,
    sex TEXT,
    birth_year INTEGER,
    priority_district BOOLEAN,
    unemployed_since DATE,
    PRIMARY KEY (agency_id, candidate_id)
);

-- What a launch chose from, counted by group at that moment: of nobody in particular, so that it outlives whom it counts.
-- seeking: people of the pool who look for the offer's own occupation; seeking_listed: those of them on the list;
-- considered: everybody on the list that was chosen from; selected: by the counselor; contacted: an SMS was queued.
CREATE TABLE campaign_trait_count (
    agency_id UUID NOT NULL,
    campaign_id UUID NOT NULL,
    trait TEXT NOT NULL,
    group_name TEXT NOT NULL,
    seeking INTEGER NOT NULL,
    seeking_listed INTEGER NOT NULL,
    considered INTEGER NOT NULL,
    selected INTEGER NOT NULL,
    contacted INTEGER NOT NULL,
    PRIMARY KEY (agency_id, campaign_id, trait, group_name)
);

-- The groups of whom a conversation is with, as they were when it was opened: what comes later is counted by them, also
-- when the person has been erased. NULL is unknown; a conversation of which nothing is known has no row.
CREATE TABLE conversation_trait (
    agency_id UUID NOT NULL,
    conversation_id UUID NOT NULL,
    sex TEXT,
    age_band TEXT,
    priority_district TEXT,
    unemployment TEXT,
    PRIMARY KEY (agency_id, conversation_id)
);

-- Whether a counselor put the person forward: it outlives the conversation, as all that is counted of it.
ALTER TABLE outcome ADD COLUMN retained BOOLEAN;
INSERT INTO outcome_due SELECT agency_id, conversation_id FROM conversation
WHERE EXISTS (SELECT 1 FROM outcome);
