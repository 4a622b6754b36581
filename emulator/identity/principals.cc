#include "identity/principals.h"

#include "core/arn.h"
#include "core/encoding.h"

namespace latchkey {
namespace {

std::string_view last_part(std::string_view resource) {
  const std::size_t slash = resource.rfind('/');
  return slash == std::string_view::npos ? resource : resource.substr(slash + 1);
}

template <class T>
bool exists_with_path(const Store& store, const Arn& arn) {
  const auto entity = store.find<T>({arn.account, "", to_lower(last_part(arn.resource))});
  return entity && Arn::parse(arn_of(arn.partition, *entity))->resource == arn.resource;
}

bool session_exists(const Store& store, const Arn& arn) {
  const std::string_view rest =
      std::string_view(arn.resource).substr(std::string_view("assumed-role/").size());
  const std::size_t slash = rest.find('/');
  if (slash == std::string_view::npos || slash + 1 == rest.size()) return false;
  return store.find<Role>({arn.account, "", to_lower(rest.substr(0, slash))}) != nullptr;
}

// The unique id of the user or role that an ARN names; empty if it names neither.
template <class Source>
std::string unique_id_of(const Source& source, std::string_view principal) {
  const auto arn = Arn::parse(principal);
  if (!arn || arn->service != "iam") return "";
  const Id id{arn->account, "", to_lower(last_part(arn->resource))};
  if (arn->resource.starts_with("user/")) {
    const auto user = source.template find<User>(id);
    return user && arn_of(arn->partition, *user) == principal ? user->id : "";
  }
  if (!arn->resource.starts_with("role/")) return "";
  const auto role = source.template find<Role>(id);
  return role && arn_of(arn->partition, *role) == principal ? role->id : "";
}

template <class Source>
Document bind(const Source& source, Document document, policy::Kind kind) {
  if (!document.compiled()) return document;
  Tags principals;
  for (const std::string& name : policy::named_principals(*document.compiled())) {
    std::string id = unique_id_of(source, name);
    if (!id.empty()) principals.emplace_back(name, std::move(id));
  }
  if (principals.empty()) return document;
  return Document(document.text(), kind, std::move(principals));
}

// The ARN of the user or role that has a unique id; empty if there is none any more.
std::string arn_of_unique_id(const Store& store, std::string_view partition, std::string_view id) {
  if (const auto users = store.indexed<User>(id); !users.empty()) return arn_of(partition, *users.front());
  if (const auto roles = store.indexed<Role>(id); !roles.empty()) return arn_of(partition, *roles.front());
  return "";
}

}  // namespace

std::string unique_id_of_principal(const Store& store, std::string_view principal) {
  return unique_id_of(store, principal);
}

std::string unique_id_of_principal(const Txn& txn, std::string_view principal) {
  return unique_id_of(txn, principal);
}

Document bound_document(const Store& store, Document document, policy::Kind kind) {
  return bind(store, std::move(document), kind);
}

Document bound_document(const Txn& txn, Document document, policy::Kind kind) {
  return bind(txn, std::move(document), kind);
}

std::string shown_text(const Store& store, const Document& document) {
  Tags changed;
  for (const auto& [written, id] : document.principals()) {
    const auto arn = Arn::parse(written);
    std::string now = arn ? arn_of_unique_id(store, arn->partition, id) : "";
    if (now.empty()) now = id;
    if (now != written) changed.emplace_back(written, std::move(now));
  }
  return changed.empty() ? document.text() : replace_principals(document.text(), changed);
}

bool principal_exists(const Store& store, std::string_view principal) {
  if (is_account_id(principal) || principal == "*") return true;
  if (principal.starts_with("AIDA")) return !store.indexed<User>(principal).empty();
  if (principal.starts_with("AROA"))
    return !store.indexed<Role>(principal.substr(0, principal.find(':'))).empty();
  const auto arn = Arn::parse(principal);
  if (!arn || !is_account_id(arn->account)) return false;
  const std::string_view resource = arn->resource;
  if (arn->service == "sts") {
    if (resource.starts_with("assumed-role/")) return session_exists(store, *arn);
    return resource.starts_with("federated-user/");
  }
  if (arn->service != "iam") return false;
  if (resource == "root") return true;
  if (resource.starts_with("user/")) return exists_with_path<User>(store, *arn);
  if (resource.starts_with("role/")) return exists_with_path<Role>(store, *arn);
  return false;
}

}  // namespace latchkey
