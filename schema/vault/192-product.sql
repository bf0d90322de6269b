-- The covered products a campaign is for, as transparency reports name them (ledger/product.h): up to five lines. NULL: a campaign from before it was asked.
ALTER TABLE campaign ADD COLUMN products TEXT;
