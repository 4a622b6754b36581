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
  const std::string_view rest = std::string_view(arn.resource).substr(std::string_view("assumed-role/").size());
  const std::size_t slash = rest.find('/');
  if (slash == std::string_view::npos || slash + 1 == rest.size()) return false;
  return store.find<Role>({arn.account, "", to_lower(rest.substr(0, slash))}) != nullptr;
}

}  // namespace

bool principal_exists(const Store& store, std::string_view principal) {
  if (is_account_id(principal) || principal == "*") return true;
  if (principal.starts_with("AIDA")) return !store.indexed<User>(principal).empty();
  if (principal.starts_with("AROA")) return !store.indexed<Role>(principal.substr(0, principal.find(':'))).empty();
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
