#include <catch2/catch.hpp>

#include "latchkey/emulator.h"
#include "store/sqlite.h"
#include "store/store.h"
#include "support/folder.h"

namespace latchkey {
namespace {

User user_of(const std::string& account, const std::string& name) {
  User user;
  user.account = account;
  user.name = name;
  user.id = "AIDA" + name;
  return user;
}

std::vector<std::string> names(const Store& store) {
  std::vector<std::string> out;
  for (const auto& user : store.all<User>()) out.push_back(user->account + "/" + user->name);
  return out;
}

// A disk that may be full.
struct Disk : Backing {
  explicit Disk(bool& is_full) : full(is_full) {}
  void apply(const std::vector<Change>&) override {
    if (full) throw std::runtime_error("full");
  }
  void replace(const std::vector<Change>&) override {
    if (full) throw std::runtime_error("full");
  }
  bool& full;
};

}  // namespace

TEST_CASE("a draft takes the place of everything, or of one account") {
  Store store;
  store.load(user_of("1", "a"));
  store.load(user_of("2", "b"));
  const auto draft = store.draft_without("1");
  CHECK(names(*draft) == std::vector<std::string>{"2/b"});
  draft->load(user_of("1", "c"));
  draft->load(user_of("2", "only in the draft"));
  store.load(user_of("2", "made meanwhile"));
  store.adopt_account(*draft, "1");
  CHECK(names(store) == std::vector<std::string>{"1/c", "2/b", "2/made meanwhile"});
  CHECK(store.indexed<User>("AIDAa").empty());
  Store other;
  other.load(user_of("3", "d"));
  store.adopt(other);
  CHECK(names(store) == std::vector<std::string>{"3/d"});
}

TEST_CASE("what cannot be kept on disk changes nothing in memory") {
  bool full = false;
  Store store(std::make_unique<Disk>(full));
  store.load(user_of("1", "a"));
  full = true;
  Store draft;
  draft.load(user_of("1", "b"));
  CHECK_THROWS_WITH(store.adopt(draft), "full");
  CHECK_THROWS_WITH(store.adopt_account(draft, "1"), "full");
  CHECK_THROWS_WITH(store.import_state(draft.export_state(Secrets::plain)), "full");
  CHECK(names(store) == std::vector<std::string>{"1/a"});
}

TEST_CASE("a data directory holds what a reset left, and none of AWS's own policies") {
  const test::Folder folder;
  const char* fixture = R"({"latchkey":1,"accounts":{"000000000000":{"users":[{"UserName":"fixed"}]}}})";
  {
    Emulator emulator(Options{.data_dir = folder.path().string(), .fixtures = {fixture}});
    emulator.load_fixture(R"({"latchkey":1,"accounts":{"000000000000":{"users":[{"UserName":"more"}]}}})");
    emulator.reset();
    emulator.load_fixture(R"({"latchkey":1,"accounts":{"111122223333":{"users":[{"UserName":"later"}]}}})");
  }
  Store store;
  SqliteBacking(folder.path().string()).load_into(store);
  CHECK(names(store) == std::vector<std::string>{"000000000000/fixed", "111122223333/later"});
  CHECK(store.all<ManagedPolicy>().empty());
}

TEST_CASE("an imported state has AWS's own policies, whatever it says of them") {
  Emulator emulator;
  const std::string before = emulator.control("GET", "/_latchkey/state").body;
  CHECK(emulator.control("PUT", "/_latchkey/state", R"({"latchkey_state":1,"entities":{}})").status == 200);
  CHECK(emulator.control("GET", "/_latchkey/state").body == before);
}

}  // namespace latchkey
