#include "demo/roster.h"

#include "core/buf.h"

#include <stdio.h>

static void board_line(FILE *file, const struct act *act)
{
    fprintf(file, "%.*s\t\t%.*s\tMED\t%.*s\t2010-07-01\t2031-01-31\tN\tActive\t%.*s\n",
            (int)act->first_name.size, act->first_name.data, (int)act->roster_last_name.size,
            act->roster_last_name.data, (int)act->licence.size, act->licence.data,
            (int)act->state.size, act->state.data);
}

static void nppes_line(FILE *file, const struct act *act)
{
    fprintf(file, "\"%.*s\",\"1\",\"%.*s\",\"%.*s\",\"207R00000X\",\"Y\",\"%.*s\",\"%.*s\",\"\"\n",
            (int)act->npi.size, act->npi.data, (int)act->roster_last_name.size,
            act->roster_last_name.data, (int)act->first_name.size, act->first_name.data,
            (int)act->licence.size, act->licence.data, (int)act->state.size, act->state.data);
}

enum result roster_write(struct arena *arena, const struct community *community, const char *state)
{
    FILE *board = fopen(arena_format(arena, "%s/roster-missouri.tsv", state).data, "we");
    FILE *nppes = fopen(arena_format(arena, "%s/roster-nppes.csv", state).data, "we");
    enum result result = BUSY;
    if (board == NULL || nppes == NULL)
        goto done;
    fputs("prc_first_name\tprc_middle_name\tprc_last_name\tlic_profession\tlic_number\t"
          "lic_orig_issue_date\tlic_exp_date\tdiscipline\tlst_description\tba_state\n",
          board);
    fputs(
        "\"NPI\",\"Entity Type Code\",\"Provider Last Name (Legal Name)\",\"Provider First Name\","
        "\"Healthcare Provider Taxonomy Code_1\","
        "\"Healthcare Provider Primary Taxonomy Switch_1\",\"Provider License Number_1\","
        "\"Provider License Number State Code_1\",\"NPI Deactivation Date\"\n",
        nppes);
    for (size_t i = 0; i < community->count; i++) {
        if (community->acts[i].kind != ACT_JOIN)
            continue;
        board_line(board, &community->acts[i]);
        nppes_line(nppes, &community->acts[i]);
    }
    result = OK;
done:
    if (board != NULL && fclose(board) != 0)
        result = BUSY;
    if (nppes != NULL && fclose(nppes) != 0)
        result = BUSY;
    return result;
}
