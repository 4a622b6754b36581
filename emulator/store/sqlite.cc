#include "store/sqlite.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <deque>
#include <filesystem>
#include <functional>
#include <future>
#include <stdexcept>
#include <thread>

#include "core/json.h"
#include "core/version.h"

namespace latchkey {
namespace {

// What takes a database from one schema version to the next: the first entry from 0 (an empty file) to 1, and
// so on. Each runs in the transaction that also sets the version. Entries are added, never changed.
constexpr std::array kMigrations{
    "CREATE TABLE IF NOT EXISTS meta(version INTEGER NOT NULL);"
    "CREATE TABLE IF NOT EXISTS object(kind TEXT, account TEXT, region TEXT, id TEXT, body TEXT NOT NULL, "
    "PRIMARY KEY(kind, account, region, id)) WITHOUT ROWID;"
    "INSERT INTO meta SELECT 0 WHERE NOT EXISTS(SELECT * FROM meta)",
    // Which program made or migrated the database, for the words with which an older one refuses it.
    "ALTER TABLE meta ADD COLUMN program TEXT NOT NULL DEFAULT ''",
    // Without a row id a row of a kilobyte, as a key's is, takes an overflow page of its own: thrice the file.
    "CREATE TABLE rows(kind TEXT NOT NULL, account TEXT NOT NULL, region TEXT NOT NULL, id TEXT NOT NULL, "
    "body TEXT NOT NULL, PRIMARY KEY(kind, account, region, id));"
    "INSERT INTO rows SELECT * FROM object;"
    "DROP TABLE object;"
    "ALTER TABLE rows RENAME TO object",
};
constexpr int kSchemaVersion = static_cast<int>(kMigrations.size());

// Rows are read, then decoded by several threads, in portions of this size.
constexpr std::size_t kPortion = 2'000;
// Our own bodies may hold more than a client may send at once.
constexpr std::size_t kMaxBodyValues = 10'000'000;

struct DatabaseError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Statement {
  sqlite3_stmt* raw = nullptr;
  Statement(sqlite3* database, const char* sql) {
    if (sqlite3_prepare_v3(database, sql, -1, SQLITE_PREPARE_PERSISTENT, &raw, nullptr) != SQLITE_OK) {
      throw DatabaseError(sqlite3_errmsg(database));
    }
  }
  ~Statement() { sqlite3_finalize(raw); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  // The text must stay until the statement has run.
  void bind(int at, std::string_view text) const {
    sqlite3_bind_text(raw, at, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
  }
  std::string text(int column) const {
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(raw, column));
    return bytes == nullptr ? ""
                            : std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(raw, column)));
  }
  // Whether there is one more row.
  bool next() const {
    const int result = sqlite3_step(raw);
    if (result == SQLITE_ROW) return true;
    if (result != SQLITE_DONE) throw DatabaseError(sqlite3_errmsg(sqlite3_db_handle(raw)));
    return false;
  }
};

struct Row {
  std::string kind;
  std::string body;
};

// Rows as they are to be put into the store, in their order.
std::vector<std::function<void()>> decoded(Store& store, const std::vector<Row>& rows) {
  std::vector<std::function<void()>> out;
  out.reserve(rows.size());
  for (const Row& row : rows) {
    const auto body = parse_json(row.body, {.depth = 64, .values = kMaxBodyValues});
    if (!body || !body->is<Members>()) {
      throw std::runtime_error("an entity of kind '" + row.kind + "' cannot be read");
    }
    out.push_back(store.prepare(row.kind, body->get<Members>()));
  }
  return out;
}

}  // namespace

struct SqliteBacking::Impl {
  std::string path;
  int lock_file = -1;
  sqlite3* database = nullptr;
  std::unique_ptr<Statement> upsert, remove, remove_all, begin, commit, rollback;

  ~Impl() {
    upsert.reset();
    remove.reset();
    remove_all.reset();
    begin.reset();
    commit.reset();
    rollback.reset();
    sqlite3_close(database);
    if (lock_file >= 0) close(lock_file);
  }

