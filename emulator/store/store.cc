#include "store/store.h"

#include <stdexcept>

#include "core/cipher.h"
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

Txn::Txn(Store& store) : store_(store), staged_(std::make_unique<Staged>()) {}
Txn::~Txn() = default;

Store::Store(std::unique_ptr<Backing> backing)
    : tables_(std::make_unique<Tables>()), backing_(std::move(backing)) {}
Store::~Store() = default;

void Store::run(const std::function<void(Txn&)>& work) {
  const std::lock_guard lock(writing_);
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
  const auto copy = [&]<class T>(const Table<T>& table) {
    for (const Ptr<T>& entity : table.all()) {
      if constexpr (requires { entity->account; }) {
        if (entity->account == account) continue;
      }
      draft->table<T>().put(entity);
    }
  };
  std::apply([&](const auto&... table) { (copy(table), ...); }, tables_->all);
  return draft;
}

void Store::adopt(Store& draft) {
  // Written out before the lock is taken: it is the long part.
  std::vector<Change> all;
  const auto write_out = [&]<class T>(const Table<T>& table) {
    for (const Ptr<T>& entity : table.all()) {
      if constexpr (requires { entity->account; }) {
        if (entity->account == kAwsAccount) continue;  // comes with the program
      }
      all.push_back({Traits<T>::kind, Traits<T>::id(*entity), to_json(encode(*entity, Secrets::plain)), false});
    }
  };
  if (backing_) std::apply([&](const auto&... table) { (write_out(table), ...); }, draft.tables_->all);
  const std::lock_guard writer(writing_);
  if (backing_) backing_->replace(all);
  const std::unique_lock lock(mutex_);
  std::swap(tables_, draft.tables_);
}

void Store::adopt_account(Store& draft, std::string_view account) {
  write([&](Txn& txn) {
    const auto replace = [&]<class T>(Table<T>& table) {
      for (const Id& id : table.ids_of_account(account)) txn.erase<T>(id);
      const Table<T>& prepared = draft.table<T>();
      for (const Id& id : prepared.ids_of_account(account)) txn.put(T(*prepared.find(id.scope(), id.name)));
    };
    std::apply([&](auto&... table) { (replace(table), ...); }, tables_->all);
  });
}

void Store::load(std::string_view kind, const Members& members) {
  publish({prepare(kind, members)});
}

std::function<void()> Store::prepare(std::string_view kind, const Members& members) {
  std::function<void()> put;
  const auto try_kind = [&]<class T>(Table<T>& table) {
    if (put || kind != Traits<T>::kind) return;
    put = [&table, entity = std::make_shared<const T>(decode<T>(members))] { table.put(entity); };
  };
  std::apply([&](auto&... table) { (try_kind(table), ...); }, tables_->all);
  if (!put) throw std::runtime_error("unknown kind of entity '" + std::string(kind) + "'");
  return put;
}

void Store::publish(const std::vector<std::function<void()>>& puts) {
  const std::lock_guard writer(writing_);
  const std::unique_lock lock(mutex_);
  for (const auto& put : puts) put();
}

Members Store::export_state(Secrets secrets) const {
  // Copies of the pointers under the lock; the writing happens outside it.
  const auto tables = [this] {
    const std::shared_lock lock(mutex_);
    return std::apply([](const auto&... table) { return std::make_tuple(table.all()...); }, tables_->all);
  }();
  Members state;
  const auto write_kind = [&]<class T>(const std::vector<Ptr<T>>& entities) {
    List list;
    for (const Ptr<T>& entity : entities) list.emplace_back(encode(*entity, secrets));
    state.add(std::string(Traits<T>::kind), std::move(list));
  };
  std::apply([&](const auto&... entities) { (write_kind(entities), ...); }, tables);
  return state;
}

void Store::import_state(const Members& state) {
  Store imported;
  std::vector<std::function<void()>> puts;
  for (const auto& [kind, entities] : state) {
    if (!entities.is<List>()) throw std::runtime_error(kind + " must be a list");
    for (const Value& entity : entities.get<List>()) {
      if (!entity.is<Members>()) throw std::runtime_error(kind + " must hold objects");
      puts.push_back(imported.prepare(kind, entity.get<Members>()));
    }
  }
  imported.publish(puts);
  for (const auto& policy : all<ManagedPolicy>()) {
    if (policy->account == kAwsAccount) imported.table<ManagedPolicy>().put(policy);
  }
  adopt(imported);
}

}  // namespace latchkey
