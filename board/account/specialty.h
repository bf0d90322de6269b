#pragma once
/* Specialties: the operator's list in roster.db (specialty_load.c), what a member chose of it in
 * the journal (specialty.c). */

enum {
    SPECIALTIES_MOST = 400,   /* of the list */
    SPECIALTIES_OWN_MOST = 5, /* of one member */
    SPECIALTY_SIZE_MAX = 76,  /* bytes of one: the longest of the NUCC list has 73 */
    SPECIALTIES_SIZE_MAX = 400,
};
