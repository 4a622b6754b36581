// The control API as a test suite uses it, over a connection.
#include <catch2/catch.hpp>
#include <sstream>

#include "core/json.h"
#include "latchkey/emulator.h"
#include "scenarios/aws_call.h"
#include "scenarios/variables.h"

namespace latchkey {
namespace {

constexpr char kFixture[] = R"({"latchkey":1,"accounts":{"000000000000":{
  "users":[{"UserName":"app","AccessKeys":[{"AccessKeyId":"AKIAAPP0000000000001","SecretAccessKey":"app-secret-0001"}]}],
  "keys":[{"Aliases":["alias/a"]}]}}})";

class Client {
 public:
  explicit Client(const Emulator& emulator) : endpoint_(*scenarios::Endpoint::parse(emulator.url())) {}

  scenarios::AwsAnswer call(const std::string& service, const std::string& operation, Members input = {},
                            sigv4::Credentials who = {"test", "test", ""}) const {
    const scenarios::AwsCall call{service, operation, "us-east-1", std::move(who), std::move(input)};
    return read_answer(call, send(endpoint_, "", make_request(call, endpoint_)));
  }
  scenarios::Response get(const std::string& path, const std::string& method = "GET",
                          const std::string& body = "") const {
    sigv4::RawRequest request;
    request.method = method;
    request.target = path;
    request.headers.push_back({"Host", endpoint_.authority()});
    request.body = body;
    return send(endpoint_, "", request);
  }
  // "Encrypt,Decrypt": the operations that the journal lists.
  std::string journal(const std::string& query) const {
    const auto document = parse_json(get("/_latchkey/requests" + query).body);
    std::string out;
    for (const Value& entry : scenarios::at_path(*document, "requests")->get<List>()) {
      out += (out.empty() ? "" : ",") + scenarios::as_text(*scenarios::at_path(entry, "operation"));
    }
    return out;
  }

 private:
  scenarios::Endpoint endpoint_;
};

const sigv4::Credentials kApp{"AKIAAPP0000000000001", "app-secret-0001", ""};

}  // namespace

TEST_CASE("each filter of the journal lets through what it says") {
  const Emulator emulator(Options{.fixtures = {kFixture}});
  const Client client(emulator);
  client.call("kms", "ListKeys");
  client.call("kms", "Encrypt", {{"KeyId", "alias/a"}, {"Plaintext", "AAAA"}}, kApp);
  client.call("kms", "DescribeKey", {{"KeyId", "alias/none"}});
  client.call("iam", "ListUsers", {}, {"111122223333", "test", ""});
  const std::string last = client.call("sts", "GetCallerIdentity", {}, kApp).request_id;
  CHECK(client.journal("") == "ListKeys,Encrypt,DescribeKey,ListUsers,GetCallerIdentity");
  CHECK(client.journal("?action=kms:Encrypt") == "Encrypt");
  CHECK(client.journal("?action=kms%3AEncrypt") == "Encrypt");
  CHECK(client.journal("?principal=arn:aws:iam::000000000000:user/app") == "Encrypt,GetCallerIdentity");
  CHECK(client.journal("?principal=app") == "Encrypt,GetCallerIdentity");
  CHECK(client.journal("?account=111122223333") == "ListUsers");
  CHECK(client.journal("?outcome=allowed") == "ListKeys,ListUsers,GetCallerIdentity");
  CHECK(client.journal("?outcome=denied") == "Encrypt");
  CHECK(client.journal("?outcome=error") == "DescribeKey");
  CHECK(client.journal("?outcome=would-deny").empty());
  CHECK(client.journal("?principal=app&outcome=denied&action=kms:Encrypt&account=000000000000") == "Encrypt");
  CHECK(client.journal("?since=" + last).empty());
  client.call("kms", "ListAliases");
  CHECK(client.journal("?since=" + last) == "ListAliases");
  CHECK(client.get("/_latchkey/requests", "DELETE").status == 200);
  CHECK(client.journal("").empty());
}

TEST_CASE("a filter that is misspelt is refused, and finds nothing by mistake") {
  Emulator emulator;
  for (const auto& [query, reason] :
       {std::pair{"?actoin=kms:Encrypt", "actoin: is not a filter of the journal"},
        std::pair{"?outcome=deny", "outcome: must be allowed, denied, would-deny or error"},
        std::pair{"?format=xml", "format: must be json or lines"}}) {
    const auto reply = emulator.control("GET", std::string("/_latchkey/requests") + query);
    CHECK(reply.status == 400);
    CHECK(reply.body == R"({"error":")" + std::string(reason) + "\"}\n");
  }
}

