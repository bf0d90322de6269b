-- The clerk joins pieces of the search index when nobody asks anything (board/pieces.h): two of like size are enough.
INSERT INTO posting_text (posting_text, rank) VALUES ('usermerge', 2);