  std::string in_words(const std::string& what) const { return "data directory " + path + ": " + what; }

  [[noreturn]] void fail(const std::string& what) const {
    const std::string reason = database != nullptr ? sqlite3_errmsg(database) : std::strerror(errno);
    throw std::runtime_error(in_words(what + ": " + reason));
  }

  void run(const char* sql) const {
    if (sqlite3_exec(database, sql, nullptr, nullptr, nullptr) == SQLITE_OK) return;
    const int code = sqlite3_errcode(database);
    if (code == SQLITE_NOTADB || code == SQLITE_CORRUPT) fail("latchkey.db is damaged or no database");
    fail("cannot use the database");
  }

  void step(const Statement& statement) const {
    const int result = sqlite3_step(statement.raw);
    if (result == SQLITE_DONE || result == SQLITE_ROW) {
      sqlite3_reset(statement.raw);
      return;
    }
    const std::string reason = sqlite3_errmsg(database);
    sqlite3_reset(statement.raw);
    throw StoreFailure(in_words("cannot write: " + reason));
  }

  // What a failed transaction has left open would make the next one fail as well.
  void roll_back() const {
    if (sqlite3_get_autocommit(database) != 0) return;
    sqlite3_step(rollback->raw);
    sqlite3_reset(rollback->raw);
  }

  void make_directory() const {
    std::error_code problem;
    const bool made = std::filesystem::create_directories(path, problem);
    if (problem) throw std::runtime_error(in_words(problem.message()));
    struct stat status {};
    if (stat(path.c_str(), &status) != 0) fail("cannot be read");
    // Its owner may have taken the right to write away; only what others may do is ours to take.
    if (made || (status.st_mode & 077) != 0) chmod(path.c_str(), made ? 0700 : status.st_mode & 0700);
  }

  // One transaction.
  enum class Former { kept, removed };
  void write(const std::vector<Change>& changes, Former former) const;

  // SQLite's own locks come and go with each transaction; this one is held as long as the process lives.
  void take_directory() {
    const std::string lock_path = path + "/latchkey.lock";
    lock_file = open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock_file < 0) fail("cannot write there");
    std::array<char, 24> holder{};
    if (flock(lock_file, LOCK_EX | LOCK_NB) != 0) {
      const ssize_t size = pread(lock_file, holder.data(), holder.size(), 0);
      const std::string process =
          size > 0 ? " (" + std::string(holder.data(), static_cast<std::size_t>(size)) + ")" : "";
      throw std::runtime_error(in_words("in use by another latchkey process" + process));
    }
    // For the words above only: a full disk does not matter here.
    const std::string process = "process " + std::to_string(getpid());
    if (ftruncate(lock_file, 0) != 0 || pwrite(lock_file, process.data(), process.size(), 0) < 0) return;
  }

  void open_database() {
    const std::string file = path + "/latchkey.db";
    // Made here first, so that SQLite and its side files inherit the private mode.
    const int made = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (made < 0) fail("cannot write there");
    close(made);
    if (sqlite3_open_v2(file.c_str(), &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr) !=
        SQLITE_OK) {
      fail("cannot open the database");
    }
    sqlite3_busy_timeout(database, 5000);
  }

  bool has_table(const char* name) const {
    const Statement select(database, "SELECT 1 FROM sqlite_master WHERE type='table' AND name=?");
    select.bind(1, name);
    return select.next();
  }

  // 0: an empty file, or one whose making was interrupted.
  int stored_version() const {
    if (!has_table("meta")) {
      const Statement others(database, "SELECT 1 FROM sqlite_master WHERE name<>'object'");
      if (others.next()) throw std::runtime_error(in_words("latchkey.db is a database of another program"));
      return 0;
    }
    const Statement select(database, "SELECT version FROM meta");
    return select.next() ? sqlite3_column_int(select.raw, 0) : 0;
  }

  void refuse_newer(int version) const {
    if (version <= kSchemaVersion) return;
    std::string program;
    const Statement columns(database, "SELECT 1 FROM pragma_table_info('meta') WHERE name='program'");
    if (columns.next()) {
      const Statement select(database, "SELECT program FROM meta");
      if (select.next()) program = " " + select.text(0);
    }
    throw std::runtime_error(in_words("made by a newer latchkey" + program + " (schema " +
                                      std::to_string(version) + ", this one knows " +
                                      std::to_string(kSchemaVersion) + ")"));
  }

  void migrate(int version) const {
    run("BEGIN IMMEDIATE");
    for (auto at = static_cast<std::size_t>(version); at < kMigrations.size(); ++at) run(kMigrations[at]);
    const Statement update(database, "UPDATE meta SET version=?, program=?");
    sqlite3_bind_int(update.raw, 1, kSchemaVersion);
    update.bind(2, kVersion);
    if (sqlite3_step(update.raw) != SQLITE_DONE) fail("cannot write");
    run("COMMIT");
  }

  // The version is looked at before anything is written: a newer database stays as it is.
  void prepare_database() {
    run("PRAGMA schema_version");  // reads the first page
    const int version = stored_version();
    refuse_newer(version);
    run("PRAGMA journal_mode=WAL");
    run("PRAGMA synchronous=NORMAL");
    if (version < kSchemaVersion) migrate(version);
    upsert = std::make_unique<Statement>(
        database, "INSERT INTO object VALUES(?,?,?,?,?) ON CONFLICT DO UPDATE SET body=excluded.body");
    remove_all = std::make_unique<Statement>(database, "DELETE FROM object");
    remove = std::make_unique<Statement>(
        database, "DELETE FROM object WHERE kind=? AND account=? AND region=? AND id=?");
    begin = std::make_unique<Statement>(database, "BEGIN IMMEDIATE");
    commit = std::make_unique<Statement>(database, "COMMIT");
    rollback = std::make_unique<Statement>(database, "ROLLBACK");
  }
};

