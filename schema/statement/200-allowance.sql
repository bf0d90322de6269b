-- What the rule of pay for votes that is in force says of a day: how many of a member's votes can earn; 0: it sets no limit. The same for all.
CREATE TABLE allowance (one INTEGER PRIMARY KEY CHECK (one = 1), rule INTEGER NOT NULL, day_most INTEGER NOT NULL) STRICT;
