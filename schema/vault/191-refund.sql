-- What goes back to a campaign's sponsor at its end (ledger/refund.h): meant first (refund_leaf NULL), then in the ledger.
ALTER TABLE campaign ADD COLUMN refund_cents INTEGER;     -- NULL: not yet
ALTER TABLE campaign ADD COLUMN refund_house_cents INTEGER NOT NULL DEFAULT 0; -- of it, laid out by the house
ALTER TABLE campaign ADD COLUMN refund_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE campaign ADD COLUMN refund_leaf INTEGER;
ALTER TABLE campaign ADD COLUMN most_cents INTEGER NOT NULL DEFAULT 0; -- the largest amount an earmark of it names
-- Of campaigns from before it is not known; their deposit is no less.
UPDATE campaign SET most_cents = deposit_cents WHERE earmarks > 0;
