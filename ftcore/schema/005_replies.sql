-- What else a reading says, and how sure it is. NULL on what was read before: `reading` keeps its meaning.
ALTER TABLE reply ADD COLUMN has_question BOOLEAN;
ALTER TABLE reply ADD COLUMN available_from DATE;
ALTER TABLE reply ADD COLUMN confidence DOUBLE PRECISION;

-- What a counselor read otherwise than the machine, as labelled examples. Names and numbers are masked, so that
-- an example may outlive the message it came from.
CREATE TABLE reply_example (
    agency_id UUID NOT NULL,
    reply_id UUID NOT NULL,
    body TEXT NOT NULL,
    reading TEXT NOT NULL,
    answer TEXT NOT NULL,
    corrected_utc TIMESTAMP NOT NULL,
    PRIMARY KEY (agency_id, reply_id)
);
