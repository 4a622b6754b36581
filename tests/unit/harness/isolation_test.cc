// Tests that run at the same time: each in an account of its own, with resets of that account, over real
// connections. What one does, another must not see.
#include <array>
#include <atomic>
#include <catch2/catch.hpp>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <thread>

#include "core/encoding.h"
#include "core/json.h"
#include "latchkey/emulator.h"
#include "scenarios/aws_call.h"
#include "scenarios/variables.h"
#include "support/folder.h"

namespace latchkey {
namespace {

using scenarios::AwsAnswer;
using scenarios::AwsCall;
using scenarios::Endpoint;

std::string account_of(std::size_t worker) {
  const std::string number = std::to_string(worker + 1);
  return std::string(12 - number.size(), '7') + number;
}

// What every account has from the start: a user, and a key with an alias and material that nobody else has.
std::string fixture_of(std::size_t workers) {
  std::string accounts;
  for (std::size_t worker = 0; worker < workers; ++worker) {
    const std::string id = account_of(worker);
    accounts += (worker == 0 ? "\"" : ",\"") + id +
                R"(":{"users":[{"UserName":"fixed"}],"keys":[{"Aliases":["alias/fixed"],)" +
                R"("KeyMaterial":"hex:)" + hex_encode(id) + hex_encode(id) + R"(0000000000000000"}]})";
  }
  return R"({"latchkey":1,"accounts":{)" + accounts + "}}";
}

// One test suite's worker, with its own idea of what its account holds.
class Worker {
 public:
  Worker(const Emulator& emulator, std::size_t number)
      : endpoint_(*Endpoint::parse(emulator.url())),
        account_(account_of(number)),
        random_(static_cast<std::mt19937::result_type>(number)) {}

  // The first thing that was not as it must be; empty: all was.
  const std::string& problem() const { return problem_; }

  void run(std::size_t operations) {
    for (std::size_t i = 0; i < operations && problem_.empty(); ++i) {
      step();
      if (i % 10 == 9) check_everything();
    }
    check_everything();
  }

 private:
  void step() {
    switch (random_() % 10) {
      case 0:
        return reset();
      case 1:
      case 2:
        return create_key();
      case 3:
      case 4:
        return create_user();
      case 5:
      case 6:
        return encrypt();
      case 7:
      case 8:
        return decrypt();
      default:
        return list_users();
    }
  }

  AwsAnswer call(const std::string& service, const std::string& operation, Members input) {
    AwsCall call{service, operation, "us-east-1", sigv4::Credentials{account_, "test", ""}, std::move(input)};
    AwsAnswer answer = read_answer(call, send(endpoint_, "", make_request(call, endpoint_)));
    if (answer.http.status != 200) fail(operation + " answers " + answer.http.body);
    return answer;
  }

  void fail(const std::string& what) {
    if (problem_.empty()) problem_ = account_ + ": " + what;
  }

  std::string text(const AwsAnswer& answer, std::string_view path) {
    const Value* value = scenarios::at_path(answer.answer, path);
    return value == nullptr ? "" : scenarios::as_text(*value);
  }

  void reset() {
    sigv4::RawRequest request;
    request.method = "POST";
    request.target = "/_latchkey/reset?account=" + account_;
    request.headers.push_back({"Host", endpoint_.authority()});
    if (send(endpoint_, "", request).status != 200) fail("cannot be reset");
    keys_.clear();
    users_ = {"fixed"};
    ciphertexts_.clear();
  }

  void create_key() {
    const auto answer = call("kms", "CreateKey", {});
    if (text(answer, "KeyMetadata.AWSAccountId") != account_) fail("a key of another account");
    keys_.insert(text(answer, "KeyMetadata.KeyId"));
  }

  void create_user() {
    const std::string name = "user-" + std::to_string(++made_);
    call("iam", "CreateUser", {{"UserName", name}});
    users_.insert(name);
  }

  void encrypt() {
    const std::string key = keys_.empty() ? "alias/fixed" : *keys_.begin();
    const std::string plaintext = account_ + "-" + std::to_string(++made_);
    const auto answer = call("kms", "Encrypt", {{"KeyId", key}, {"Plaintext", base64_encode(plaintext)}});
    ciphertexts_[text(answer, "CiphertextBlob")] = plaintext;
  }

  void decrypt() {
    if (ciphertexts_.empty()) return;
    const auto& [blob, plaintext] = *ciphertexts_.begin();
    const auto answer = call("kms", "Decrypt", {{"CiphertextBlob", blob}});
    if (base64_decode(text(answer, "Plaintext")) != plaintext) fail("another plaintext");
  }

  void list_users() {
    const auto answer = call("iam", "ListUsers", {{"MaxItems", 1000}});
    std::set<std::string> seen;
    if (const Value* users = scenarios::at_path(answer.answer, "Users");
        users != nullptr && users->is<List>()) {
      for (const Value& user : users->get<List>())
        seen.insert(scenarios::as_text(*scenarios::at_path(user, "UserName")));
    }
    if (seen != users_)
      fail("has " + std::to_string(seen.size()) + " users, not " + std::to_string(users_.size()));
  }

  void check_everything() {
    list_users();
    const auto answer = call("kms", "ListKeys", {{"Limit", 1000}});
    std::set<std::string> seen;
    for (const Value& key : scenarios::at_path(answer.answer, "Keys")->get<List>()) {
      seen.insert(scenarios::as_text(*scenarios::at_path(key, "KeyId")));
    }
    const std::string fixed =
        text(call("kms", "DescribeKey", {{"KeyId", "alias/fixed"}}), "KeyMetadata.KeyId");
    if (seen.erase(fixed) != 1) fail("has lost the key of its fixture");
    if (seen != keys_)
      fail("has " + std::to_string(seen.size()) + " keys, not " + std::to_string(keys_.size()));
  }

  const Endpoint endpoint_;
  const std::string account_;
  std::mt19937 random_;
  std::string problem_;
  std::size_t made_ = 0;
  std::set<std::string> keys_;
  std::set<std::string> users_ = {"fixed"};
  std::map<std::string, std::string> ciphertexts_;
};

void run_workers(std::size_t count, std::size_t operations, const std::string& data_dir = "") {
  Emulator emulator(Options{.data_dir = data_dir, .fixtures = {fixture_of(count)}});
  std::vector<Worker> workers;
  for (std::size_t i = 0; i < count; ++i) workers.emplace_back(emulator, i);
  std::vector<std::thread> threads;
  for (Worker& worker : workers) threads.emplace_back([&worker, operations] { worker.run(operations); });
  for (std::thread& thread : threads) thread.join();
  for (const Worker& worker : workers) CHECK(worker.problem() == "");
}

// Reads the names of the users of an emulator, as often as it can, until it is told to stop.
template <class Check>
std::size_t read_while(Emulator& emulator, const std::atomic<bool>& stop, Check&& check) {
  std::size_t reads = 0;
  while (!stop || reads == 0) {
    check(emulator.control("GET", "/_latchkey/state").body);
    ++reads;
  }
  return reads;
}

bool has_user(const std::string& state, const std::string& name) {
  return state.find("\"Name\":\"" + name + "\"") != std::string::npos;
}

std::string users(std::initializer_list<const char*> names) {
  std::string list;
  for (const char* name : names)
    list += (list.empty() ? "" : ",") + (R"({"UserName":")" + std::string(name) + "\"}");
  return R"({"latchkey":1,"accounts":{"000000000000":{"users":[)" + list + "]}}}";
}

}  // namespace

TEST_CASE("workers with an account each do not notice each other, whatever they reset") {
  run_workers(12, 25);
}

TEST_CASE("workers over a data directory do not notice each other, and it holds what they left") {
  const test::Folder folder;
  run_workers(4, 15, folder.path().string());
  Emulator emulator(Options{.data_dir = folder.path().string()});
  for (std::size_t worker = 0; worker < 4; ++worker) {
    const auto state =
        parse_json(emulator.control("GET", "/_latchkey/state").body, {.depth = 64, .values = 1'000'000});
    const std::string text = to_json(*scenarios::at_path(*state, "entities.user"));
    CHECK(text.find("\"Account\":\"" + account_of(worker) + "\",\"Name\":\"fixed\"") != std::string::npos);
  }
}

// The same at full size, where it is asked for: harness_tests "[full]".
TEST_CASE("50 workers with 200 operations each do not notice each other", "[.full]") { run_workers(50, 200); }

TEST_CASE("who reads during a reset sees the old state or the new one, nothing between") {
  Emulator emulator(Options{.fixtures = {users({"one", "two"})}});
  std::atomic<bool> stop = false;
  std::atomic<int> broken = 0;
  std::thread reader([&] {
    read_while(emulator, stop, [&](const std::string& state) {
      if (!has_user(state, "one") || !has_user(state, "two")) ++broken;
    });
  });
  for (int i = 0; i < 100; ++i) {
    emulator.reset();
    emulator.reset("000000000000");
  }
  stop = true;
  reader.join();
  CHECK(broken == 0);
}

TEST_CASE("who reads during an import sees one state or the other, nothing between") {
  Emulator first(Options{.fixtures = {users({"a1", "a2"})}});
  Emulator second(Options{.fixtures = {users({"b1", "b2"})}});
  const std::array states = {first.control("GET", "/_latchkey/state").body,
                             second.control("GET", "/_latchkey/state").body};
  std::atomic<bool> stop = false;
  std::atomic<int> broken = 0;
  std::thread reader([&] {
    read_while(first, stop, [&](const std::string& state) {
      const bool a = has_user(state, "a1");
      if (has_user(state, "a2") != a || has_user(state, "b1") == a || has_user(state, "b2") == a) ++broken;
    });
  });
  for (std::size_t i = 0; i < 60; ++i)
    CHECK(first.control("PUT", "/_latchkey/state", states[(i + 1) % 2]).status == 200);
  stop = true;
  reader.join();
  CHECK(broken == 0);
}

TEST_CASE("an account's reset leaves the issuers, faults and journal of the others alone") {
  Emulator emulator(Options{.fixtures = {users({"one"})}});
  emulator.control("POST", "/_latchkey/faults", R"({"action":"kms:Decrypt","preset":"kms:throttling"})");
  emulator.control("POST", "/_latchkey/oidc/issuers", R"({"issuer":"https://idp.example.com","keys":[]})");
  emulator.load_fixture(R"({"latchkey":1,"accounts":{"111122223333":{"users":[{"UserName":"other"}]}}})");
  emulator.reset("000000000000");
  CHECK(emulator.control("GET", "/_latchkey/faults").body.find("kms:Decrypt") != std::string::npos);
  const std::string state = emulator.control("GET", "/_latchkey/state").body;
  CHECK(state.find("oidc-keys/idp.example.com") != std::string::npos);
  CHECK(has_user(state, "other"));
}

}  // namespace latchkey
