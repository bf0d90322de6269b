-- Whether postings of a thread are the reader's own is asked for every question page: answered from the index alone.
CREATE INDEX posting_own ON posting (question, member);
