// The write-through log of entities in a data directory: one table of bodies, written before memory changes.
//
// WAL with synchronous=NORMAL: an acknowledged write survives kill -9; a power loss may give up the last
// ones, never consistency. One process a directory: a second one is refused.
#pragma once

#include <memory>
#include <string>

#include "store/store.h"

namespace latchkey {

// Opens or makes DIRECTORY/latchkey.db. Throws std::runtime_error with a one-line reason: not writable, in
// use by another Latchkey, made by a newer version.
class SqliteBacking : public Backing {
 public:
  explicit SqliteBacking(const std::string& directory);
  ~SqliteBacking() override;

  // Every stored entity into the store.
  void load_into(Store& store) const;

  void apply(const std::vector<Change>& changes) override;
  void replace(const std::vector<Change>& all) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace latchkey
