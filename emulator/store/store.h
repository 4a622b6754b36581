// Store: the truth, in memory, as immutable entities in ordered tables; SQLite, if there is any, is written
// through.
//
// Readers take the lock for a look-up and leave with a pointer; cryptography and policy evaluation happen
// outside it. Writers stage whole new entities in a transaction: first the journal on disk, then the tables,
// all or nothing. One std::shared_mutex guards every table. A pointer that was handed out stays valid and
// never changes.
//
// The templates of this header are defined in store/table.h and instantiated for every kind in
// store/kinds_*.cc, so that the files that use the store need not compile its tables.
#pragma once

#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "store/codec.h"
#include "store/entity.h"
#include "store/traits.h"

namespace latchkey {

template <class T>
using Ptr = std::shared_ptr<const T>;

// A staged change: a new body, or none for a removal.
struct Change {
  std::string_view kind;
  Id id;
  std::string body;
  bool erased = false;
};

// Where changes go before they are visible. Throws if they could not be kept.
class Backing {
 public:
  virtual ~Backing() = default;
  virtual void apply(const std::vector<Change>& changes) = 0;
  // These, and nothing else, are what it holds from now on.
  virtual void replace(const std::vector<Change>& all) = 0;
};

template <class T>
class Table;  // store/table.h
class Store;

// A transaction, alive only inside Store::write. It sees its own staged changes.
class Txn {
 public:
  template <class T>
  Ptr<T> find(const Id& id) const;
  template <class T>
  std::vector<Ptr<T>> indexed(std::string_view key) const;  // as committed before this transaction
  template <class T>
  std::size_t count(std::string_view account, std::string_view region) const;  // likewise
  template <class T>
  Ptr<T> put(T entity);
  template <class T>
  void erase(const Id& id);

 private:
  friend class Store;
  explicit Txn(Store& store);
  ~Txn();
  struct Staged;
  Store& store_;
  std::unique_ptr<Staged> staged_;
};

class Store {
 public:
  explicit Store(std::unique_ptr<Backing> backing = nullptr);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  template <class T>
  Ptr<T> find(const Id& id) const;
  // Entities of a scope in the order of their names, after a name.
  template <class T>
  std::vector<Ptr<T>> range(std::string_view account, std::string_view region, std::string_view after = {},
                            std::size_t limit = static_cast<std::size_t>(-1)) const;
  template <class T>
  std::vector<Ptr<T>> indexed(std::string_view key) const;
  template <class T>
  std::vector<Ptr<T>> all() const;

  // Runs work(txn) alone; commits when it returns, changes nothing when it throws. Returns what work returns.
  template <class F>
  auto write(F&& work);

  // Puts what was read from disk or from an exported document in, without writing it to disk again.
  template <class T>
  void load(T entity);
  // Puts an entity that was read back by its kind's name. Throws std::runtime_error for an unknown kind.
  void load(std::string_view kind, const Members& members);

  // A store in memory with the same entities, but those of one account, to prepare a new state in.
  std::unique_ptr<Store> draft_without(std::string_view account) const;
  // The draft's entities take the place of all that are here, or of one account's (settings stay), in one step:
  // readers and the disk see either the old state or the new one.
  void adopt(Store& draft);
  void adopt_account(Store& draft, std::string_view account);

  // Every entity, as {"kind": [..]}; and the replacement of everything by such a document, or nothing on a
  // failure. AWS's own policies are the program's and stay.
  Members export_state(Secrets secrets) const;
  void import_state(const Members& state);

 private:
  friend class Txn;
  template <class T>
  Table<T>& table() const;
  void commit(Txn& txn);

  struct Tables;
  mutable std::shared_mutex mutex_;
  std::unique_ptr<Tables> tables_;
  std::unique_ptr<Backing> backing_;
};

template <class F>
auto Store::write(F&& work) {
  const std::unique_lock lock(mutex_);
  Txn txn(*this);
  if constexpr (std::is_void_v<std::invoke_result_t<F, Txn&>>) {
    work(txn);
    commit(txn);
  } else {
    auto result = work(txn);
    commit(txn);
    return result;
  }
}

}  // namespace latchkey
