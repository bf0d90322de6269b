-- Who said thanks for what: nobody but the clerk needs to know.
CREATE TABLE thank (posting INTEGER NOT NULL, member INTEGER NOT NULL, PRIMARY KEY (posting, member)) STRICT, WITHOUT ROWID;
