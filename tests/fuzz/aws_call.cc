// A whole call by root: a byte that chooses the service, one that chooses the operation, then its body.
// Nothing that a caller sends is the server's fault.
#include <map>
#include <memory>

#include "iam/service.h"
#include "kms/service.h"
#include "kms/wrapping.h"
#include "sts/service.h"
#include "support/aws_test.h"
#include "target.h"

using namespace latchkey;

namespace {

constexpr int kCallsPerWorld = 300;  // what one input leaves behind, the next ones find

// Finding primes takes long, and these keys protect nothing.
Settings quick_settings() {
  Settings settings;
  settings.rsa_keys = [](unsigned bits) {
    static std::map<unsigned, std::string> made;
    std::string& key = made[bits];
    if (key.empty()) key = kms::new_wrapping_key("RSA_" + std::to_string(bits));
    return key;
  };
  return settings;
}

test::AwsTest& world() {
  static std::unique_ptr<test::AwsTest> current;
  static int calls = 0;
  if (!current || ++calls % kCallsPerWorld == 0) {
    current = std::make_unique<test::AwsTest>(quick_settings());
    current->kms("CreateAlias", R"({"AliasName":"alias/a","TargetKeyId":")" + current->key() + "\"}");
    current->user("u");
    current->iam(
        "CreateRole",
        {{"RoleName", "r"},
         {"AssumeRolePolicyDocument",
          R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]})"}});
  }
  return *current;
}

}  // namespace

FUZZ_TARGET(aws_call) {
  test::AwsTest& aws = world();
  const std::size_t which = fuzz::choose(input, 3);
  const Service& service = which == 0 ? kms::service() : which == 1 ? iam::service() : sts::service();
  const std::string operation(service.operations[fuzz::choose(input, service.operations.size())].name);
  test::Reply reply;
  if (which == 0) {
    reply = aws.kms(operation, input);
  } else {
    test::Parameters parameters;
    while (!input.empty() && parameters.size() < 200) {
      const std::string_view line = fuzz::next_line(input);
      const std::size_t equals = std::min(line.find('='), line.size());
      parameters.emplace_back(line.substr(0, equals), line.substr(std::min(equals + 1, line.size())));
    }
    reply = which == 1 ? aws.iam(operation, parameters) : aws.sts(operation, parameters);
  }
  fuzz::require(reply.status >= 200 && (reply.status < 500 || reply.status == 501),
                operation + ": " + reply.body + aws.log_text);
  aws.log_text.clear();
}
