#pragma once
/* `curbside insight alarms < weeks.tsv`: every detector over one series of weekly counts. Lines of
 * "MONDAY TAB count", a date like 2011-10-31, dense, oldest first; '#' begins a remark. Prints a
 * line a week: date, count, and the bound of each method (CUSUM: against the mean of the first
 * year), with a star where it rings; NA where the past is too short. Gives the exit code. */
int alarm_verb(void);
