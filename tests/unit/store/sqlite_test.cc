// The database in a data directory: its versions, its damages, its failures. What kill -9 and full disks do
// to the whole program is in tests/robustness.
#include "store/sqlite.h"

#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <future>
#include <thread>

#include "support/folder.h"

using namespace latchkey;
using Catch::Contains;

namespace {

struct Directory : test::Folder {
  std::string file() const { return (path() / "latchkey.db").string(); }
};

// Another program's hand on the file.
std::string sql(const std::string& file, const std::string& text) {
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open(file.c_str(), &database) == SQLITE_OK);
  std::string out;
  const auto row = [](void* to, int count, char** columns, char**) {
    for (int i = 0; i < count; ++i)
      *static_cast<std::string*>(to) += columns[i] == nullptr ? "NULL" : columns[i];
    return 0;
  };
  const int result = sqlite3_exec(database, text.c_str(), row, &out, nullptr);
  sqlite3_close(database);
  REQUIRE(result == SQLITE_OK);
  return out;
}

void put(const std::string& directory, const std::string& name, const std::string& value) {
  Store store(std::make_unique<SqliteBacking>(directory));
  store.write([&](Txn& txn) { txn.put(Setting{name, Secret(value)}); });
}

std::string value_of(const Store& store, const std::string& name) {
  const auto found = store.find<Setting>({"", "", name});
  return found ? std::string(found->value.reveal()) : "absent";
}

std::string stored(const std::string& directory, const std::string& name) {
  Store store;
  SqliteBacking(directory).load_into(store);
  return value_of(store, name);
}

// As the first version of this program made it.
constexpr char kFirstSchema[] = R"(
  CREATE TABLE object(kind TEXT, account TEXT, region TEXT, id TEXT, body TEXT NOT NULL,
                      PRIMARY KEY(kind, account, region, id)) WITHOUT ROWID;
  CREATE TABLE meta(version INTEGER NOT NULL);
  INSERT INTO meta VALUES(1);
  INSERT INTO object VALUES('setting', '', '', 'old', '{"Name":"old","Value":"dmFsdWU="}');)";

// Whatever a disk can do.
struct Failing : Backing {
  std::atomic<bool> full{false};
  std::atomic<int> applied{0};
  std::promise<void> entered;
  std::shared_future<void> gate;  // if there is one, apply() waits for it
  void apply(const std::vector<Change>&) override {
    if (gate.valid()) {
      entered.set_value();
      gate.wait();
    }
    if (full) throw StoreFailure("the disk is full");
    ++applied;
  }
  void replace(const std::vector<Change>&) override {
    if (full) throw StoreFailure("the disk is full");
  }
};

}  // namespace

TEST_CASE("a database of an earlier version is migrated and keeps what it has") {
  const Directory directory;
  sql(directory.file(), kFirstSchema);
  CHECK(stored(directory.path(), "old") == "value");
  CHECK(sql(directory.file(), "SELECT version FROM meta") == "3");
  CHECK_FALSE(sql(directory.file(), "SELECT program FROM meta").empty());
  put(directory.path(), "new", "second");
  CHECK(stored(directory.path(), "old") == "value");
  CHECK(stored(directory.path(), "new") == "second");
}

TEST_CASE("a database whose making was interrupted is made") {
  const Directory directory;
  const std::string left =
      GENERATE(as<std::string>{}, "", "CREATE TABLE meta(version INTEGER NOT NULL)",
               "CREATE TABLE object(kind TEXT, account TEXT, region TEXT, id TEXT, body TEXT NOT NULL, "
               "PRIMARY KEY(kind, account, region, id)) WITHOUT ROWID");
  sql(directory.file(), left);
  put(directory.path(), "a", "b");
  CHECK(stored(directory.path(), "a") == "b");
}

TEST_CASE("a database of a newer version is refused in one line and stays as it is") {
  const Directory directory;
  sql(directory.file(), std::string(kFirstSchema) + "UPDATE meta SET version=99");
  CHECK_THROWS_WITH(
      SqliteBacking(directory.path()),
      "data directory " + directory.path().string() + ": made by a newer latchkey (schema 99, this one knows 3)");
  sql(directory.file(), "ALTER TABLE meta ADD COLUMN program TEXT; UPDATE meta SET program='9.9.9'");
  CHECK_THROWS_WITH(SqliteBacking(directory.path()), Contains("made by a newer latchkey 9.9.9 (schema 99"));
  CHECK(sql(directory.file(), "PRAGMA journal_mode") == "delete");
}

