#pragma once
/* `curbside insight disproportionality < reports.tsv`: the table of pairs.h as lines of text, one a
 * pair, 12 digits a figure; NA where there is none. What was fitted goes to standard error. Gives
 * the exit code. */
int pairs_verb(void);
