/* backoff.h - full jitter (the "Exponential Backoff and Jitter" rule): uniform in 0..min(cap, base * 2^attempt). */
#pragma once
#include <stdint.h>

/* attempt from 0; random is any 64-bit random number. At least 1 ms. */
uint64_t backoff_ms(uint64_t base_ms, uint64_t cap_ms, unsigned attempt, uint64_t random);
