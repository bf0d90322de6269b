#include "insight/group.h"
#include <assert.h>
#include <stddef.h>
#include <strings.h>

/* codes: beginnings of NUCC codes; words: what a free text begins with or holds. Longest code wins.
 */
struct group {
    const char *name;
    int64_t physicians;
    const char *codes[4];
    const char *words[4];
};
static const struct group groups[GROUPS] = {
    {"Internal medicine", 120342, {"207R", "208M"}, {"internal medicine", "hospital"}},
    {"Family medicine", 118641, {"207Q", "208D"}, {"family", "general practice"}},
    {"Pediatrics", 60305, {"2080"}, {"pediatric", "paediatric", "neonat"}},
    {"Emergency medicine", 46857, {"207P"}, {"emergency"}},
    {"Obstetrics and gynecology", 42496, {"207V"}, {"obstetric", "gyn", "ob-gyn", "ob/gyn"}},
    {"Anesthesiology", 42264, {"207L"}, {"anesth", "anaesth"}},
    {"Psychiatry", 48390, {"2084P", "2084"}, {"psychiatr"}},
    {"Radiology", 35519, {"2085"}, {"radiology", "interventional radiology"}},
    {"Surgery", 28920, {"2086"}, {"general surgery", "surgery", "vascular surgery"}},
    {"Cardiology", 29630, {"207RC0000", "207RI0011", "207RC0001", "207UN0901"}, {"cardi"}},
    {"Ophthalmology", 18948, {"207W"}, {"ophthalm"}},
    {"Orthopedic surgery", 21534, {"207X"}, {"orthop"}},
    {"Hematology and oncology", 16673, {"207RH", "207RX"}, {"hemat", "haemat", "oncolog"}},
    {"Gastroenterology", 15678, {"207RG0100", "207RT0003", "207RI0008"}, {"gastro", "hepatol"}},
    {"Pulmonary and critical care",
     19026,
     {"207RP1001", "207RC0200"},
     {"pulmon", "critical", "intensive", "respir"}},
    {"Neurology", 13853, {"2084N"}, {"neurology", "neurolog"}},
    {"Dermatology", 12767, {"207N"}, {"dermat"}},
    {"Pathology", 12180, {"207Z"}, {"pathol"}},
    {"Nephrology", 11554, {"207RN0300"}, {"nephro"}},
    {"Urology", 10081, {"2088"}, {"urolog"}},
    {"Infectious disease", 9913, {"207RI0200"}, {"infect"}},
    {"Physical medicine", 9724, {"2081"}, {"physical medicine", "physiatr", "rehab"}},
    {"Otolaryngology", 9616, {"207Y"}, {"otolaryng", "ent"}},
    {"Endocrinology", 8246, {"207RE0101"}, {"endocrin", "diabet"}},
    {"Other specialties", 79928, {NULL}, {NULL}},
};

static int by_code(struct text code)
{
    size_t longest = 0;
    int found = GROUP_OTHER;
    for (int g = 0; g < GROUP_OTHER; g++)
        for (size_t i = 0; i < 4 && groups[g].codes[i]; i++) {
            const struct text beginning = text_of(groups[g].codes[i]);
            if (beginning.size > longest && text_starts(code, groups[g].codes[i])) {
                longest = beginning.size;
                found = g;
            }
        }
    return found;
}

/* The group whose word stands earliest in what the member wrote; of two at one place, the longer.
 */
static int by_words(struct text words)
{
    for (size_t at = 0; at < words.size; at++) {
        size_t longest = 0;
        int found = GROUP_OTHER;
        if (at > 0 && words.data[at - 1] != ' ' && words.data[at - 1] != ',')
            continue;
        for (int g = 0; g < GROUP_OTHER; g++)
            for (size_t i = 0; i < 4 && groups[g].words[i]; i++) {
                const struct text word = text_of(groups[g].words[i]);
                if (word.size > longest && word.size <= words.size - at &&
                    strncasecmp(words.data + at, word.data, word.size) == 0) {
                    longest = word.size;
                    found = g;
                }
            }
        if (longest > 0)
            return found;
    }
    return GROUP_OTHER;
}

int group_of(struct text codes, struct text words)
{
    struct text code;
    codes = text_trim(codes);
    return codes.size > 0 && text_next(&codes, ' ', &code) ? by_code(code) : by_words(words);
}

const char *group_name(int group)
{
    assert(group >= 0 && group < GROUPS);
    return groups[group].name;
}

int64_t group_physicians(int group)
{
    assert(group >= 0 && group < GROUPS);
    return groups[group].physicians;
}

const char *part_name(enum margin margin, int part)
{
    static const char *const names[MARGINS][PARTS] = {
        {"Northeast", "Midwest", "South", "West"},
        {"Fewer than 10 years", "10 to 19 years", "20 to 29 years", "30 years or more"}};
    assert(part >= 0 && part < PARTS);
    return names[margin][part];
}

const char *margin_name(enum margin margin)
{
    static const char *const names[MARGINS] = {"region", "years"};
    return names[margin];
}
