#include "store/sqlite.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <stdexcept>

#include "core/json.h"

namespace latchkey {
namespace {

constexpr int kSchemaVersion = 1;

struct Statement {
  sqlite3_stmt* raw = nullptr;
  Statement(sqlite3* database, const char* sql) {
    if (sqlite3_prepare_v3(database, sql, -1, SQLITE_PREPARE_PERSISTENT, &raw, nullptr) != SQLITE_OK) {
      throw std::runtime_error(std::string("database: ") + sqlite3_errmsg(database));
    }
  }
  ~Statement() { sqlite3_finalize(raw); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  void bind(int at, std::string_view text) const {
    sqlite3_bind_text(raw, at, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
  }
  std::string text(int column) const {
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(raw, column));
    return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(raw, column))};
  }
};

}  // namespace

struct SqliteBacking::Impl {
  std::string path;
  int lock_file = -1;
  sqlite3* database = nullptr;
  std::unique_ptr<Statement> upsert, remove, begin, commit, rollback;

  ~Impl() {
    upsert.reset();
    remove.reset();
    begin.reset();
    commit.reset();
    rollback.reset();
    sqlite3_close(database);
    if (lock_file >= 0) close(lock_file);
  }

  [[noreturn]] void fail(const std::string& what) const {
    const std::string reason = database != nullptr ? sqlite3_errmsg(database) : std::strerror(errno);
    throw std::runtime_error("data directory " + path + ": " + what + ": " + reason);
  }

  void run(const char* sql) const {
    if (sqlite3_exec(database, sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail("cannot use the database");
  }

  void step(const Statement& statement) const {
    const int result = sqlite3_step(statement.raw);
    sqlite3_reset(statement.raw);
    if (result != SQLITE_DONE && result != SQLITE_ROW) fail("cannot write");
  }

  // One transaction.
  enum class Former { kept, removed };
  void write(const std::vector<Change>& changes, Former former) const;

  // SQLite's own locks come and go with each transaction; this one is held as long as the process lives.
  void take_directory() {
    const std::string lock_path = path + "/latchkey.lock";
    lock_file = open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock_file < 0) fail("cannot write there");
    if (flock(lock_file, LOCK_EX | LOCK_NB) != 0) {
      throw std::runtime_error("data directory " + path + ": in use by another latchkey process");
    }
  }

  void check_version() const {
    run("CREATE TABLE IF NOT EXISTS meta(version INTEGER NOT NULL)");
    const Statement select(database, "SELECT version FROM meta");
    if (sqlite3_step(select.raw) == SQLITE_ROW) {
      const int version = sqlite3_column_int(select.raw, 0);
      if (version > kSchemaVersion) {
        throw std::runtime_error("data directory " + path + ": made by a newer latchkey (schema " +
                                 std::to_string(version) + ", this one knows " +
                                 std::to_string(kSchemaVersion) + ")");
      }
      return;
    }
    run(("INSERT INTO meta VALUES(" + std::to_string(kSchemaVersion) + ")").c_str());
  }
};

SqliteBacking::SqliteBacking(const std::string& directory) : impl_(std::make_unique<Impl>()) {
  impl_->path = directory;
  std::error_code problem;
  std::filesystem::create_directories(directory, problem);
  if (problem) throw std::runtime_error("data directory " + directory + ": " + problem.message());
  chmod(directory.c_str(), 0700);
  impl_->take_directory();
  const std::string file = directory + "/latchkey.db";
  // Made here first, so that SQLite and its side files inherit the private mode.
  const int made = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (made < 0) impl_->fail("cannot write there");
  close(made);
  if (sqlite3_open_v2(file.c_str(), &impl_->database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr) !=
      SQLITE_OK) {
    impl_->fail("cannot open the database");
  }
  sqlite3_busy_timeout(impl_->database, 5000);
  impl_->run("PRAGMA journal_mode=WAL");
  impl_->run("PRAGMA synchronous=NORMAL");
  impl_->run(
      "CREATE TABLE IF NOT EXISTS object(kind TEXT, account TEXT, region TEXT, id TEXT, body TEXT NOT NULL, "
      "PRIMARY KEY(kind, account, region, id)) WITHOUT ROWID");
  impl_->check_version();
  sqlite3* database = impl_->database;
  impl_->upsert = std::make_unique<Statement>(database, "INSERT OR REPLACE INTO object VALUES(?,?,?,?,?)");
  impl_->remove = std::make_unique<Statement>(
      database, "DELETE FROM object WHERE kind=? AND account=? AND region=? AND id=?");
  impl_->begin = std::make_unique<Statement>(database, "BEGIN IMMEDIATE");
  impl_->commit = std::make_unique<Statement>(database, "COMMIT");
  impl_->rollback = std::make_unique<Statement>(database, "ROLLBACK");
}

SqliteBacking::~SqliteBacking() = default;

void SqliteBacking::load_into(Store& store) const {
  const Statement select(impl_->database, "SELECT kind, body FROM object");
  while (sqlite3_step(select.raw) == SQLITE_ROW) {
    const auto body = parse_json(select.text(1));
    if (!body || !body->is<Members>()) {
      throw std::runtime_error("data directory " + impl_->path + ": an entity cannot be read");
    }
    store.load(select.text(0), body->get<Members>());
  }
}

void SqliteBacking::Impl::write(const std::vector<Change>& changes, Former former) const {
  step(*begin);
  try {
    if (former == Former::removed) run("DELETE FROM object");
    for (const Change& change : changes) {
      const Statement& statement = change.erased ? *remove : *upsert;
      statement.bind(1, change.kind);
      statement.bind(2, change.id.account);
      statement.bind(3, change.id.region);
      statement.bind(4, change.id.name);
      if (!change.erased) statement.bind(5, change.body);
      step(statement);
    }
    step(*commit);
  } catch (...) {
    sqlite3_step(rollback->raw);
    sqlite3_reset(rollback->raw);
    throw;
  }
}

void SqliteBacking::apply(const std::vector<Change>& changes) {
  impl_->write(changes, Impl::Former::kept);
}

void SqliteBacking::replace(const std::vector<Change>& all) { impl_->write(all, Impl::Former::removed); }

}  // namespace latchkey
