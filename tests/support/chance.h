#pragma once
/* Chance that a seed repeats, of one test program: splitmix64 (Steele, Lea, Flood 2014). Set
 * chance_state to the seed before anything is drawn. */
#include "core/result.h"

#include <stdint.h>

static UNUSED uint64_t chance_state;

static UNUSED uint64_t chance_bits(void)
{
    uint64_t z = chance_state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* 0 .. below - 1; 0 of none. */
static UNUSED uint64_t chance(uint64_t below)
{
    return below == 0 ? 0 : chance_bits() % below;
}
