-- Pictures, made anew from what was uploaded (board/image.h): nothing of the file that came is kept, its place, camera and owner least of all.
CREATE TABLE image (
  id TEXT PRIMARY KEY,               -- size in pixels and a keyed digest of `large`: 1200x800-abcd...
  owner BLOB NOT NULL,               -- as of a draft
  at_ms INTEGER NOT NULL,            -- uploaded, or last seen in a draft
  used INTEGER NOT NULL DEFAULT 0,   -- 1: a posting shows it; until then it goes when its draft would
  small BLOB NOT NULL,               -- JPEG as postings show it
  large BLOB NOT NULL                -- JPEG as it opens
) STRICT;
CREATE INDEX image_unused ON image (at_ms) WHERE used = 0;
