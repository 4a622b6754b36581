#include "identity/organization.h"

namespace latchkey {
namespace {

std::vector<std::vector<policy::Named>> named(const ControlPolicies::Levels& levels, std::string_view kind) {
  std::vector<std::vector<policy::Named>> out;
  for (std::size_t level = 0; level < levels.size(); ++level) {
    auto& documents = out.emplace_back();
    for (std::size_t i = 0; i < levels[level].size(); ++i) {
      documents.push_back({levels[level][i].compiled(),
                           std::string(kind) + " " + std::to_string(i) + " of level " + std::to_string(level),
                           ""});
    }
  }
  return out;
}

Ptr<ControlPolicies> controls_of(const Store& store, std::string_view account) {
  return store.find<ControlPolicies>({std::string(account), "", "organization"});
}

}  // namespace

void add_service_controls(const Store& store, std::string_view account, policy::Set& into) {
  const auto controls = controls_of(store, account);
  if (controls && controls->service) into.scp = named(*controls->service, "service control policy");
}

void add_resource_controls(const Store& store, std::string_view account, policy::Set& into) {
  const auto controls = controls_of(store, account);
  if (controls && controls->resource) into.rcp = named(*controls->resource, "resource control policy");
}

}  // namespace latchkey
