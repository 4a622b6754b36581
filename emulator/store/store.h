// Store: the truth, in memory, as immutable entities in ordered tables; SQLite, if there is any, is written
// through.
//
// Readers take the lock for a look-up and leave with a pointer; cryptography and policy evaluation happen
// outside it. Writers stage whole new entities in a transaction: first the journal on disk, then the tables,
// all or nothing. One std::shared_mutex guards every table. A pointer that was handed out stays valid and
// never changes.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "store/codec.h"
#include "store/entity.h"

namespace latchkey {

template <class T>
using Ptr = std::shared_ptr<const T>;

// Where an entity stands. Global things (IAM) have an empty region.
struct Id {
  std::string account, region, name;
  std::string scope() const { return account + "/" + region; }
};

// What a table needs to know of its entities: the kind's name on disk, the id, and the texts by which it can
// be found besides (unique across accounts where that matters).
template <class T>
struct Traits;

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
  virtual void clear() = 0;
};

template <class T>
class Table {
 public:
  Ptr<T> find(std::string_view scope, std::string_view name) const;
  std::vector<Ptr<T>> range(std::string_view scope, std::string_view after, std::size_t limit) const;
  std::vector<Ptr<T>> indexed(std::string_view key) const;
  std::vector<Ptr<T>> all() const;
  std::size_t count(std::string_view scope) const;
  void put(Ptr<T> entity);
  void erase(const Id& id);
  std::vector<Id> ids_of_account(std::string_view account) const;
  void clear();

 private:
  void unindex(const Ptr<T>& entity);
  std::map<std::string, std::map<std::string, Ptr<T>, std::less<>>, std::less<>> scopes_;
  std::unordered_map<std::string, std::vector<Ptr<T>>> index_;
};

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
  explicit Txn(Store& store) : store_(store) {}
  Store& store_;
  std::vector<Change> changes_;
  std::vector<std::function<void()>> publish_;
  // What find() answers for an id that was changed here.
  std::map<std::tuple<std::string_view, std::string, std::string>, std::shared_ptr<const void>> staged_;
};

class Store {
 public:
  explicit Store(std::unique_ptr<Backing> backing = nullptr) : backing_(std::move(backing)) {}
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

  // Removes everything, or everything of one account (settings stay).
  void clear();
  void clear_account(std::string_view account);

  // Every entity, as {"kind": [..]}; and the replacement of everything by such a document, or nothing on a
  // failure.
  Members export_state(Secrets secrets) const;
  void import_state(const Members& state);

 private:
  friend class Txn;
  template <class T>
  Table<T>& table() {
    return std::get<Table<T>>(tables_);
  }
  template <class T>
  const Table<T>& table() const {
    return std::get<Table<T>>(tables_);
  }
  void commit(Txn& txn);

  mutable std::shared_mutex mutex_;
  std::tuple<Table<User>, Table<Group>, Table<Role>, Table<ManagedPolicy>, Table<AccessKey>,
             Table<ControlPolicies>, Table<Key>, Table<Alias>, Table<Grant>, Table<CustomKeyStore>,
             Table<Setting>, Table<AccountSettings>, Table<InstanceProfile>, Table<LoginProfile>,
             Table<MfaDevice>, Table<OidcProvider>, Table<SamlProvider>, Table<ServerCertificate>,
             Table<SigningCertificate>, Table<SshPublicKey>, Table<ServiceCredential>, Table<IamJob>,
             Table<DelegationRequest>>
      tables_;
  std::unique_ptr<Backing> backing_;
};

}  // namespace latchkey

#include "store/store_impl.h"
