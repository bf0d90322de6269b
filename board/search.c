#include "board/board.h"

struct search {int x;};
