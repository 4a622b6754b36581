#include <latchkey/emulator.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "core/json.h"

using namespace latchkey;
using namespace std::chrono_literals;

namespace {

constexpr char kFixture[] = R"({"latchkey":1,"accounts":{"000000000000":{
  "users":[{"UserName":"app","AccessKeys":[{"AccessKeyId":"AKIAAPP0000000000001","SecretAccessKey":"app-secret"}],
            "Policies":[{"PolicyName":"p","PolicyDocument":{"Version":"2012-10-17","Statement":[
              {"Effect":"Allow","Action":["kms:Encrypt","kms:ListKeys"],"Resource":"*"}]}}]}],
  "roles":[{"RoleName":"worker","AssumeRolePolicyDocument":{"Version":"2012-10-17","Statement":[
              {"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}}],
  "keys":[{"KeyId":"1234abcd-12ab-34cd-56ef-1234567890ab","Aliases":["alias/app"]}]}}})";

std::string member(const std::string& json, std::string_view name) {
  return parse_json(json).value().get<Members>().find(name)->get<std::string>();
}

}  // namespace

TEST_CASE(
    "a call in process is authorized, validated and journaled, and answers JSON whatever the protocol") {
  Emulator emulator(Options{.fixtures = {kFixture}});
  const CallAnswer encrypted =
      emulator.call("kms", "Encrypt", R"({"KeyId":"alias/app","Plaintext":"aGVsbG8="})", "app");
  REQUIRE(encrypted.ok());
  CHECK(encrypted.status == 200);
  const std::string blob = member(encrypted.body, "CiphertextBlob");

  const CallAnswer refused =
      emulator.call("kms", "Decrypt", R"({"CiphertextBlob":")" + blob + R"("})", "app");
  CHECK(refused.status == 400);
  CHECK(refused.error_code == "AccessDeniedException");
  CHECK(refused.body.empty());
  CHECK_FALSE(emulator.reason(refused.request_id).empty());
  CHECK(emulator.explanation(refused.request_id).find(R"("policies")") != std::string::npos);

  const CallAnswer decrypted = emulator.call("kms", "Decrypt", R"({"CiphertextBlob":")" + blob + R"("})");
  CHECK(member(decrypted.body, "Plaintext") == "aGVsbG8=");

  const CallAnswer user = emulator.call("iam", "GetUser", R"({"UserName":"app"})");
  CHECK(user.body.find(R"("Arn":"arn:aws:iam::000000000000:user/app")") != std::string::npos);
  CHECK(emulator.call("iam", "DeleteUser", R"({"UserName":"nobody"})").error_code == "NoSuchEntity");
  CHECK(emulator.call("kms", "Encrypt", R"({"KeyId":"alias/app"})").error_code == "ValidationException");
  CHECK(emulator.call("kms", "Dance").error_code == "UnknownOperationException");
  CHECK(emulator.call("iam", "Dance").error_code == "InvalidAction");
  CHECK_THROWS_WITH(emulator.call("s3", "GetObject"), "there is no service 's3'");
  CHECK_THROWS_WITH(emulator.call("kms", "ListKeys", "{"), "the input is not JSON");
}

TEST_CASE("credentials are those of the bootstrap, a user, an account's root or a role's session") {
  Emulator emulator(Options{.fixtures = {kFixture}});
  CHECK(emulator.credentials().access_key_id == "test");
  CHECK(emulator.credentials("app").secret_access_key == "app-secret");
  CHECK(emulator.credentials("111122223333").access_key_id == "111122223333");
  const Credentials session = emulator.credentials("role:worker");
  CHECK(session.session_token.size() > 0);
  CHECK_THROWS_WITH(emulator.credentials("nobody"),
                    "there is no user 'nobody' with an access key in account 000000000000");
  CHECK_THROWS_WITH(emulator.credentials("role:nobody"), "there is no role 'nobody' in account 000000000000");

  const auto arn_as = [&](const auto& who) {
    return member(emulator.call("sts", "GetCallerIdentity", "{}", who).body, "Arn");
  };
  CHECK(arn_as("") == "arn:aws:iam::000000000000:root");
  CHECK(arn_as("app") == "arn:aws:iam::000000000000:user/app");
  CHECK(arn_as("111122223333") == "arn:aws:iam::111122223333:root");
  CHECK(arn_as(session) == "arn:aws:sts::000000000000:assumed-role/worker/i-0123456789abcdef0");
  CHECK(emulator.call("sts", "GetCallerIdentity", "{}", Credentials{"AKIAUNKNOWN", "x"}).error_code ==
        "InvalidClientTokenId");
}

TEST_CASE("the journal is read as structs, filtered, and emptied") {
  Emulator emulator(Options{.fixtures = {kFixture}});
  emulator.call("kms", "Encrypt", R"({"KeyId":"alias/app","Plaintext":"aGVsbG8="})", "app");
  emulator.call("kms", "CreateKey", "{}", "app", "eu-west-1");
  const auto all = emulator.requests();
  REQUIRE(all.size() == 2);
  CHECK(all[0].action == "kms:Encrypt");
  CHECK(all[0].outcome == RecordedCall::Outcome::allowed);
  CHECK(all[0].resources ==
        std::vector<std::string>{
            "arn:aws:kms:us-east-1:000000000000:key/1234abcd-12ab-34cd-56ef-1234567890ab"});
  CHECK(all[0].parameters.find("aGVsbG8=") == std::string::npos);
  CHECK(all[1].region == "eu-west-1");
  const auto denied = emulator.requests({.outcome = RecordedCall::Outcome::denied});
  REQUIRE(denied.size() == 1);
  CHECK(denied[0].operation == "CreateKey");
  CHECK(denied[0].error_code == "AccessDeniedException");
  CHECK(emulator.requests({.since = all[0].id}).size() == 1);
  CHECK(emulator.requests({.principal = "app"}).size() == 2);
  CHECK(emulator.counts().calls == 2);
  CHECK(emulator.least_privilege_policy("arn:aws:iam::000000000000:user/app").find("kms:Encrypt") !=
        std::string::npos);
  CHECK(emulator.unused_permissions("arn:aws:iam::000000000000:user/app").find("kms:ListKeys") !=
        std::string::npos);
  CHECK_THROWS(emulator.least_privilege_policy("arn:aws:iam::000000000000:user/nobody"));
  emulator.clear_requests();
  CHECK(emulator.requests().empty());
  CHECK_THROWS_WITH(emulator.reason(all[0].id), "the journal holds no request with this id");
}

TEST_CASE("the clock is moved in C++") {
  Emulator emulator;
  emulator.freeze("2030-01-01T00:00:00Z");
  CHECK(emulator.frozen());
  const TimePoint start = emulator.now();
  emulator.advance(24h);
  CHECK(emulator.now() - start == 24h);
  emulator.freeze(start);
  CHECK(emulator.now() == start);
  CHECK_THROWS_WITH(emulator.freeze("soon"), "'soon' is not an ISO 8601 time");
  emulator.release();
  CHECK_FALSE(emulator.frozen());
}

TEST_CASE("faults are added, counted and removed in C++") {
  Emulator emulator;
  const std::string id =
      emulator.add_fault({.action = "kms:ListKeys", .preset = "kms:throttling", .count = 1});
  CHECK(emulator.call("kms", "ListKeys").error_code == "ThrottlingException");
  CHECK(emulator.call("kms", "ListKeys").ok());
  const auto faults = emulator.faults();
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].id == id);
  CHECK(faults[0].struck == 1);
  CHECK(faults[0].error == "ThrottlingException");
  CHECK(emulator.requests()[0].fault == id);
  emulator.add_fault({.error = "Own", .status = 503, .message = "mine"});
  CHECK(emulator.call("sts", "GetCallerIdentity").status == 503);
  CHECK(emulator.remove_fault(id));
  CHECK_FALSE(emulator.remove_fault(id));
  emulator.clear_faults();
  CHECK(emulator.faults().empty());
  CHECK_THROWS(emulator.add_fault({}));
  CHECK_THROWS(emulator.add_fault({.preset = "kms:sulking"}));
}

