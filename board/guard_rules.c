#include "board/guard_rules.h"

/* Clinical texts are full of numbers, so each pattern wants either a shape that nothing clinical
 * has (dashes at the places of an SSN) or a word beside it ("MRN"). Phone numbers need separators
 * or a leading +1: ten bare digits are as likely an NPI or a count. */
const struct guard_rule guard_rules[] = {
    {"ssn", GUARD_BLOCK,
     "(?<![\\d-]) (?!000|666|9\\d\\d) \\d{3} [-\\x20] (?!00) \\d{2} [-\\x20] (?!0000) \\d{4} "
     "(?![\\d-])",
     "This looks like a social security number. Leave it out.", false},
    {"ssn", GUARD_BLOCK,
     "\\b (?: ssn | social \\s+ security (?: \\s+ (?: number | no\\.? | \\# ) )? ) \\s* [:\\#=]? "
     "\\s* (?:is\\s+)? \\d{9} \\b",
     "This looks like a social security number. Leave it out.", false},
    {"email", GUARD_BLOCK,
     "(?<![\\w.+-]) [\\w.+-]{1,64} @ (?: [a-z0-9-]{1,63} \\. ){1,8} [a-z]{2,24} \\b",
     "This is an e-mail address. Leave it out.", false},
    {"phone", GUARD_BLOCK,
     "(?<![\\d.,/+-]) (?: \\+? 1 [-.\\x20]? )? (?: \\( [2-9]\\d{2} \\) \\x20? | [2-9]\\d{2} "
     "[-.\\x20] ) [2-9]\\d{2} [-.\\x20] \\d{4} "
     "(?! [\\d-] | [.,]\\d | \\x20? (?: mg | mcg | ml | units? | iu | %) \\b )",
     "This looks like a telephone number. Leave it out.", false},
    {"phone", GUARD_BLOCK,
     "(?<![\\d+]) \\+ \\d{1,3} (?: [-.\\x20] \\(? \\d{2,4} \\)? ){2,4} (?! \\d )",
     "This looks like a telephone number. Leave it out.", false},
    {"mrn", GUARD_BLOCK,
     "\\b (?: mrn | medical \\s+ record (?: \\s+ (?: number | no\\.? | num\\.? | \\# ) )? | chart "
     "\\s+ (?: number | no\\.? | \\# ) | "
     "patient \\s+ (?: id | number | no\\.? ) | hospital \\s+ (?: number | no\\.? ) | accession "
     "(?: \\s+ (?: number | no\\.? ) )? | "
     "account \\s+ (?: number | no\\.? ) ) \\s* (?: is \\s+ )? [:\\#=]? \\s* \\#? (?= [a-z0-9-]* "
     "\\d{3} ) [a-z0-9][a-z0-9-]{3,19} \\b",
     "This looks like a record number of a patient. Leave it out.", false},
    {"birth", GUARD_BLOCK,
     "\\b (?: dob | d\\.o\\.b\\.? | date \\s+ of \\s+ birth | born \\s+ on ) \\s* [:=]? \\s* (?: "
     "\\d{1,4} [-/.] \\d{1,2} [-/.] \\d{1,4} | "
     "\\d{1,2} \\s+ [a-z]{3,9}\\.? ,? \\s+ \\d{4} | [a-z]{3,9}\\.? \\s+ \\d{1,2} ,? \\s+ \\d{4} )",
     "This is a date of birth. Write the age in years instead.", false},
    {"date", GUARD_WARN,
     "(?<![\\d-]) (?: 19 | 20 ) \\d{2} - (?: 0[1-9] | 1[0-2] ) - (?: 0[1-9] | [12]\\d | 3[01] ) "
     "(?! [\\d-] )",
     "A full date can point to a patient. Month and year are enough.", true},
    {"date", GUARD_WARN,
     "(?<![\\d/]) (?: 0?[1-9] | 1[0-2] ) / (?: 0?[1-9] | [12]\\d | 3[01] ) / (?: (?: 19 | 20 ) "
     "\\d{2} | \\d{2} ) (?! [\\d/] )",
     "A full date can point to a patient. Month and year are enough.", true},
    {"date", GUARD_WARN,
     "\\b (?: jan(?:uary)? | feb(?:ruary)? | mar(?:ch)? | apr(?:il)? | may | june? | july? | "
     "aug(?:ust)? | sept?(?:ember)? | oct(?:ober)? | "
     "nov(?:ember)? | dec(?:ember)? ) \\.? \\s+ (?: 0?[1-9] | [12]\\d | 3[01] ) (?: st | nd | rd | "
     "th )? ,? \\s+ (?: 19 | 20 ) \\d{2} \\b",
     "A full date can point to a patient. Month and year are enough.", true},
    {"date", GUARD_WARN,
     "(?<!\\d) (?: 0?[1-9] | [12]\\d | 3[01] ) (?: st | nd | rd | th )? \\s+ (?: of \\s+ )? (?: "
     "jan(?:uary)? | feb(?:ruary)? | mar(?:ch)? | "
     "apr(?:il)? | may | june? | july? | aug(?:ust)? | sept?(?:ember)? | oct(?:ober)? | "
     "nov(?:ember)? | dec(?:ember)? ) \\.? ,? \\s+ "
     "(?: 19 | 20 ) \\d{2} \\b",
     "A full date can point to a patient. Month and year are enough.", true},
    {"age", GUARD_WARN,
     "\\b (?: 9\\d | 1[01]\\d ) [-\\s]? (?: years? | yrs? | y/?o ) (?: [-\\s]? old )? \\b",
     "Ages of 90 and above can point to a patient. \"Over 89\" is enough.", false},
};
const size_t guard_rule_count = sizeof(guard_rules) / sizeof(*guard_rules);
