-- The conversations in which somebody waits, or that hold something unread: a narrow copy of the few among the many,
-- changed in the transaction of the change (`worklist.changed`). The embedded engine would otherwise read the state of
-- every conversation there ever was to count the work of this moment. No primary key: a row is replaced within one
-- transaction.
CREATE TABLE work_waiting (
    agency_id UUID NOT NULL,
    conversation_id UUID NOT NULL,
    state TEXT NOT NULL,
    verdict TEXT,
    changed_utc TIMESTAMP NOT NULL,
    answered_utc TIMESTAMP,
    seen_utc TIMESTAMP,
    forgotten_utc TIMESTAMP
);
INSERT INTO work_waiting
SELECT agency_id, conversation_id, state, verdict, changed_utc, answered_utc, seen_utc, forgotten_utc
FROM conversation
WHERE forgotten_utc IS NULL
  AND (((verdict IS NULL OR verdict = 'to_see')
        AND state IN ('interested', 'needs_human', 'unclear', 'wrong_person', 'availability', 'prerequisite'))
       OR (state <> 'stopped' AND answered_utc IS NOT NULL AND (seen_utc IS NULL OR answered_utc > seen_utc)));

-- What sums over conversations count more than once for the same person: of a conversation, the flags that an earlier
-- one of theirs has as well, by the day of the nearest that has them. `kind` and `key`: within the agency, or one
-- occupation or template of it. Found again whenever `outcome` changes (`insight/twice.py`), for everybody at the
-- next count.
CREATE TABLE outcome_twice (
    agency_id UUID NOT NULL,
    conversation_id UUID NOT NULL,
    kind TEXT NOT NULL,
    key TEXT,
    day DATE NOT NULL,
    earlier DATE NOT NULL,
    flags INTEGER NOT NULL
);
INSERT INTO launch_turn SELECT 'outcome_twice', 0 WHERE EXISTS (SELECT 1 FROM outcome);