TEST_CASE("the journal comes as one document or as lines, and each entry explains itself") {
  const Emulator emulator(Options{.fixtures = {kFixture}});
  const Client client(emulator);
  const auto refused = client.call("kms", "Encrypt", {{"KeyId", "alias/a"}, {"Plaintext", "AAAA"}}, kApp);
  const auto mistyped = client.call("kms", "ListKeys", {}, {"test", "tset", ""});
  const auto lines = client.get("/_latchkey/requests?format=lines");
  CHECK(lines.header("content-type") == "application/jsonl");
  std::istringstream in(lines.body);
  std::vector<std::string> ids;
  for (std::string line; std::getline(in, line);) {
    const auto entry = parse_json(line);
    REQUIRE(entry);
    ids.push_back(scenarios::as_text(*scenarios::at_path(*entry, "id")));
  }
  CHECK(ids == std::vector<std::string>{refused.request_id, mistyped.request_id});
  const auto denial = parse_json(client.get("/_latchkey/requests/" + refused.request_id).body);
  REQUIRE(denial);
  const Value* reason = scenarios::at_path(*denial, "explanation.reason");
  REQUIRE(reason != nullptr);
  CHECK(scenarios::as_text(*reason) == "User app has no policy that allows anything.");
  const auto rejection = parse_json(client.get("/_latchkey/requests/" + mistyped.request_id).body);
  for (const char* path : {"explanation.signature.canonical_request", "explanation.signature.string_to_sign",
                           "explanation.signature.likely_cause"}) {
    CHECK(scenarios::at_path(*rejection, path) != nullptr);
  }
}

TEST_CASE("faults of the connection are what a client sees of a broken network") {
  const Emulator emulator(Options{.fixtures = {kFixture}});
  const Client client(emulator);
  client.get("/_latchkey/faults", "POST",
             R"({"action":"iam:CreateUser","preset":"connection-reset","count":1})");
  CHECK_THROWS(client.call("iam", "CreateUser", {{"UserName", "one"}}));
  CHECK(client.call("iam", "GetUser", {{"UserName", "one"}}).http.status == 404);  // it did not run
  client.get("/_latchkey/faults", "POST", R"({"action":"iam:CreateUser","preset":"half-answer","count":1})");
  CHECK_THROWS(client.call("iam", "CreateUser", {{"UserName", "two"}}));
  CHECK(client.call("iam", "GetUser", {{"UserName", "two"}}).http.status == 200);  // it did
  client.get("/_latchkey/faults", "POST",
             R"({"action":"iam:CreateUser","preset":"slow-answer","delay":1,"count":1})");
  CHECK(client.call("iam", "CreateUser", {{"UserName", "three"}}).http.status == 200);
  const auto faults = parse_json(client.get("/_latchkey/faults").body);
  for (const char* index : {"0", "1", "2"}) {
    CHECK(*scenarios::at_path(*faults, "faults[" + std::string(index) + "].struck") == Value(1));
  }
}

TEST_CASE("wait strategies for LocalStack find what they look for") {
  Emulator emulator;
  const auto answer = [&](const std::string& path) {
    return *parse_json(emulator.control("GET", path).body);
  };
  for (const char* service : {"kms", "iam", "sts"}) {
    const Value health = answer("/_localstack/health");
    CHECK(*scenarios::at_path(health, std::string("services.") + service) == Value("available"));
  }
  CHECK(emulator.control("GET", "/_localstack/info").body.find(R"("version":)") != std::string::npos);
  const Value init = answer("/_localstack/init");
  CHECK(*scenarios::at_path(init, "completed.READY") == Value(true));
  CHECK(answer("/_localstack/init/ready").get<Members>().find("completed")->get<bool>());
  CHECK(!answer("/_localstack/init/shutdown").get<Members>().find("completed")->get<bool>());
  CHECK(emulator.control("GET", "/_localstack/none").status == 404);
  CHECK(emulator.control("POST", "/_localstack/health").status == 405);
}

}  // namespace latchkey
