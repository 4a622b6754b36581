// What concerns the account as a whole.
#include "iam/access.h"
#include "iam/pages.h"
#include "iam/service.h"
#include "iam/shapes.h"

namespace latchkey::iam {
namespace {

// CreateAccountAlias is not there yet, so no account has one.
Value list_account_aliases(Call& call) {
  const auto itself = [](const std::string& alias) { return alias; };
  return list_answer(call, "AccountAliases", std::vector<std::string>(), itself, itself);
}

}  // namespace

std::vector<Operation> account_operations() {
  return {
      {.name = "ListAccountAliases",
       .input = {opt("Marker", shape::Marker), opt("MaxItems", shape::MaxItems)},
       .access = on_everything(),
       .run = list_account_aliases},
  };
}

}  // namespace latchkey::iam
