-- The journal as chains: each entry holds the hash of the one before it. `trust/journal.py` says how.

-- What an entry says more: on whom (a candidate's id), why, what a person decided of a proposal, and which
-- automaton, model and prompt were at work. NULL is nothing to say. No text of anybody.
ALTER TABLE journal ADD COLUMN candidate_id UUID;
ALTER TABLE journal ADD COLUMN reason TEXT;
ALTER TABLE journal ADD COLUMN verdict TEXT;
ALTER TABLE journal ADD COLUMN automaton TEXT;
ALTER TABLE journal ADD COLUMN model TEXT;
ALTER TABLE journal ADD COLUMN prompt TEXT;
-- The entry's place in its chain. NULL on what was written before there were chains.
ALTER TABLE journal ADD COLUMN chain TEXT;
ALTER TABLE journal ADD COLUMN sequence BIGINT;
ALTER TABLE journal ADD COLUMN previous_hash TEXT;
ALTER TABLE journal ADD COLUMN hash TEXT;

-- The last entry of each chain, changed in the transaction that appends. The chain named '' is none: its `sequence`
-- counts the entries that are older than the chains, so that none of them comes or goes unseen.
CREATE TABLE journal_head (
    agency_id UUID NOT NULL,
    chain TEXT NOT NULL,
    sequence BIGINT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (agency_id, chain)
);
INSERT INTO journal_head SELECT agency_id, '', count(*), '' FROM journal GROUP BY agency_id;

-- What remains of entries that were kept for long enough: the last one's place and hash, from which the rest goes on.
CREATE TABLE journal_checkpoint (
    agency_id UUID NOT NULL,
    chain TEXT NOT NULL,
    sequence BIGINT NOT NULL,
    hash TEXT NOT NULL,
    forgotten_utc TIMESTAMP NOT NULL,
    PRIMARY KEY (agency_id, chain, sequence)
);

-- Reasons in a person's own words, beside the journal and not in it: they may be erased, the entry stays.
CREATE TABLE journal_reason (
    agency_id UUID NOT NULL,
    entry_id UUID NOT NULL,
    body TEXT NOT NULL,
    written_utc TIMESTAMP NOT NULL,
    PRIMARY KEY (agency_id, entry_id)
);

-- For "why was I (not) contacted": what the offer asked when it was launched, how many were shown, with which score,
-- and how many each condition left out, as JSON; the score of each who was shown, and its points by criterion.
ALTER TABLE campaign ADD COLUMN basis TEXT;
ALTER TABLE proposal ADD COLUMN score DOUBLE PRECISION;
ALTER TABLE proposal ADD COLUMN points TEXT;
