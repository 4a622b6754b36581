#include "store/store.h"

#include <algorithm>
#include <map>
#include <stdexcept>
#include <tuple>

#include "core/cipher.h"
#include "core/json.h"
#include "store/table.h"

namespace latchkey {

std::vector<std::string> Traits<User>::index(const User& user) {
  std::vector<std::string> keys = user.attached;
  keys.push_back(user.id);
  if (!user.boundary.empty()) keys.push_back("boundary/" + user.boundary);
  for (const std::string& group : user.groups) keys.push_back("group/" + user.account + "/" + group);
  return keys;
}

std::vector<std::string> Traits<Group>::index(const Group& group) {
  std::vector<std::string> keys = group.attached;
  keys.push_back(group.id);
  return keys;
}

std::vector<std::string> Traits<Grant>::index(const Grant& grant) {
  std::vector<std::string> keys{grant.account + "/" + grant.region + "/" + grant.key,
                                grant.region + "/" + grant.id};
  if (!grant.retiring.empty()) keys.push_back("retiring/" + grant.region + "/" + grant.retiring);
  return keys;
}

std::vector<std::string> Traits<Role>::index(const Role& role) {
  std::vector<std::string> keys = role.attached;
  keys.push_back(role.id);
  if (!role.boundary.empty()) keys.push_back("boundary/" + role.boundary);
  return keys;
}

std::vector<std::string> Traits<Key>::index(const Key& key) {
  std::vector<std::string> keys;
  for (const KeyMaterial& material : key.materials) keys.push_back(key.region + "/" + material.id);
  for (const RecordedCiphertext& recorded : key.recorded) {
    keys.push_back(key.region + "/" + hex_encode(sha256(recorded.blob)));
  }
  return keys;
}

namespace {

Change change(const EntityKind& kind, const AnyEntity& entity) {
  return {kind.name, kind.id(entity.get()), to_json(kind.encode(entity.get(), Secrets::plain)), false};
}

Table& table_named(std::vector<Table>& tables, std::string_view kind) {
  const auto found = std::find_if(tables.begin(), tables.end(), [&](const Table& table) { return table.kind().name == kind; });
  if (found == tables.end()) throw std::runtime_error("unknown kind of entity '" + std::string(kind) + "'");
  return *found;
}

}  // namespace

// --- Transactions ---

struct Txn::Staged {
  std::vector<Change> changes;
  std::vector<std::function<void()>> publish;
  // What find() answers for an id that was changed here.
  std::map<std::tuple<std::size_t, std::string, std::string>, AnyEntity> entities;
};

Txn::Txn(Store& store) : store_(store), staged_(std::make_unique<Staged>()) {}
Txn::~Txn() = default;

AnyEntity Txn::find(std::size_t kind, const Id& id) const {
  const auto staged = staged_->entities.find({kind, id.scope(), id.name});
  if (staged != staged_->entities.end()) return staged->second;
  return store_.tables_[kind].find(id.scope(), id.name);
}

std::vector<AnyEntity> Txn::indexed(std::size_t kind, std::string_view key) const {
  return store_.tables_[kind].indexed(key);
}

std::size_t Txn::count(std::size_t kind, std::string_view account, std::string_view region) const {
  return store_.tables_[kind].count(Id{std::string(account), std::string(region), ""}.scope());
}

AnyEntity Txn::put(std::size_t kind, AnyEntity entity) {
  Table& table = store_.tables_[kind];
  const Id id = table.kind().id(entity.get());
  if (store_.backing_) staged_->changes.push_back(change(table.kind(), entity));
  staged_->entities[{kind, id.scope(), id.name}] = entity;
  staged_->publish.push_back([&table, entity] { table.put(entity); });
  return entity;
}

void Txn::erase(std::size_t kind, const Id& id) {
  Table& table = store_.tables_[kind];
  if (store_.backing_) staged_->changes.push_back({table.kind().name, id, {}, true});
  staged_->entities[{kind, id.scope(), id.name}] = nullptr;
  staged_->publish.push_back([&table, id] { table.erase(id); });
}

// --- The store ---

Store::Store(std::unique_ptr<Backing> backing)
    : tables_(kinds().begin(), kinds().end()), backing_(std::move(backing)) {}
Store::~Store() = default;

AnyEntity Store::find(std::size_t kind, const Id& id) const {
  const std::string scope = id.scope();
  const std::shared_lock lock(mutex_);
  return tables_[kind].find(scope, id.name);
}

std::vector<AnyEntity> Store::range(std::size_t kind, std::string_view account, std::string_view region,
                                    std::string_view after, std::size_t limit) const {
  const std::string scope = Id{std::string(account), std::string(region), ""}.scope();
  const std::shared_lock lock(mutex_);
  return tables_[kind].range(scope, after, limit);
}

std::vector<AnyEntity> Store::indexed(std::size_t kind, std::string_view key) const {
  const std::shared_lock lock(mutex_);
  return tables_[kind].indexed(key);
}

std::vector<AnyEntity> Store::all(std::size_t kind) const {
  const std::shared_lock lock(mutex_);
  return tables_[kind].all();
}

std::size_t Store::count(std::size_t kind) const {
  const std::shared_lock lock(mutex_);
  return tables_[kind].count();
}

std::size_t Store::count(std::size_t kind, std::string_view account, std::string_view region) const {
  const std::string scope = Id{std::string(account), std::string(region), ""}.scope();
  const std::shared_lock lock(mutex_);
  return tables_[kind].count(scope);
}

void Store::run(const std::function<void(Txn&)>& work) {
  const std::lock_guard lock(writing_);
  Txn txn(*this);
  work(txn);
  commit(txn);
}

void Store::run_if_idle(const std::function<void(Txn&)>& work) {
  const std::unique_lock lock(writing_, std::try_to_lock);
  if (!lock) return;
  Txn txn(*this);
  work(txn);
  commit(txn);
}

void Store::commit(Txn& txn) {
  if (backing_ && !txn.staged_->changes.empty()) backing_->apply(txn.staged_->changes);
  const std::unique_lock lock(mutex_);
  for (const auto& publish : txn.staged_->publish) publish();
}

std::unique_ptr<Store> Store::draft_without(std::string_view account) const {
  auto draft = std::make_unique<Store>();
  const std::shared_lock lock(mutex_);
  for (std::size_t kind = 0; kind < tables_.size(); ++kind) {
    for (const AnyEntity& entity : tables_[kind].all()) {
      if (tables_[kind].kind().account(entity.get()) != account) draft->tables_[kind].put(entity);
    }
  }
  return draft;
}

void Store::adopt(Store& draft) {
  // Written out before the lock is taken: it is the long part.
  std::vector<Change> all;
  if (backing_) {
    for (const Table& table : draft.tables_) {
      for (const AnyEntity& entity : table.all()) {
        if (table.kind().account(entity.get()) == kAwsAccount) continue;  // comes with the program
        all.push_back(change(table.kind(), entity));
      }
    }
  }
  const std::lock_guard writer(writing_);
  if (backing_) backing_->replace(all);
  const std::unique_lock lock(mutex_);
  std::swap(tables_, draft.tables_);
}

void Store::adopt_account(Store& draft, std::string_view account) {
  write([&](Txn& txn) {
    for (std::size_t kind = 0; kind < tables_.size(); ++kind) {
      const EntityKind& known = tables_[kind].kind();
      for (const AnyEntity& entity : tables_[kind].of_account(account)) txn.erase(kind, known.id(entity.get()));
      for (AnyEntity& entity : draft.tables_[kind].of_account(account)) txn.put(kind, std::move(entity));
    }
  });
}

void Store::load(std::size_t kind, AnyEntity entity) {
  const std::lock_guard writer(writing_);
  const std::unique_lock lock(mutex_);
  tables_[kind].put(std::move(entity));
}

void Store::load(std::string_view kind, const Members& members) { publish({prepare(kind, members)}); }

std::function<void()> Store::prepare(std::string_view kind, const Members& members) {
  Table& table = table_named(tables_, kind);
  return [&table, entity = table.kind().decode(members)] { table.put(entity); };
}

void Store::publish(const std::vector<std::function<void()>>& puts) {
  const std::lock_guard writer(writing_);
  const std::unique_lock lock(mutex_);
  for (const auto& put : puts) put();
}

Members Store::export_state(Secrets secrets) const {
  // Copies of the pointers under the lock; the writing happens outside it.
  std::vector<std::vector<AnyEntity>> entities;
  {
    const std::shared_lock lock(mutex_);
    for (const Table& table : tables_) entities.push_back(table.all());
  }
  Members state;
  for (std::size_t kind = 0; kind < entities.size(); ++kind) {
    List list;
    for (const AnyEntity& entity : entities[kind]) list.emplace_back(kinds()[kind].encode(entity.get(), secrets));
    state.add(std::string(kinds()[kind].name), std::move(list));
  }
  return state;
}

void Store::import_state(const Members& state, const std::function<void(const Store&)>& check) {
  Store imported;
  std::vector<std::function<void()>> puts;
  for (const auto& [kind, entities] : state) {
    if (!entities.is<List>()) throw std::runtime_error(kind + " must be a list");
    table_named(imported.tables_, kind);  // a kind that is not known is refused even with no entities
    for (const Value& entity : entities.get<List>()) {
      if (!entity.is<Members>()) throw std::runtime_error(kind + " must hold objects");
      puts.push_back(imported.prepare(kind, entity.get<Members>()));
    }
  }
  imported.publish(puts);
  if (check) check(imported);
  for (auto& policy : all<ManagedPolicy>()) {
    if (policy->account == kAwsAccount) imported.load(std::move(policy));
  }
  adopt(imported);
}

}  // namespace latchkey
