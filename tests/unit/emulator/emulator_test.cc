#include "latchkey/emulator.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "core/json.h"
#include "store/sqlite.h"
#include "support/folder.h"

using namespace latchkey;

namespace {

constexpr char kFixture[] = R"({"latchkey":1,"accounts":{
  "000000000000":{"users":[{"UserName":"fixed","AccessKeys":[{"AccessKeyId":"AKIAFIXED00000000001","SecretAccessKey":"fixed-secret"}]}]},
  "111122223333":{"users":[{"UserName":"other"}]}}})";

std::size_t users_in(Emulator& emulator) {
  const auto state = parse_json(emulator.control("GET", "/_latchkey/state").body);
  return state->get<Members>().find("entities")->get<Members>().find("user")->get<List>().size();
}

}  // namespace

TEST_CASE("an emulator starts, says where it is, and answers health") {
  Emulator emulator;
  CHECK(emulator.url() == "http://127.0.0.1:" + std::to_string(emulator.port()));
  const auto health = emulator.control("GET", "/_latchkey/health");
  CHECK(health.status == 200);
  CHECK(health.body.find(R"("status":"ok")") != std::string::npos);
  CHECK(health.body.find(R"("enforce_iam":"on")") != std::string::npos);
  CHECK(std::filesystem::exists(emulator.ca_path()));
}

TEST_CASE("options that cannot be used are refused in one line") {
  CHECK_THROWS_WITH(Emulator(Options{.account_id = "12"}), "account id '12' is not 12 digits");
  CHECK_THROWS_WITH(Emulator(Options{.region = "nowhere"}), "'nowhere' is not a region");
  CHECK_THROWS_WITH(Emulator(Options{.clock = "soon"}), "'soon' is not an ISO 8601 time");
  CHECK_THROWS(Emulator(Options{.fixtures = {"{"}}));
  const Emulator first;
  CHECK_THROWS(Emulator(Options{.port = first.port()}));
}

TEST_CASE("many emulators run side by side and share nothing") {
  Emulator one(Options{.fixtures = {kFixture}});
  Emulator two;
  CHECK(one.port() != two.port());
  CHECK(users_in(one) == 2);
  CHECK(users_in(two) == 0);
}

TEST_CASE("reset goes back to the state after start, of one account if it is named") {
  Emulator emulator(Options{.fixtures = {kFixture}});
  emulator.load_fixture(R"({"latchkey":1,"accounts":{"000000000000":{"users":[{"UserName":"more"}]},"111122223333":{"users":[{"UserName":"more"}]}}})");
  CHECK(users_in(emulator) == 4);
  CHECK(emulator.control("POST", "/_latchkey/reset?account=111122223333").status == 200);
  CHECK(users_in(emulator) == 3);
  CHECK(emulator.control("POST", "/_latchkey/reset").status == 200);
  CHECK(users_in(emulator) == 2);
  CHECK(emulator.control("POST", "/_latchkey/reset?account=x").status == 400);
}

TEST_CASE("the clock is read, frozen, advanced and released over the control API") {
  Emulator emulator;
  CHECK(emulator.control("PUT", "/_latchkey/clock", R"({"freeze":"2030-01-01T00:00:00Z"})").status == 200);
  CHECK(emulator.control("PUT", "/_latchkey/clock", R"({"advance":"P7D"})").body.find("2030-01-08T00:00:00.000Z") != std::string::npos);
  CHECK(emulator.control("PUT", "/_latchkey/clock", R"({"release":true})").body.find(R"("frozen":false)") != std::string::npos);
  for (const char* body : {"", "{}", "[]", R"({"freeze":"x"})", R"({"freeze":5})", R"({"advance":"P1Y"})", R"({"advance":"PnanD"})", R"({"advance":"P9999999D"})", R"({"advance":"-P99999D"})", R"({"release":false})", R"({"stop":1})"}) {
    CAPTURE(body);
    CHECK(emulator.control("PUT", "/_latchkey/clock", body).status == 400);
  }
}

TEST_CASE("state goes out sealed and comes back in, all or nothing") {
  Emulator from(Options{.fixtures = {kFixture}});
  const std::string state = from.control("GET", "/_latchkey/state").body;
  CHECK(state.find("fixed-secret") == std::string::npos);
  Emulator to;
  CHECK(to.control("PUT", "/_latchkey/state", state).status == 200);
  CHECK(users_in(to) == 2);
  CHECK(to.environment("fixed")[5].second == "fixed-secret");
  std::string broken = state;
  broken.replace(broken.find("AKIAFIXED"), 1, "\x01");
  for (const std::string& wrong : {std::string("{"), std::string("{}"), std::string(R"({"latchkey_state":2,"entities":{}})"),
                                   std::string(R"({"latchkey_state":1,"entities":{"user":[{}]}})"),
                                   std::string(R"({"latchkey_state":1,"entities":{"wish":[{}]}})")}) {
    CHECK(to.control("PUT", "/_latchkey/state", wrong).status == 400);
    CHECK(users_in(to) == 2);
  }
}

