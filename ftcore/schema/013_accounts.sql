-- Sign-in: who came through the institution's provider, which roles they may take, and for how long.

-- What the provider calls an agency in the claim of the person.
ALTER TABLE agency ADD COLUMN code TEXT;

-- One row a person of staff. `roles` is what the provider said at the last sign-in, `withheld` what an administrator
-- took away here since; both are lists separated by spaces. `agency_id` is null for who belongs to none (evaluators).
CREATE TABLE account (
    account_id UUID PRIMARY KEY,
    subject TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    agency_id UUID,
    roles TEXT NOT NULL,
    withheld TEXT NOT NULL,
    created_utc TIMESTAMP NOT NULL,
    signed_in_utc TIMESTAMP NOT NULL
);

-- One row a sign-in; `session_key` is a hash of what makes its token unique, so that a row opens nothing.
CREATE TABLE sign_in_session (
    session_key TEXT PRIMARY KEY,
    account_id UUID NOT NULL,
    role TEXT NOT NULL,
    began_utc TIMESTAMP NOT NULL,
    seen_utc TIMESTAMP NOT NULL,
    ended_utc TIMESTAMP
);