TEST_CASE("what is no database of Latchkey is refused in one line") {
  const Directory directory;
  std::ofstream(directory.file()) << std::string(5'000, 'x');
  CHECK_THROWS_WITH(
      SqliteBacking(directory.path()),
      "data directory " + directory.path().string() + ": latchkey.db is damaged or no database: file is not a database");
  std::filesystem::remove(directory.file());
  sql(directory.file(), "CREATE TABLE recipes(name TEXT)");
  CHECK_THROWS_WITH(SqliteBacking(directory.path()), Contains("latchkey.db is a database of another program"));
  CHECK(sql(directory.file(), "SELECT count(*) FROM sqlite_master") == "1");
}

TEST_CASE("a damaged database is refused, never half read") {
  const Directory directory;
  {
    Store store(std::make_unique<SqliteBacking>(directory.path()));
    store.write([](Txn& txn) {
      for (int i = 0; i < 3'000; ++i)
        txn.put(Setting{"setting" + std::to_string(i), Secret(std::string(100, 'v'))});
    });
  }
  Store whole;
  SqliteBacking(directory.path()).load_into(whole);
  CHECK(whole.all<Setting>().size() == 3'000);
  const auto refused = [&] {
    Store store;
    CHECK_THROWS_WITH(SqliteBacking(directory.path()).load_into(store), Contains("latchkey.db is damaged"));
  };
  SECTION("pages of nonsense") {
    std::fstream file(directory.file(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4096 * 20);
    file << std::string(4096 * 4, '\xA5');
    file.close();
    refused();
  }
  SECTION("cut short") {
    std::filesystem::resize_file(directory.file(),
                                 std::filesystem::file_size(directory.file()) / 2 / 4096 * 4096);
    refused();
  }
  SECTION("an entity that is none") {
    sql(directory.file(), "UPDATE object SET body='{}' WHERE id='setting7'");
    refused();
  }
  SECTION("an entity that is no JSON") {
    sql(directory.file(), "UPDATE object SET body='{' WHERE id='setting7'");
    refused();
  }
  SECTION("an entity of no kind") {
    sql(directory.file(), "UPDATE object SET kind='wish' WHERE id='setting7'");
    refused();
  }
}

TEST_CASE("a directory in use is refused, with who uses it") {
  const Directory directory;
  const SqliteBacking first(directory.path().string());
  CHECK_THROWS_WITH(SqliteBacking(directory.path()), "data directory " + directory.path().string() +
                                                       ": in use by another latchkey process (process " +
                                                       std::to_string(getpid()) + ")");
}

TEST_CASE("a directory becomes private, and its owner's choice not to write stays") {
  const Directory directory;
  chmod(directory.path().c_str(), 0755);
  put(directory.path(), "a", "b");
  struct stat status {};
  REQUIRE(stat(directory.path().c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0700);
  chmod(directory.path().c_str(), 0500);
  if (geteuid() != 0)
    CHECK_THROWS_WITH(SqliteBacking(directory.path()), Contains("cannot write there: Permission denied"));
  REQUIRE(stat(directory.path().c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0500);
}

TEST_CASE("a store whose disk is full changes nothing, and goes on when there is space") {
  auto failing = std::make_unique<Failing>();
  Failing& disk = *failing;
  Store store(std::move(failing));
  store.write([](Txn& txn) { txn.put(Setting{"a", Secret("1")}); });
  disk.full = true;
  CHECK_THROWS_AS(store.write([](Txn& txn) {
    txn.put(Setting{"a", Secret("2")});
    txn.put(Setting{"b", Secret("2")});
  }),
                  StoreFailure);
  Store empty;
  CHECK_THROWS_AS(store.adopt(empty), StoreFailure);
  CHECK_THROWS_AS(store.import_state({}), StoreFailure);
  CHECK(value_of(store, "a") == "1");
  CHECK(value_of(store, "b") == "absent");
  disk.full = false;
  store.write([](Txn& txn) { txn.put(Setting{"b", Secret("3")}); });
  CHECK(value_of(store, "b") == "3");
  CHECK(disk.applied == 2);
}

TEST_CASE("nobody who reads waits for a disk, and nobody sees what is not on it") {
  auto failing = std::make_unique<Failing>();
  std::promise<void> open;
  failing->gate = open.get_future().share();
  auto entered = failing->entered.get_future();
  Store store(std::move(failing));
  std::thread writer([&] { store.write([](Txn& txn) { txn.put(Setting{"a", Secret("1")}); }); });
  entered.wait();  // the write is under way, and stays so
  CHECK(value_of(store, "a") == "absent");
  CHECK(store.all<Setting>().empty());
  CHECK(store.export_state(Secrets::plain).find("setting")->get<List>().empty());
  open.set_value();
  writer.join();
  CHECK(value_of(store, "a") == "1");
}