SqliteBacking::SqliteBacking(const std::string& directory) : impl_(std::make_unique<Impl>()) {
  impl_->path = directory;
  impl_->make_directory();
  impl_->take_directory();
  impl_->open_database();
  try {
    impl_->prepare_database();
  } catch (const DatabaseError& error) {
    throw std::runtime_error(impl_->in_words("latchkey.db is damaged or no database: " + std::string(error.what())));
  }
}

SqliteBacking::~SqliteBacking() = default;

// This thread reads and puts, others decode; the order of the rows stays.
void SqliteBacking::load_into(Store& store) const {
  const std::size_t most_ahead = std::max(2U, std::min(8U, std::thread::hardware_concurrency()));
  std::deque<std::future<std::vector<std::function<void()>>>> ahead;
  const auto put_first = [&] {
    const auto puts = ahead.front().get();
    ahead.pop_front();
    store.publish(puts);
  };
  try {
    const Statement select(impl_->database, "SELECT kind, body FROM object");
    for (bool more = true; more;) {
      std::vector<Row> rows;
      while (rows.size() < kPortion && (more = select.next()))
        rows.push_back({select.text(0), select.text(1)});
      // A small directory is not worth a thread.
      const auto policy = rows.size() < kPortion ? std::launch::deferred : std::launch::async;
      ahead.push_back(std::async(policy, [&store, kept = std::move(rows)] { return decoded(store, kept); }));
      if (ahead.size() > most_ahead) put_first();
    }
    while (!ahead.empty()) put_first();
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(impl_->in_words("latchkey.db is damaged: " + std::string(error.what())));
  }
}

void SqliteBacking::Impl::write(const std::vector<Change>& changes, Former former) const {
  roll_back();
  step(*begin);
  try {
    if (former == Former::removed) step(*remove_all);
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
    roll_back();
    throw;
  }
}

void SqliteBacking::apply(const std::vector<Change>& changes) {
  impl_->write(changes, Impl::Former::kept);
}

void SqliteBacking::replace(const std::vector<Change>& all) { impl_->write(all, Impl::Former::removed); }

}  // namespace latchkey
