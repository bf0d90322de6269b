#include "demo/roster.h"

#include "core/buf.h"

#include <stdio.h>

/* Others of the profession, so that a quiz has something to choose from. */
enum { OTHERS = 240 };

static const char *const places[] = {
    "Arrow Bend",   "Bellcreek",   "Cedar Knoll", "Dunmore",    "Eastlight",     "Fallowfield",
    "Gravel Point", "Harrowgate",  "Iron Spring", "Juniper",    "Kettle Falls",  "Lindenau",
    "Marrow Hill",  "North Fork",  "Oak Landing", "Pell Ridge", "Quarry Town",   "Rushmere",
    "Saltlick",     "Thornbury",   "Upper Ford",  "Vesper",     "Wendover",      "Yarrow",
    "Ashgrove",     "Brightwater", "Coldwell",    "Deepwater",  "Elmhurst Bend", "Foxhollow",
};
static const char *const firsts[] = {"Adam",  "Clara", "Edwin", "Fiona", "George",
                                     "Helen", "Ivan",  "Julia", "Karl",  "Laura"};
static const char *const names[] = {"Abbott",  "Brandt",   "Castell", "Drummond", "Ellwood",
                                    "Farrow",  "Grantham", "Hollis",  "Ingram",   "Jarrow",
                                    "Keswick", "Lomax",    "Merrow",  "Norwood",  "Ormond"};
enum {
    PLACES = sizeof(places) / sizeof(places[0]),
    FIRSTS = sizeof(firsts) / sizeof(firsts[0]),
    NAMES = sizeof(names) / sizeof(names[0]),
};

/* A number made of the licence's digits: the same facts for the same licence. */
static uint64_t licence_number(struct text licence)
{
    uint64_t number = 7;
    for (size_t i = 0; i < licence.size; i++)
        number = number * 31 + (unsigned char)licence.data[i];
    return number * UINT64_C(0x9e3779b97f4a7c15) >> 20;
}

struct roster_facts roster_facts_of(struct arena *arena, struct text licence)
{
    uint64_t number = licence_number(licence);
    const char *place = places[number / 131 % PLACES];
    return (struct roster_facts){
        .school = arena_format(arena, "%s College of Medicine", places[number % PLACES]),
        .year = 1979 + (int)(number / 37 % 38),
        .zip = arena_format(arena, "%05d", 63000 + (int)(number / 131 % PLACES) * 7),
        .place = text_of(place),
    };
}

static void board_line(FILE *file, struct arena *arena, const struct act *act)
{
    struct roster_facts facts = roster_facts_of(arena, act->licence);
    fprintf(file, "%.*s\t\t%.*s\tMED\t%.*s\t2010-07-01\t2031-01-31\tN\tActive\t%.*s\t%.*s\t%d\n",
            (int)act->first_name.size, act->first_name.data, (int)act->roster_last_name.size,
            act->roster_last_name.data, (int)act->licence.size, act->licence.data,
            (int)act->state.size, act->state.data, (int)facts.school.size, facts.school.data,
            facts.year);
}

static void nppes_line(FILE *file, struct arena *arena, const struct act *act)
{
    struct roster_facts facts = roster_facts_of(arena, act->licence);
    fprintf(file,
            "\"%.*s\",\"1\",\"%.*s\",\"%.*s\",\"207R00000X\",\"Y\",\"%.*s\",\"%.*s\",\"\","
            "\"%d Main Street\",\"%.*s\",\"%.*s\",\"%.*s\"\n",
            (int)act->npi.size, act->npi.data, (int)act->roster_last_name.size,
            act->roster_last_name.data, (int)act->first_name.size, act->first_name.data,
            (int)act->licence.size, act->licence.data, (int)act->state.size, act->state.data,
            facts.year % 100 + 1, (int)facts.place.size, facts.place.data, (int)act->state.size,
            act->state.data, (int)facts.zip.size, facts.zip.data);
}

/* Ten digits that begin with 29 and end with the right check digit (Luhn over 80840). */
static struct text npi_of(struct arena *arena, int number)
{
    struct text nine = arena_format(arena, "29%07d", number);
    int sum = 24;
    for (size_t i = 0; i < nine.size; i++) {
        int digit = (nine.data[i] - '0') * (i % 2 == 0 ? 2 : 1);
        sum += digit > 9 ? digit - 9 : digit;
    }
    return arena_format(arena, "%.*s%d", (int)nine.size, nine.data, (10 - sum % 10) % 10);
}

static void others_write(struct arena *arena, FILE *board, FILE *nppes)
{
    for (int i = 0; i < OTHERS; i++) {
        size_t mark = arena->used;
        struct act act = {
            .first_name = text_of(firsts[i % FIRSTS]),
            .roster_last_name = text_of(names[i / FIRSTS % NAMES]),
            .npi = npi_of(arena, i * 7919 % 10000000),
            .licence = arena_format(arena, "20%02d%06d", 2 + i % 20, 10000 + i * 211),
            .state = TEXT("MO"),
        };
        board_line(board, arena, &act);
        nppes_line(nppes, arena, &act);
        arena_reset(arena, mark);
    }
}

enum result roster_write(struct arena *arena, const struct community *community, const char *state)
{
    FILE *board = fopen(arena_format(arena, "%s/roster-missouri.tsv", state).data, "we");
    FILE *nppes = fopen(arena_format(arena, "%s/roster-nppes.csv", state).data, "we");
    enum result result = BUSY;
    if (board == NULL || nppes == NULL)
        goto done;
    fputs("prc_first_name\tprc_middle_name\tprc_last_name\tlic_profession\tlic_number\t"
          "lic_orig_issue_date\tlic_exp_date\tdiscipline\tlst_description\tba_state\t"
          "school_name\tgraduation_year\n",
          board);
    fputs(
        "\"NPI\",\"Entity Type Code\",\"Provider Last Name (Legal Name)\",\"Provider First Name\","
        "\"Healthcare Provider Taxonomy Code_1\","
        "\"Healthcare Provider Primary Taxonomy Switch_1\",\"Provider License Number_1\","
        "\"Provider License Number State Code_1\",\"NPI Deactivation Date\","
        "\"Provider First Line Business Practice Location Address\","
        "\"Provider Business Practice Location Address City Name\","
        "\"Provider Business Practice Location Address State Name\","
        "\"Provider Business Practice Location Address Postal Code\"\n",
        nppes);
    for (size_t i = 0; i < community->count; i++) {
        if (community->acts[i].kind != ACT_JOIN)
            continue;
        board_line(board, arena, &community->acts[i]);
        nppes_line(nppes, arena, &community->acts[i]);
    }
    others_write(arena, board, nppes);
    result = OK;
done:
    if (board != NULL && fclose(board) != 0)
        result = BUSY;
    if (nppes != NULL && fclose(nppes) != 0)
        result = BUSY;
    return result;
}
