// Store: the truth, in memory, as immutable entities in ordered tables; SQLite, if there is any, is written
// through.
//
// Readers take the lock for a look-up and leave with a pointer; cryptography and policy evaluation happen
// outside it. Writers stage whole new entities in a transaction: first the journal on disk, then the tables,
// all or nothing. A pointer that was handed out stays valid and never changes.
//
// Two locks, taken in this order: writing_ is held by the one writer from its first look to its publication;
// mutex_ guards the tables and is held exclusively for the publication alone, so that no reader waits for a
// disk. A writer reads the tables without it: nobody else changes them.
//
// The templates of this header are only types around what the store does with entities of any kind (store/kind.h).
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "store/entity.h"
#include "store/kind.h"
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

// A change could not be kept (a full disk); nothing of it is visible, and what was there before stays.
class StoreFailure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Where changes go before they are visible, one call at a time. Throws StoreFailure if they could not be
// kept.
class Backing {
 public:
  virtual ~Backing() = default;
  virtual void apply(const std::vector<Change>& changes) = 0;
  // These, and nothing else, are what it holds from now on.
  virtual void replace(const std::vector<Change>& all) = 0;
};

class Table;  // store/table.h
class Store;

template <class T>
Ptr<T> typed(AnyEntity entity) {
  return std::static_pointer_cast<const T>(std::move(entity));
}
template <class T>
std::vector<Ptr<T>> typed(std::vector<AnyEntity> entities) {
  std::vector<Ptr<T>> out;
  out.reserve(entities.size());
  for (AnyEntity& entity : entities) out.push_back(typed<T>(std::move(entity)));
  return out;
}

// A transaction, alive only inside Store::write. It sees its own staged changes.
class Txn {
 public:
  template <class T>
  Ptr<T> find(const Id& id) const {
    return typed<T>(find(kPlaceOf<T>, id));
  }
  // As committed before this transaction.
  template <class T>
  std::vector<Ptr<T>> indexed(std::string_view key) const {
    return typed<T>(indexed(kPlaceOf<T>, key));
  }
  template <class T>
  std::size_t count(std::string_view account, std::string_view region) const {  // likewise
    return count(kPlaceOf<T>, account, region);
  }
  template <class T>
  Ptr<T> put(T entity) {
    return typed<T>(put(kPlaceOf<T>, kinds()[kPlaceOf<T>].take(&entity)));
  }
  template <class T>
  void erase(const Id& id) {
    erase(kPlaceOf<T>, id);
  }

 private:
  friend class Store;
  explicit Txn(Store& store);
  ~Txn();
  // Of the kind at that place.
  AnyEntity find(std::size_t kind, const Id& id) const;
  std::vector<AnyEntity> indexed(std::size_t kind, std::string_view key) const;
  std::size_t count(std::size_t kind, std::string_view account, std::string_view region) const;
  AnyEntity put(std::size_t kind, AnyEntity entity);
  void erase(std::size_t kind, const Id& id);

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
  Ptr<T> find(const Id& id) const {
    return typed<T>(find(kPlaceOf<T>, id));
  }
  // Entities of a scope in the order of their names, after a name.
  template <class T>
  std::vector<Ptr<T>> range(std::string_view account, std::string_view region, std::string_view after = {},
                            std::size_t limit = static_cast<std::size_t>(-1)) const {
    return typed<T>(range(kPlaceOf<T>, account, region, after, limit));
  }
  template <class T>
  std::vector<Ptr<T>> indexed(std::string_view key) const {
    return typed<T>(indexed(kPlaceOf<T>, key));
  }
  template <class T>
  std::vector<Ptr<T>> all() const {
    return typed<T>(all(kPlaceOf<T>));
  }
  // How many there are: everywhere, and in a scope.
  template <class T>
  std::size_t count() const {
    return count(kPlaceOf<T>);
  }
  template <class T>
  std::size_t count(std::string_view account, std::string_view region) const {
    return count(kPlaceOf<T>, account, region);
  }

  // Runs work(txn) alone among the writers; commits when it returns, changes nothing when it throws. Returns
  // what work returns.
  template <class F>
  auto write(F&& work);

  // The same, unless another writer is at it: then nothing happens. For what is not worth waiting for.
  template <class F>
  void write_if_idle(F&& work) {
    run_if_idle([&work](Txn& txn) { work(txn); });
  }

  // Puts what was read from disk or from an exported document in, without writing it to disk again.
  template <class T>
  void load(T entity) {
    load(kPlaceOf<T>, kinds()[kPlaceOf<T>].take(&entity));
  }
  template <class T>
  void load(Ptr<T> entity) {  // which other stores may hold as well
    load(kPlaceOf<T>, std::move(entity));
  }
  // The same by the name of the kind. Throws std::runtime_error for an unknown kind.
  void load(std::string_view kind, const Members& members);
  // For many: the decoding, by any number of threads; then the putting, which publish() runs.
  std::function<void()> prepare(std::string_view kind, const Members& members);
  void publish(const std::vector<std::function<void()>>& puts);

  // A store in memory with the same entities, but those of one account, to prepare a new state in.
  std::unique_ptr<Store> draft_without(std::string_view account) const;
  // The draft's entities take the place of all that are here, or of one account's (settings stay), in one step:
  // readers and the disk see either the old state or the new one.
  void adopt(Store& draft);
  void adopt_account(Store& draft, std::string_view account);

  // Every entity, as {"kind": [..]}; and the replacement of everything by such a document, or nothing on a
  // failure. AWS's own policies are the program's and stay. `check` may look at it before, and throw.
  Members export_state(Secrets secrets) const;
  void import_state(const Members& state, const std::function<void(const Store&)>& check = {});

 private:
  friend class Txn;
  // Of the kind at that place.
  AnyEntity find(std::size_t kind, const Id& id) const;
  std::vector<AnyEntity> range(std::size_t kind, std::string_view account, std::string_view region,
                               std::string_view after, std::size_t limit) const;
  std::vector<AnyEntity> indexed(std::size_t kind, std::string_view key) const;
  std::vector<AnyEntity> all(std::size_t kind) const;
  std::size_t count(std::size_t kind) const;
  std::size_t count(std::size_t kind, std::string_view account, std::string_view region) const;
  void load(std::size_t kind, AnyEntity entity);
  void run(const std::function<void(Txn&)>& work);
  void run_if_idle(const std::function<void(Txn&)>& work);
  void commit(Txn& txn);

  std::mutex writing_;
  mutable std::shared_mutex mutex_;
  std::vector<Table> tables_;  // by the places of their kinds
  std::unique_ptr<Backing> backing_;
};

template <class F>
auto Store::write(F&& work) {
  if constexpr (std::is_void_v<std::invoke_result_t<F, Txn&>>) {
    run([&work](Txn& txn) { work(txn); });
  } else {
    std::optional<std::invoke_result_t<F, Txn&>> result;
    run([&work, &result](Txn& txn) { result.emplace(work(txn)); });
    return *std::move(result);
  }
}

}  // namespace latchkey
