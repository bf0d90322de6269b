-- The long lists of the search index once more, in a form that adds up quickly (board/packed.h). Made when nobody asks; no part of the fold,
-- and made again from the index whenever it is missing.
CREATE TABLE packed_piece (
  piece INTEGER PRIMARY KEY,         -- which piece of posting_text
  pages INTEGER NOT NULL,            -- its last page
  mark INTEGER NOT NULL,             -- of the bytes of its first and its last page: numbers of pieces are used again
  newest INTEGER NOT NULL,           -- the largest posting in its packed lists
  after BLOB NOT NULL,               -- packed up to the page that begins with this term
  done INTEGER NOT NULL              -- 0: being packed, 1: its lists are, 2: the sizes of its postings are as well
) STRICT;
CREATE TABLE packed_list (
  id INTEGER PRIMARY KEY,
  piece INTEGER NOT NULL,
  term BLOB NOT NULL,                -- as the index has it
  part INTEGER NOT NULL,             -- of the list, from 0
  rows INTEGER NOT NULL,             -- in this part
  list BLOB NOT NULL                 -- the rows: board/packed.h
) STRICT;
CREATE UNIQUE INDEX packed_list_term ON packed_list (piece, term, part, rows);
-- How long titles and bodies are, beside: a row is read in the time of two of posting_text_docsize, and stands for a thousand.
CREATE TABLE packed_size (
  block INTEGER PRIMARY KEY,         -- of 1,024 postings
  sizes BLOB NOT NULL                -- two codes for each (board/sizes.h)
) STRICT;
