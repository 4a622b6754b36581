// An emulator without a socket, with a frozen clock and repeatable randomness: signed requests straight into the pipeline.
//
//   AwsTest aws;
//   const auto key = aws.kms("CreateKey", "{}");
//   CHECK(key.status == 200);
//   CHECK(key["KeyMetadata.KeyState"] == "Enabled");
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/log.h"
#include "core/random.h"
#include "core/value.h"
#include "http/server.h"
#include "latchkey/sigv4.h"
#include "pipeline/faults.h"
#include "pipeline/journal.h"
#include "pipeline/pipeline.h"
#include "store/store.h"

namespace latchkey::test {

struct Caller {
  std::string access_key_id = "test";
  std::string secret_access_key = "test";
  std::string session_token = {};
};

struct Reply {
  int status = 0;
  std::string code;     // __type or Code; empty on success
  std::string message;  // of an error
  bool has_message = false;
  std::string body;
  std::string request_id;
  Value document;  // JSON answers

  // KMS: the text of a member by its path ("KeyMetadata.Arn", "Keys.0.KeyId"). IAM and STS: the text of the first XML
  // element of that name.
  std::string operator[](std::string_view path) const;
  // How often an XML element occurs.
  std::size_t count(std::string_view element) const;
};

using Parameters = std::vector<std::pair<std::string, std::string>>;

class AwsTest {
 public:
  AwsTest() : AwsTest(Settings{}) {}
  explicit AwsTest(Settings given, LogLevel level = LogLevel::info);

  Reply kms(std::string_view operation, std::string_view json, const Caller& caller = {},
            std::string_view region = "us-east-1");
  Reply iam(std::string_view operation, const Parameters& parameters = {}, const Caller& caller = {});
  Reply sts(std::string_view operation, const Parameters& parameters = {}, const Caller& caller = {});
  // A request as it is: nothing is signed or added.
  Reply send(sigv4::RawRequest request);
  // A signed request that a test may still break.
  sigv4::RawRequest signed_kms(std::string_view operation, std::string_view json, const Caller& caller = {},
                               std::string_view region = "us-east-1") const;
  sigv4::RawRequest signed_query(std::string_view service, std::string_view operation, const Parameters& parameters,
                                 const Caller& caller = {}, std::string_view region = "us-east-1") const;

  // A new user with an access key and, if it is not empty, an inline policy.
  Caller user(const std::string& name, const std::string& policy = {});
  // The ARN of a new symmetric key.
  std::string key(std::string_view json = "{}", const Caller& caller = {});

  Settings settings;
  Store store;
  Clock clock;  // frozen at 2030-01-01T00:00:00Z
  Random random{1};
  Journal journal{10'000};
  std::string log_text;
  Log log;
  Faults faults;
  Pipeline pipeline;
};

// {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":ACTION,"Resource":RESOURCE}]}
std::string allow(std::string_view action, std::string_view resource = "*");

}  // namespace latchkey::test
