-- vault.db: what only the paymaster may know. The first three tables are folded from the journal; the rest exists nowhere else: it is
-- not rebuildable, is written with synchronous=FULL, and belongs into the encrypted backup.

-- --- folded from the journal ---
CREATE TABLE member (
  id INTEGER PRIMARY KEY,
  role INTEGER NOT NULL,             -- 1 physician, 2 sponsor, 3 admin
  level INTEGER NOT NULL,
  since_ms INTEGER NOT NULL,         -- when level 3 was reached (staff: when added); 0 before
  until_ms INTEGER NOT NULL          -- when it was lost again; 0: not
) STRICT;
CREATE TABLE session (
  digest BLOB PRIMARY KEY,           -- sponsors' and admins' only
  member INTEGER NOT NULL, role INTEGER NOT NULL, seen_ms INTEGER NOT NULL, expires_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- Reward rules: proposals wait (state 1) until another admin approves them (2).
CREATE TABLE rule (
  id INTEGER PRIMARY KEY,            -- seq of rule_proposed; below 0: the rules the house started with
  name TEXT NOT NULL,                -- reward/vote
  script TEXT NOT NULL,
  sha256 BLOB NOT NULL,
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 3), -- 3 withdrawn
  proposed_by INTEGER NOT NULL, approved_by INTEGER NOT NULL,
  active_seq INTEGER NOT NULL,       -- of rule_approved; 0 not yet, or from the start
  active_ms INTEGER NOT NULL,
  leaf_seq INTEGER                   -- of its ruleset leaf, once written
) STRICT;
CREATE INDEX rule_active ON rule (name, state, active_seq);

-- --- the vault's own ---
CREATE TABLE campaign (
  id BLOB PRIMARY KEY CHECK (length(id) = 16),
  number INTEGER NOT NULL UNIQUE,    -- order of opening
  sponsor INTEGER NOT NULL,
  name TEXT NOT NULL, product TEXT NOT NULL,
  starts_ms INTEGER NOT NULL, ends_ms INTEGER NOT NULL,
  pledged_cents INTEGER NOT NULL,    -- what the sponsor said would come
  deposit_cents INTEGER NOT NULL DEFAULT 0, -- what came: Bank -> Escrow
  reserved_cents INTEGER NOT NULL DEFAULT 0, -- caps of earmarks that are open, or closed and not yet reconciled
  closed_cents INTEGER NOT NULL DEFAULT 0,  -- of these, caps of closed ones
  settled_cents INTEGER NOT NULL DEFAULT 0, -- paid, and fully shown in tranches
  shown_cents INTEGER NOT NULL DEFAULT 0,   -- paid, as far as tranches of 11 payees show it
  shown_payees INTEGER NOT NULL DEFAULT 0,
  earmarks INTEGER NOT NULL DEFAULT 0       -- placed by the sponsor
) STRICT;
CREATE TABLE fund (
  id BLOB PRIMARY KEY, campaign BLOB NOT NULL, cents INTEGER NOT NULL, leaf_seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- The key the paymaster keeps for each sponsor to sign earmarks with (its secret half is derived, not stored).
CREATE TABLE sponsor_key (member INTEGER PRIMARY KEY, public_key BLOB NOT NULL, leaf_seq INTEGER NOT NULL) STRICT;

CREATE TABLE earmark (
  id INTEGER PRIMARY KEY,
  request BLOB NOT NULL UNIQUE,      -- idempotency: who and which request, keyed
  content BLOB NOT NULL,             -- keyed digest of what was asked, so that a reused request with other content is refused
  commitment BLOB NOT NULL CHECK (length(commitment) = 32),
  sealed BLOB NOT NULL CHECK (length(sealed) = 592),
  until_s INTEGER NOT NULL,          -- the sponsor's own end; what is sealed ends with its period at the latest
  leaf_seq INTEGER,                  -- of its commitment; NULL: queued
  journal_seq INTEGER NOT NULL DEFAULT 0, -- journal's head when it was committed: only later acts can earn
  period TEXT                        -- in which it was closed; NULL: open
) STRICT;
CREATE INDEX earmark_queue ON earmark (id) WHERE leaf_seq IS NULL;
CREATE INDEX earmark_open ON earmark (id) WHERE period IS NULL;
CREATE UNIQUE INDEX earmark_leaf ON earmark (leaf_seq) WHERE leaf_seq IS NOT NULL;

CREATE TABLE period (
  name TEXT PRIMARY KEY,             -- 2026-03
  start_ms INTEGER NOT NULL, end_ms INTEGER NOT NULL,
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 3), -- 1 being evaluated, 2 being paid, 3 closed
  journal_seq INTEGER NOT NULL,      -- the journal's head it is evaluated up to
  journal_digest BLOB NOT NULL,      -- and its digest, which the close leaf's instruction list anchors
  first_leaf INTEGER NOT NULL,       -- leaves first_leaf .. last_leaf - 1 are the close's batch; 0 until planned
  last_leaf INTEGER NOT NULL,
  payees INTEGER NOT NULL, cents INTEGER NOT NULL,
  closed_ms INTEGER NOT NULL,
  checkpoint_size INTEGER NOT NULL   -- of the checkpoint its receipts stand on
) STRICT;
-- What each earmark paid each member in a period, and the one net transfer a campaign and member that carries it.
CREATE TABLE item (
  period TEXT NOT NULL, earmark INTEGER NOT NULL, member INTEGER NOT NULL,
  campaign BLOB NOT NULL, cents INTEGER NOT NULL CHECK (cents > 0),
  PRIMARY KEY (period, earmark, member)
) STRICT, WITHOUT ROWID;
CREATE TABLE payout (
  id BLOB PRIMARY KEY,               -- the transfer's
  period TEXT NOT NULL, campaign BLOB NOT NULL, member INTEGER NOT NULL,
  cents INTEGER NOT NULL CHECK (cents > 0),
  opens INTEGER NOT NULL,            -- 1: the member's account is made in this batch
  leaf_seq INTEGER,
  shown INTEGER NOT NULL DEFAULT 0   -- 1: part of a tranche
) STRICT, WITHOUT ROWID;
CREATE INDEX payout_period ON payout (period, id);
CREATE INDEX payout_campaign ON payout (campaign, shown);
CREATE TABLE tranche (
  campaign BLOB NOT NULL, period TEXT NOT NULL, payees INTEGER NOT NULL, cents INTEGER NOT NULL,
  PRIMARY KEY (campaign, period)
) STRICT, WITHOUT ROWID;

-- Every checkpoint ever published: a receipt may need the first that holds a leaf.
CREATE TABLE checkpoint (size INTEGER PRIMARY KEY, note TEXT NOT NULL, at_ms INTEGER NOT NULL) STRICT;
-- Transfers that were refused stay refused, whatever the balances are later.
CREATE TABLE failed (id BLOB PRIMARY KEY, answer INTEGER NOT NULL) STRICT, WITHOUT ROWID;
