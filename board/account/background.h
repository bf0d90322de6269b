#pragma once
/* What reports are weighted by beside specialty: the region a member practises in, and for how
 * long. A record of specialty, region and years in practice would leave a dozen members to a cell
 * of a house of five thousand; so each member is asked for one of the two only, drawn for good by a
 * keyed hash of his number, and may tell it or not (a split questionnaire). Whoever reads the whole
 * journal then knows at most two of the three of anybody.
 *
 * What was told lies beside the journal as a text, which is blanked when the member takes it back,
 * changes it or leaves; the event says no more than which of the two was asked. Nobody sees it but
 * its owner; the analyst counts it (insight/group.h has the parts' names). */
#include "board/clerk/clerk.h"

enum { BACKGROUND_REGION = 1, BACKGROUND_YEARS };
/* Parts count from 1. Regions: Northeast, Midwest, South, West, outside of them. Years: below 10,
 * 10 to 19, 20 to 29, 30 and more. */
enum { BACKGROUND_REGIONS = 5, BACKGROUND_BANDS = 4 };

/* Blanks what the member told, as he leaves. */
MUST_USE enum result background_erase(struct work *work);