TEST_CASE("state goes from one emulator to another, and nothing changes where it is wrong") {
  Emulator from(Options{.fixtures = {kFixture}});
  CHECK(from.export_state().find("app-secret") == std::string::npos);
  CHECK(from.export_state(Emulator::SecretsIn::plain).find("YXBwLXNlY3JldA==") != std::string::npos);
  Emulator to;
  to.import_state(from.export_state());
  CHECK(to.credentials("app").secret_access_key == "app-secret");
  CHECK_THROWS(to.import_state("{}"));
  CHECK(to.credentials("app").secret_access_key == "app-secret");
  to.reset();
  CHECK_THROWS(to.credentials("app"));
}

TEST_CASE("a token of an issuer that is made here is taken by AssumeRoleWithWebIdentity") {
  Emulator emulator;
  const std::string token = emulator.issue_token("https://issuer.test", R"({"sub":"me","aud":"app"})");
  CHECK(std::count(token.begin(), token.end(), '.') == 2);
  CHECK_THROWS(emulator.issue_token("https://issuer.test", "{}", "none"));
  CHECK_THROWS(emulator.register_issuer("https://issuer.test", "{}"));
}

TEST_CASE("a stopped emulator takes no connections, and can still be asked") {
  Emulator emulator;
  emulator.call("kms", "ListKeys");
  emulator.stop();
  emulator.stop();
  CHECK(emulator.requests().size() == 1);
}

TEST_CASE("metrics count calls by operation and outcome, under names that no client can add to") {
  Emulator emulator(Options{.fixtures = {kFixture}, .clock = "2030-01-01T00:00:00Z"});
  emulator.add_fault({.action = "kms:ListAliases", .preset = "kms:throttling"});
  emulator.call("kms", "ListKeys");
  emulator.call("kms", "ListKeys");
  emulator.call("kms", "CreateKey", "{}", "app");
  emulator.call("kms", "ListAliases");
  emulator.call("kms", "NoSuch\"Operation");
  emulator.reset();  // counters go on
  const std::string text = emulator.metrics();
  const auto has = [&](const std::string& line) {
    return text.find("\n" + line + "\n") != std::string::npos;
  };
  INFO(text);
  CHECK(has("# TYPE latchkey_calls_total counter"));
  CHECK(has(R"(latchkey_calls_total{service="kms",operation="ListKeys",outcome="allowed"} 2)"));
  CHECK(has(R"(latchkey_calls_total{service="kms",operation="CreateKey",outcome="denied"} 1)"));
  CHECK(has(R"(latchkey_calls_total{service="kms",operation="ListAliases",outcome="error"} 1)"));
  CHECK(has(R"(latchkey_calls_total{service="kms",operation="unknown",outcome="error"} 1)"));
  CHECK(text.find("NoSuch") == std::string::npos);
  CHECK(has("latchkey_denials_total 1"));
  CHECK(has("latchkey_faults_struck_total 1"));
  CHECK(has("latchkey_connections 0"));
  CHECK(has("latchkey_journal_entries 0"));
  CHECK(has(R"(latchkey_entities{kind="user"} 1)"));
  CHECK(has("latchkey_clock_frozen 1"));
  CHECK(emulator.control("POST", "/_latchkey/metrics").status == 405);
}
