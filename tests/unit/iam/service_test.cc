#include "iam/service.h"

#include <set>

#include "iam_test.h"

using namespace latchkey;
using namespace latchkey::test;

TEST_CASE("IAM knows all 176 operations of AWS's model, each once") {
  const Service& service = iam::service();
  std::set<std::string_view> names;
  for (const Operation& operation : service.operations) CHECK(names.insert(operation.name).second);
  for (const std::string_view name : service.not_yet) CHECK(names.insert(name).second);
  CHECK(names.size() == 176);
}

TEST_CASE("every operation of IAM checks a permission") {
  for (const Operation& operation : iam::service().operations) {
    INFO(operation.name);
    CHECK(operation.access.unchecked_because().empty());
  }
}

TEST_CASE("an operation that AWS has not is no action") {
  AwsTest aws;
  CHECK(iam::service().not_yet.empty());
  CHECK(aws.iam("MakeUser").code == "InvalidAction");
}

TEST_CASE("an account has no alias") {
  AwsTest aws;
  const Reply reply = aws.iam("ListAccountAliases");
  check_ok(reply);
  CHECK(children(reply, "ListAccountAliasesResult") == Names{"AccountAliases", "IsTruncated"});
  CHECK(reply["IsTruncated"] == "false");
}
