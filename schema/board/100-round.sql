-- Rounds: a thread opened for live discussion for a set time. The latest one stands with the thread, so that no page asks a table more.

ALTER TABLE thread ADD COLUMN live_from_ms INTEGER NOT NULL DEFAULT 0;  -- 0: never
ALTER TABLE thread ADD COLUMN live_until_ms INTEGER NOT NULL DEFAULT 0; -- open while it lies ahead
CREATE INDEX thread_live ON thread (live_until_ms) WHERE live_until_ms > 0;
