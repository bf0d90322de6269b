-- Since when a proposed rule runs in the shadow of the one in force; 0: it does not.
ALTER TABLE rule ADD COLUMN shadow_ms INTEGER NOT NULL DEFAULT 0;
