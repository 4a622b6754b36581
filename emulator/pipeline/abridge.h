// Entries of the journal are kept by the thousand, and what a caller sends may be a megabyte of anything: a
// journal must not become a way to fill the memory.
#pragma once

#include "pipeline/journal.h"

namespace latchkey {

// Cuts what is longer than anybody reads. What valid requests hold is short enough to stay whole.
void abridge(Entry& entry);

}  // namespace latchkey