TEST_CASE("a state that could not be worked with is refused") {
  Emulator emulator;
  emulator.call("kms", "CreateKey");
  emulator.call("iam", "CreatePolicy", R"({"PolicyName":"p","PolicyDocument":"{\"Version\":\"2012-10-17\",\"Statement\":[]}"})");
  const std::string state = emulator.control("GET", "/_latchkey/state").body;
  const auto refused = [&](const std::string& was, const std::string& is) {
    std::string changed = state;
    const std::size_t at = changed.find(was);
    REQUIRE(at != std::string::npos);
    changed.replace(at, was.size(), is);
    const auto answer = emulator.control("PUT", "/_latchkey/state", changed);
    CHECK(answer.status == 400);
    return answer.body;
  };
  CHECK(refused(R"("DefaultVersion":"v1")", R"("DefaultVersion":"v7")").find("DefaultVersion is none of the Versions") != std::string::npos);
  CHECK(refused(R"("RotationPeriodDays":365)", R"("RotationPeriodDays":0)").find("RotationPeriodDays is not in 1..2560") != std::string::npos);
  CHECK(refused(R"("Spec":"SYMMETRIC_DEFAULT")", R"("Spec":"zz")").find("has an unknown Spec") != std::string::npos);
  CHECK(refused(R"("Spec":"SYMMETRIC_DEFAULT")", R"("Spec":"HMAC_256")").find("has a Usage that") != std::string::npos);
  CHECK(refused(R"("Pending":false)", R"("Pending":true)").find("has no material") != std::string::npos);
  CHECK(refused(R"("entities":{)", R"("entities":{"users":[],)").find("unknown kind of entity 'users'") != std::string::npos);
  CHECK(refused(R"("entities":{)", R"("more":1,"entities":{)").find("nothing else") != std::string::npos);
  CHECK(refused(R"("Created":)", R"("Created":90)").find("Created is no time that can be") != std::string::npos);
}

TEST_CASE("the control API says what it does not have") {
  Emulator emulator;
  CHECK(emulator.control("GET", "/_latchkey/nothing").status == 404);
  CHECK(emulator.control("DELETE", "/_latchkey/health").status == 405);
  CHECK(emulator.control("POST", "/_latchkey/faults").status == 400);
  CHECK(emulator.control("GET", "/_latchkey/requests/none").status == 404);
  CHECK(emulator.control("HEAD", "/_latchkey/health").status == 200);
  // What is misspelt, or an empty variable of a script, must not do more than was meant.
  CHECK(emulator.control("POST", "/_latchkey/reset?acount=000000000000").status == 400);
  CHECK(emulator.control("POST", "/_latchkey/reset?account=").status == 400);
  CHECK(emulator.control("DELETE", "/_latchkey/faults/").status == 404);
  CHECK(emulator.control("DELETE", "/_latchkey/faults?id=").status == 400);
  CHECK(emulator.control("GET", "/_latchkey/faults/fault-1").status == 405);
  CHECK(emulator.control("GET", "/_latchkey/state?secrets=clear").status == 400);
  CHECK(emulator.control("PUT", "/_latchkey/clock", R"({"freeze":"0001-01-01T00:00:00Z"})").status == 400);
  CHECK(emulator.control("GET", "/_localstack/health").body.find(R"("kms":"available")") != std::string::npos);
  CHECK(emulator.control("GET", "/_latchkey/ca.pem").body.find("BEGIN CERTIFICATE") != std::string::npos);
}

TEST_CASE("a data directory is found again after a restart, and is private to one process") {
  const test::Folder directory;
  {
    Emulator emulator(Options{.data_dir = directory.path(), .fixtures = {kFixture}});
    CHECK_THROWS_WITH(Emulator(Options{.data_dir = directory.path()}), Catch::Contains("in use by another latchkey process"));
  }
  Emulator emulator(Options{.data_dir = directory.path()});
  CHECK(users_in(emulator) == 2);
  CHECK(emulator.environment("fixed")[5].second == "fixed-secret");
  CHECK(emulator.ca_path().starts_with(directory.path().string()));
  const auto mode = std::filesystem::status(directory.path() / "latchkey.db").permissions();
  CHECK((mode & (std::filesystem::perms::group_all | std::filesystem::perms::others_all)) == std::filesystem::perms::none);
}

TEST_CASE("a data directory that cannot be used is refused in one line") {
  const test::Folder directory;
  std::ofstream(directory.path() / "file") << "x";
  CHECK_THROWS(Emulator(Options{.data_dir = directory.path() / "file/below"}));
  {
    Store store(std::make_unique<SqliteBacking>(directory.path()));
    store.write([](Txn& txn) { txn.put(Setting{"a", Secret("b")}); });
    CHECK_THROWS(store.write([](Txn& txn) {
      txn.put(Setting{"c", Secret("d")});
      throw std::runtime_error("stop");
    }));
  }
  Store again;
  SqliteBacking(directory.path()).load_into(again);
  CHECK(again.find<Setting>({"", "", "a"})->value.reveal() == "b");
  CHECK(again.find<Setting>({"", "", "c"}) == nullptr);
}
