-- The pool as the ranking reads it.

-- Where the person would work, as a box in degrees: a little too wide, and everywhere where no place is known. The ranking skips by it whom it need not look at; it excludes nobody.
ALTER TABLE candidate ADD COLUMN south DOUBLE PRECISION DEFAULT -90.0;
ALTER TABLE candidate ADD COLUMN north DOUBLE PRECISION DEFAULT 90.0;
ALTER TABLE candidate ADD COLUMN west DOUBLE PRECISION DEFAULT -180.0;
ALTER TABLE candidate ADD COLUMN east DOUBLE PRECISION DEFAULT 180.0;

-- How many people of an agency look for each occupation ('' where none is known): counted when a pool is written,
-- in the same transaction, for a ranking to say whom it left out without reading them.
CREATE TABLE pool_size (
    agency_id UUID NOT NULL,
    occupation_code TEXT NOT NULL,
    people INTEGER NOT NULL,
    PRIMARY KEY (agency_id, occupation_code)
);
